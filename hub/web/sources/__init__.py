"""Kilder: is every source all right, and if not what do I do?"""
