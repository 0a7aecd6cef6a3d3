"""Decisions: pure, synchronous, without clock or client."""
