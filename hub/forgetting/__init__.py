"""Forgetting what a source has said: its records, what follows from them, and how far it was read.

May import the rooms below the pipeline; imported by the worker, the command line and the web.
"""
