"""Connectors: fetch from the sources and translate to records.

May import schemas; may be imported by hub, but ``sources`` only by ``registry``.
"""
