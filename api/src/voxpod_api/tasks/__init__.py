"""Tasks: speech that nobody waits for on a line."""
