"""Re-review panels, opinions, ratings, appeals."""
