"""Questions to a person on a terminal: lists, text, hidden text, yes or no; drawn, or in plain lines."""
