"""Mandarin: written forms to characters, characters to pinyin by words and context, pinyin to phonemes."""
