"""Ignore files: what they leave out, and what is tracked all the same."""
