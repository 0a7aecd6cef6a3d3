"""Text to phonemes; one module a language, each loaded when its script occurs."""
