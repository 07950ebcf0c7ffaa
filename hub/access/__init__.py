"""Who may see what: employees, policies as text, and the four acts that are decided and logged."""
