"""Declarative rules over data: what is selected, required, related and repaired."""
