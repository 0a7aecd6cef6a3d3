"""From the checkpoint as its makers publish it to a bundle. Needs the package onnx; nothing of it is imported to speak."""
