"""The configuration graph: facts of single files, joined across the repository."""
