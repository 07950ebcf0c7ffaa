"""One file a room, in the order of the rooms; written by hand, never changed once released."""
