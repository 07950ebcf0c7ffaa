"""Notices to the administrators: what of the sources needs a person, told once as it begins and once as it ends."""
