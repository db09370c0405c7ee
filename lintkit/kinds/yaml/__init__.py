"""YAML of no kind that lintkit knows."""
