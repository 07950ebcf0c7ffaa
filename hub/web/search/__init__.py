"""Søg: is it this person, and may I?"""
