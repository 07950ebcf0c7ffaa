"""Verifies an export of Helhed's audit log off-line: no database, no network, nothing else of Helhed."""
