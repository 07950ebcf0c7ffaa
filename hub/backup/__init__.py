"""Copies of the database beside it, encrypted: base backups, the archive of the log (WAL), and who was forgotten."""
