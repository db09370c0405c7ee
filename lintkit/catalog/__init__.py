"""The catalog: finding and loading the rules that are built in, and those of a team."""
