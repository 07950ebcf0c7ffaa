"""Tables of this room (SQLAlchemy classes, no behaviour)."""
