"""The audit log (loggen): one line an act, written before the answer, never changed."""
