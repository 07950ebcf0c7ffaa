"""Ways to reach a source: one module a protocol."""
