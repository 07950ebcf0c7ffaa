"""Medarbejdere: who may do what, from where, and until when."""
