"""Voxpod shown on a real cluster: what `make demo` does."""
