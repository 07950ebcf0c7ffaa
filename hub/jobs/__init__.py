"""Jobs: long work that a person has asked for, done by a worker under a lease, with progress and result kept.

May import the kit; imported by the worker, the roots and the web.
"""
