"""lintkit: a configuration linter and policy engine for repositories."""

__version__ = "0.1.0"
