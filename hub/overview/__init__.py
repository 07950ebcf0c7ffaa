"""TODO by owner: what lives here, what it may import, who may import it."""
