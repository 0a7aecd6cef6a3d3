"""Japanese: written forms that Open JTalk reads wrongly, and its kana as phonemes."""
