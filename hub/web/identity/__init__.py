"""Hvem er hvem: is what the sources say about one person, or about two?"""
