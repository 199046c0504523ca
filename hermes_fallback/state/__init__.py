"""What is known of hosts, credentials and models, shared by every process that uses one home."""
