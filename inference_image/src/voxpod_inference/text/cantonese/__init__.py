"""Cantonese: written forms to characters, characters to Jyutping by words, Jyutping to phonemes."""
