"""What can be imported: one module per noun; importing this package registers all of them."""

from faces.exchange.nouns import chain, experts, firms, plan, projects, specialties, training, units

__all__ = ["chain", "experts", "firms", "plan", "projects", "specialties", "training", "units"]
