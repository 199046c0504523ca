"""One description of the keys we know: what may stand in config.yaml, and what it means."""
