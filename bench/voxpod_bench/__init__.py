"""Benchmarks of Voxpod on a real cluster: what a request costs, stage by stage and write by write."""
