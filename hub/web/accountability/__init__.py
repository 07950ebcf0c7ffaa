"""Answers to what a DPO asks of the whole installation: rights, consents, fields, searches, reveals and the record."""
