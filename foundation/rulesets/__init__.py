"""Dated rule sets: value, unit, source."""
