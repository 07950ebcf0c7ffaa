"""A municipality in a box: made-up people, and servers that speak the real protocols.

May import schemas and the kit of the hub; only the demo and the tests import it.
"""
