"""Bundled provider profiles, one folder each."""
