"""The lake: canonical contracts and the Delta tables that hold what the feeds landed."""
