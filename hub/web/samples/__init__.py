"""Stikprøver: samples of look-ups that are drawn, reviewed by somebody else, and kept as evidence."""
