"""Users, roles and capabilities."""
