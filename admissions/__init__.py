"""Applications for the register and the pool: from a stranger to an entry with a term."""
