"""Faults of the machine: a ground to strike on, the strikes, and whether the next run puts all right."""
