"""Vocabularies: what names of hosts, environments, datastores and variables mean."""
