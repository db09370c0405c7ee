"""Kinds of files: how each is recognised and read, what it says, and what its consumer refuses."""
