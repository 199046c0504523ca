"""Rehearsals of outages on the user's own chain, against built-in providers."""
