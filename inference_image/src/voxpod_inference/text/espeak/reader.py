"""Spanish, French, Italian, Portuguese and Hindi to phonemes, by espeak-ng.

Kokoro's voices of these languages were trained on what misaki's EspeakG2P makes of espeak-ng's IPA: text between
punctuation marks is pronounced clause by clause, so that French liaison and Spanish softening cross words; the marks stay.
"""

import difflib
import itertools
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from voxpod_inference.text.espeak.normal import ReadAloud
from voxpod_inference.text.espeak.process import LONGEST_LINE
from voxpod_inference.text.espeak.tables import Tables
from voxpod_inference.text.signs import LeftOut
from voxpod_inference.text.spoken import PUNCTUATION, Spoken, plain_punctuation, spoken
from voxpod_inference.text.traced import Traced

# Letters of the model for what espeak-ng ties together; other ties and hyphens (French liaison) are dropped.
_TO_MODEL = (
    ("a^ɪ", "I"), ("a^ʊ", "W"), ("d^z", "ʣ"), ("d^ʒ", "ʤ"), ("e^ɪ", "A"), ("o^ʊ", "O"), ("s^s", "S"), ("t^s", "ʦ"),
    ("t^ʃ", "ʧ"), ("ɔ^ɪ", "Y"), ("ə^ʊ", "Q"), ("^", ""), ("-", ""),
    # No letter of the model's, which would leave them silent: Hindi ळ and vocalic ऋ, the Italian ð.
    ("ɭ", "l"), ("ʍ", "w"), ("\u0329", ""), ("\u032a", ""),
)  # fmt: skip
# What espeak-ng pronounces as English inside another language is flagged `(en)...(es)`.
_LANGUAGE_FLAG = re.compile(r"\([^)]*\)")
_LATIN = r"A-Za-z0-9ªºÀ-ÖØ-öø-ɏ\u0300-\u036f"
_DEVANAGARI = r"\u0900-\u0963\u0966-\u096f\u0971-\u097f"
_SAME_SOUND = re.compile(r"[A-ZÀ-Þ]?[a-zà-ÿœ]+|[\u0900-\u0963]+")
"""Tokens that are one spoken word each, so that counting is enough to tell which is which."""
_LONGEST_TOKEN = 40
"""espeak-ng drops the end of a word of some hundred letters."""
_REMEMBERED = 4096


class Pronounces(Protocol):
    """Where the IPA comes from: `EspeakProcess`."""

    def ipa(self, lines: Sequence[str]) -> list[str]:
        """The IPA of each line."""
        ...


@dataclass(frozen=True, slots=True)
class _Token:
    said: str
    source: tuple[int, int]
    is_word: bool


