"""Python source through libcst: triggers, the screen, names, values and exact spans."""
