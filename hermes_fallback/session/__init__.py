"""Drives turns: the conversation goes on whichever link answers."""
