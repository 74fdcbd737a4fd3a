"""The app: executive and analyst pages over the published mart, read-only."""
