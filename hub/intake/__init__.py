"""Intake: every statement of every source is stored once, and it is settled which of them stands.

May import the kit and schemas; imported by hub.matching, hub.overview and the roots.
"""
