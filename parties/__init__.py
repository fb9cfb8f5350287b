"""Persons, organisations and the dated facts between them."""
