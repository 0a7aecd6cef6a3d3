"""English: written forms to words, words to phonemes by dictionary, context and espeak-ng."""
