"""The coordinated course (sammenhængende borgerforløb): who is on it, who is on the team, what was consented to."""
