"""A run: request, files, project, settling; the story of lintkit with a step a file."""
