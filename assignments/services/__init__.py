"""Writes of plans, tasks, routes, draws and assignments."""
