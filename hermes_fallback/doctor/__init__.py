"""Checks of everything a home relies on: facts in, findings out."""
