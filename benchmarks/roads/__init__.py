"""Roads from a CSV file to a Delta table, each a program of its own."""
