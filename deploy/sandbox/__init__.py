"""A municipality in a box: made-up people, and servers that speak the real protocols. Nothing in the product imports it."""
