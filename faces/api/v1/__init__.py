"""Version 1: one file per noun."""
