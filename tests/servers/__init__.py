"""Real servers for tests, each started by the project itself on this machine alone, and stopped with the tests."""
