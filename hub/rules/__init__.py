"""Facts against limits, and what the law's clocks say. No score, no ranking of people."""
