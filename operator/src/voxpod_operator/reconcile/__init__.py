"""Observe, decide, apply: one module per resource."""
