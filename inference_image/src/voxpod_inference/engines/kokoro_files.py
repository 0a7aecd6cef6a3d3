"""What the files of a Kokoro bundle, and of weights prepared from it, are called."""

FRONT, GENERATOR, WEIGHTS = "front.onnx", "generator.onnx", "generator.weights"
"""Files of a bundle."""

PACKED = "generator.packed"
"""File of prepared weights: `WEIGHTS` for this processor."""
