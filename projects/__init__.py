"""A project and its chain: target, monitoring, self-evaluation."""
