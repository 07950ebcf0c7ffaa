"""Er loggen hel?: who has witnessed the log, when was it verified, and the log itself for who verifies it."""
