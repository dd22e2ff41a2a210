"""What replicas must know of each other: recorded alert outcomes, and what was shown already."""
