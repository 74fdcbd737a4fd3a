"""Frames to figures, in the notation of business charts.

Actual solid dark, plan outlined, forecast hatched, differences in their own panel; no pies, no gauges; bars
start at zero or say so. Blue is better and orange is worse, and a sign or a word always says it as well.
"""
