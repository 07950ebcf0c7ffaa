"""Hvad er slettet: the proof that deletion ran, by day and store."""
