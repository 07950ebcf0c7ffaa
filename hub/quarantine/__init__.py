"""Quarantine: what could not be read or stored, grouped by fault, kept until it is corrected or its time limit is over.

May import the bus and the kit; imported by collect, the pipeline, the operation's metrics, the roots and the web.
"""
