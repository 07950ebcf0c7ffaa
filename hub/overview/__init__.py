"""Overviews: built from a citizen's records, stored with a version, and read "as of" and "as known".

May import hub.matching and the rooms below it; knows neither who asks nor the search index.
"""
