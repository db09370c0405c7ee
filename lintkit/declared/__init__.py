"""The language of declared rules: what is selected, required, related and repaired."""
