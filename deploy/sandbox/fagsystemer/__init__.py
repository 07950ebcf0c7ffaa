"""Simulated fagsystemer: the real protocols over loopback, filled from the made-up municipality."""
