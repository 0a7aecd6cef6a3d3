"""Spanish, French, Italian, Portuguese and Hindi: written forms to words, words to phonemes by espeak-ng."""
