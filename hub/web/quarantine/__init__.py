"""Karantæne: what could not be read, and is it one fault or many?"""
