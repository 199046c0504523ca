"""Turns configured links into routes, and edits the chain."""
