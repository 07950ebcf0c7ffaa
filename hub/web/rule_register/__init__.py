"""Regelregister: every rule that points at facts of a citizen, who approved it, and what it reads."""
