"""Intake: stores every statement of every source once, and decides which version of each entity is current.

May import the kit and schemas; imported by hub.matching, hub.overview and the roots.
"""
