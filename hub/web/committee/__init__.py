"""Sammenhængsudvalget i tal: courses, trial actions, progress and time to the goal, in numbers that point at nobody."""
