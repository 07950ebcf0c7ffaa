"""Søgningen: does the search know what the database knows, and if not what do I do?"""
