"""REST facade of Voxpod."""
