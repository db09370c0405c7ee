"""The files that are checked: a work tree, an index or a revision, and the walk over it."""
