"""Text to phonemes; one package a language, each loaded when its script occurs; what they share lies here."""
