"""The common schema: types that connectors, hub and search share.

May import Pydantic and the standard library only; may be imported by everyone.
"""
