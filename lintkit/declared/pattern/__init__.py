"""Patterns of Python code: text with metavariables and `...`, compiled once, matched against libcst nodes."""
