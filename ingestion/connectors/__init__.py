"""Connectors: where a feed's files come from."""
