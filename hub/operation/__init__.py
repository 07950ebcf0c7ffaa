"""What those who run the hub ask of it: figures, and whether it is well. Knows the context, not the stages."""
