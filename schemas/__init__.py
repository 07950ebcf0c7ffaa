"""The words: what connectors, hub and search agree on.

May import Pydantic and the standard library only; may be imported by everyone.
"""
