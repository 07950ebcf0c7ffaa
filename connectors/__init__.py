"""Our code for the sources: fetch, translate, and nothing of what the hub does with it.

May import schemas; may be imported by hub, but ``sources`` only by ``registry``.
"""
