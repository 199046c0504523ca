"""Proof that a provider can be reached and takes a key, at the smallest cost."""
