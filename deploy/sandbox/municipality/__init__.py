"""A made-up municipality: its people, what is done for them, and who works there. Nothing here is real."""
