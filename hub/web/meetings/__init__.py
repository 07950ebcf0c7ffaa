"""Møder: when do we meet, what is there to talk about, who came, and what did we decide?"""
