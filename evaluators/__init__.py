"""The register: an organisation's role as evaluating firm."""
