"""From values to what a person reads and what a script parses; both from the same value."""
