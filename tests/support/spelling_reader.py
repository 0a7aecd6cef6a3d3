"""A reader whose phonemes are the letters it reads: what is said can be compared with what was written."""

import re

from voxpod_inference.text.frontend import Chunk, FrontEnd, Limits, Script
from voxpod_inference.text.languages import KNOWN
from voxpod_inference.text.spoken import Spoken, Word


class Spelling:
    """Reads words as themselves, a Han or kana character as a word of its own, drops emoji, keeps punctuation."""

    def __init__(self, mark: str = "") -> None:
        self.mark = mark
        self.asked: list[str] = []

    def __call__(self, text: str) -> Spoken:
        self.asked.append(text)
        phonemes, words, unread = "", list[Word](), list[str]()
        for token in re.finditer(r"[぀-ヿ㐀-鿿]|[^\W぀-ヿ㐀-鿿]+|[.,!?;:…]|\S", text):
            if token.group() in ".,!?;:…":
                phonemes += token.group()
            elif token.group()[0].isalnum() or token.group()[0] == "_":
                said = f"{' ' if phonemes else ''}{self.mark}{token.group()}"
                words.append(
                    Word(token.start(), token.end(), len(phonemes + said) - len(token.group()), len(phonemes + said))
                )
                phonemes += said
            else:
                unread += token.group()
        return Spoken(phonemes, tuple(unread), words=tuple(words))


def front_end(most: int = 500, preferred: int = 150, languages: tuple[str, ...] = KNOWN) -> FrontEnd:
    return FrontEnd({language: Spelling() for language in languages}, Limits(most, preferred), len)


def said(script: Script) -> str:
    return " | ".join(chunk.phonemes for chunk in script.chunks)


def written(script: Script, source: str) -> list[tuple[str, str]]:
    """Every word: as the source has it, and as it is said."""
    return [(source[w.start : w.end], c.phonemes[w.first : w.last]) for c in script.chunks for w in c.words]


def joined(chunks: tuple[Chunk, ...]) -> str:
    return "".join(chunk.text for chunk in chunks)
