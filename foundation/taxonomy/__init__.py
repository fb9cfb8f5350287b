"""Three-level trees."""
