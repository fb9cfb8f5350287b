"""Courses, attendance, hours, certificates."""
