"""Typed inputs to Kubernetes objects: pure, one kind a file."""
