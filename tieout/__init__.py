"""The front door: configuration, the command line, and the order in which the rooms do their work."""
