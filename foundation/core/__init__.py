"""Errors, dates, money, identifiers, crypto, queue: no models."""
