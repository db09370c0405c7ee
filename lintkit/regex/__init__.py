"""Regular expressions that cannot stall: RE2's syntax, and matching in time linear to the text."""
