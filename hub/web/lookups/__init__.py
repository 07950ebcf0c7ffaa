"""Opslag: who looked at a citizen, or at whom an employee looked, in a period; also as a file."""
