"""Approval chains over any record."""
