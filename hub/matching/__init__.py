"""Matching: which citizen each party of each record is, decided by the claims of the sources alone.

May import the kit, schemas and hub.intake; imported by hub.overview and the roots.
"""
