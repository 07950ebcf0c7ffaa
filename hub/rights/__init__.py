"""A citizen's rights over what is stored: legal holds, who was forgotten, and proof of what was deleted.

May import the kit; read by the rooms above. Who may do any of it is decided in hub.access.
"""
