"""A source that makes its data up: for trying Helhed out, and for the tests of what reads sources."""
