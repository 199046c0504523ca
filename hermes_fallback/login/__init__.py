"""Signing in, and staying signed in: OAuth, token exchanges, and the sign-ins of clouds."""
