"""Frozen published copies: what the public may read."""
