"""What the number modules of the languages share."""

from typing import Literal

Gender = Literal["", "m", "f"]
"""Of the noun after a number; nothing for a number that stands alone: `uno`, `un libro`, `una casa`."""

words = str.split
"""A list of words, written as one text."""
