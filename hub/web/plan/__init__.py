"""Borgerens plan: what do we want, who does what by when, and how is it going?"""
