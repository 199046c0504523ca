"""Carries bytes over HTTP and holds every credential to its origins."""
