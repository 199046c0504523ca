"""The portable form of a conversation. Pure."""
