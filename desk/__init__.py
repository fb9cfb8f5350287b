"""Reads across rooms and the few verbs that touch all."""
