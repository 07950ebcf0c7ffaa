"""Videregivelser: what an area lets others see on another basis than the citizen's consent."""
