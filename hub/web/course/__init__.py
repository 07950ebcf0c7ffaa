"""Forløb: why is there a course, who is on its team, and how does it end?"""
