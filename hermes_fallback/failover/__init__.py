"""What a failure means and what follows from it: classify, decide, one step's machine. Pure."""
