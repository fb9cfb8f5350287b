"""Rules of plans, routes, eligibility and draws."""
