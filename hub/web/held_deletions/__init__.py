"""Tilbageholdte sletninger: what is missing in a source, and is it gone?"""
