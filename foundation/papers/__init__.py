"""Numbers per kind and year; the register of papers."""
