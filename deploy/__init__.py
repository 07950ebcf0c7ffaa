"""What stands around the product: set-up, the demo, the municipality in a box. Nothing imports it."""
