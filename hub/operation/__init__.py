"""What operators ask of a process: its metrics, and whether it is healthy. Knows the context, not the stages."""
