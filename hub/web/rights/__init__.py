"""Borgerens rettigheder: what the DPO decides about what is stored of a citizen."""
