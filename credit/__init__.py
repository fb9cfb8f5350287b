"""Coded violations and merits of a party, with expiry."""
