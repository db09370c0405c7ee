"""Dockerfiles: images, build contexts, commands, and what BuildKit refuses."""