class EspeakReader:
    """Reads one of espeak-ng's languages; `espeak` pronounces its lines."""

    def __init__(self, tables: Tables, espeak: Pronounces) -> None:
        self._read_aloud = ReadAloud(tables)
        letters = _LATIN + (_DEVANAGARI if tables.voice == "hi" else "")
        self._token = re.compile(rf"(?P<word>[{letters}]+(?:['’‑-][{letters}]+)*['’]?)|[^{letters}]")
        self._espeak = espeak
        self._known: dict[str, str] = {}
        """What espeak-ng said for a line: a sentence that is too long is read again by its clauses."""

    def __call__(self, text: str) -> Spoken:
        """Phonemes as misaki's EspeakG2P makes them. SpeechError when espeak-ng fails."""
        if len(self._known) > _REMEMBERED:
            self._known.clear()
        left_out = LeftOut(text)
        clauses: list[list[_Token]] = [[]]
        order: list[tuple[str, tuple[int, int]] | list[_Token]] = [clauses[0]]
        for token in self._tokens(text):
            if token.is_word and any(c.isalnum() for c in token.said):
                if sum(len(t.said) + 1 for t in clauses[-1]) + len(token.said) > LONGEST_LINE:
                    clauses.append([])
                    order.append(clauses[-1])
                clauses[-1].append(token)
            elif token.said in PUNCTUATION and token.said != " ":
                clauses.append([])
                order += [(token.said, token.source), clauses[-1]]
            elif token.said in "¡¿":
                clauses.append([])
                order.append(clauses[-1])
            else:
                for at, char in enumerate(token.said, token.source[0]):
                    left_out.sign(char, min(at, token.source[1] - 1))
        pieces = list(self._pieces(order, self._pronounced(clauses), text, left_out.told))
        return spoken(Traced.joined(pieces), left_out.told)

    def _tokens(self, text: str) -> Iterator[_Token]:
        normal = self._read_aloud(Traced.of(text).sub(re.compile("[।॥]"), ".").each(plain_punctuation))
        for match in self._token.finditer(normal.text):
            for first in range(match.start(), match.end(), _LONGEST_TOKEN):
                last = min(match.end(), first + _LONGEST_TOKEN)
                said = normal.text[first:last].replace("’", "'").replace("‑", "-")
                yield _Token(said, normal.source(first, last), match["word"] is not None)

    def _pronounced(self, clauses: list[list[_Token]]) -> Iterator[list[str]]:
        """The phonemes of each clause's tokens."""
        lines = [" ".join(token.said for token in clause) for clause in clauses]
        self._learn({*filter(None, lines)})
        whole = [self._known.get(line, "") for line in lines]
        counted = [_by_count(clause, said) for clause, said in zip(clauses, whole, strict=True)]
        self._learn(
            {token.said for clause, parts in zip(clauses, counted, strict=True) if parts is None for token in clause}
        )
        for clause, said, parts in zip(clauses, whole, counted, strict=True):
            yield parts if parts is not None else _apart(said, [self._known[token.said] for token in clause])

    def _learn(self, lines: set[str]) -> None:
        """Pronounce lines, each by itself."""
        if new := sorted(lines - self._known.keys()):
            self._known |= {line: _in_model_alphabet(ipa) for line, ipa in zip(new, self._espeak.ipa(new), strict=True)}

    def _pieces(
        self,
        order: list[tuple[str, tuple[int, int]] | list[_Token]],
        said: Iterator[list[str]],
        text: str,
        unread: list[str],
    ) -> Iterator[tuple[str, tuple[int, int]]]:
        at = 0
        for part in order:
            if isinstance(part, tuple):
                before = " " if part[0] in "(“—" and at else ""
                spaced = text[part[1][1] : part[1][1] + 1].isspace() or part[0] in "—"
                yield before + part[0] + (" " if spaced else ""), part[1]
                at = part[1][1]
                continue
            for token, phonemes in zip(part, next(said), strict=True):
                start, at = token.source
                yield " ", (start, start)
                yield phonemes, token.source
                if not phonemes and not self._known.get(token.said, "spoken with its neighbour"):
                    unread.extend(c for c in text[slice(*token.source)] if c.isalnum())


def _in_model_alphabet(ipa: str) -> str:
    ipa = _LANGUAGE_FLAG.sub("", ipa)
    for old, new in _TO_MODEL:
        ipa = ipa.replace(old, new)
    return " ".join(ipa.split())


def _by_count(clause: Sequence[_Token], said: str) -> list[str] | None:
    """One spoken word for each token, where no token can be more or less than one; None otherwise."""
    words = said.split(" ") if said else []
    if len(words) == len(clause) and all(_SAME_SOUND.fullmatch(token.said) for token in clause):
        return words
    return None


def _apart(said: str, alone: Sequence[str]) -> list[str]:
    """`said` cut into one part for each of `alone`: word by word where they are as many beside each other as by themselves."""
    words, counts = said.split(" "), [len(word.split(" ")) if word else 0 for word in alone]
    if len(words) != sum(counts):
        return _by_likeness(said, alone)
    ends = list(itertools.accumulate(counts, initial=0))
    return [" ".join(words[a:b]) for a, b in itertools.pairwise(ends)]


def _by_likeness(said: str, alone: Sequence[str]) -> list[str]:
    """`said` cut into one part for each of `alone`, where the words by themselves would end in it.

    Words change beside each other (liaison, `il y a` as one), so what they share is matched, and each cut moves to the
    nearest space. Each that sounds by itself gets a phoneme at least; joined they are `said` without the spaces at the cuts.
    """
    one_by_one = " ".join(alone)
    matcher = difflib.SequenceMatcher(None, one_by_one, said, autojunk=False)
    blocks = matcher.get_matching_blocks()
    ends = itertools.accumulate(len(word) + 1 for word in alone)
    cuts = [0]
    for place, end in enumerate(ends, 1):
        least, most = cuts[-1] + bool(alone[place - 1]), len(said) - sum(map(bool, alone[place:]))
        while said[cuts[-1] : least] == " ":
            least += 1
        cuts.append(max(cuts[-1], min(max(least, _nearest_space(said, _carried(end - 1, blocks))), most)))
    cuts[-1] = len(said)
    return [said[a:b].strip() for a, b in itertools.pairwise(cuts)]


def _carried(position: int, blocks: Sequence[difflib.Match]) -> int:
    """Where a position of the first string is in the second."""
    before = 0
    for a, b, size in blocks:
        if position < a:
            break
        before = b + min(position - a, size)
    return before


def _nearest_space(said: str, position: int) -> int:
    for distance in range(2):
        for at in (position + distance, position - distance):
            if 0 < at < len(said) and said[at] == " ":
                return at
    return min(position, len(said))
