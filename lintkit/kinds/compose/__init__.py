"""Compose files: services, projects of several files, interpolation, and what compose refuses."""
