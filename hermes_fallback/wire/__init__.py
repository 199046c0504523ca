"""Dialects: a conversation becomes a request, response bytes become events. Pure."""
