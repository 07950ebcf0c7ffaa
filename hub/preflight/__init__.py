"""Whether an installation can serve: what ``helhed check`` finds, and what to do about each finding."""
