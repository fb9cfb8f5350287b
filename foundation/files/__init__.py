"""Stored files: checked, hashed, one authorised download."""
