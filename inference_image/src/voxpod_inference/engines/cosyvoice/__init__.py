"""CosyVoice-300M-SFT on ONNX Runtime: from a bundle to sound here, from a published checkpoint to a bundle in `conversion`."""
