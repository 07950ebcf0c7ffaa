"""Samtykker: what has the citizen consented to, and until when?"""
