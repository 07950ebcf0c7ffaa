"""Tilsyn: who looked, with which right, and why?"""
