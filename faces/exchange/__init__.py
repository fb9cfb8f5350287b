"""Importers, exporters, demonstration data."""
