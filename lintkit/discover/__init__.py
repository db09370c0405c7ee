"""Finding the files of a repository: a tree, its ignore files, and what kind of file each one is."""
