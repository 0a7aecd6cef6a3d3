"""The control plane of Voxpod."""
