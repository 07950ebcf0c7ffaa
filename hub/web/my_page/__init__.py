"""Min side: what a citizen reads about themselves, and does."""
