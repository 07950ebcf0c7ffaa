"""Finding citizens: the ``SearchIndex`` port and what implements it.

May import schemas; knows nothing of the hub or its tables.
"""
