"""Voxpod's engine beside kokoro-onnx: the same weights, cores and texts, measured in turn."""
