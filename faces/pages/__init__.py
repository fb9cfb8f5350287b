"""HTML by audience."""
