"""Prøvehandlinger: what a citizen and the team try for a while, and what they learned."""
