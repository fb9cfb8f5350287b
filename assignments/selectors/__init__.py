"""Reads of plans, tasks, eligibility, draws and assignments."""
