"""Facts against limits: what the law's clocks say. No score, no ranking of people."""
