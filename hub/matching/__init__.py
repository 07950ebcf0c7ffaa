"""Matching: which citizen each party of each record is, by what the sources claim and nothing else.

May import the kit, schemas and hub.intake; imported by hub.overview and the roots.
"""
