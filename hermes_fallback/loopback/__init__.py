"""Misbehaving providers on loopback, for the demo, the drill and the tests. Standard library only."""
