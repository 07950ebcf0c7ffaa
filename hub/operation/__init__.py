"""What those who run the hub ask of it: figures, and whether it is well. Knows the parts, not the stages."""
