"""Versioned rubrics and the indicator library."""
