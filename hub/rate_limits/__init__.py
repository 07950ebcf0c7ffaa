"""How often something may be done, counted in PostgreSQL so that all web servers count together."""
