"""Beskeder: what of the sources needs a person, and was anybody told?"""
