"""Benchmarks: they print ratios against a named peer or limit of the same run, never a bare time."""
