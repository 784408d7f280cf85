"""Chaos between station and server, and the books that must be right after it (`make soak`)."""
