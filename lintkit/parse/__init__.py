"""Parsers: from the bytes of a file to plain data with exact spans."""
