"""Pages of an evaluated unit."""
