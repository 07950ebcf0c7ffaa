"""The pages, their JSON twins, and every Danish sentence.

The only room with FastAPI routes and Jinja. ``gather`` asks the rooms below, ``present_*`` turns the answers into
``pages`` (pure), templates show them. Imported by hub.app alone.
"""
