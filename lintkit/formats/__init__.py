"""Grammars: from text to plain data with exact spans, whatever kind of file it stands in."""
