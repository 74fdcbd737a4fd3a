"""A services firm that writes canonical extracts, with known defects and their truth."""

from simulator.run import Summary, simulate

__all__ = ["Summary", "simulate"]
