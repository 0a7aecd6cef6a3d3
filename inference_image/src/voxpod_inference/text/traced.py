"""A text whose characters know where they came from, through any number of rewritings.

Reading aloud rewrites a text many times before it is phonemes: `$5` becomes `five dollars`, then `fˈIv dˈɑləɹz`. Word
times and warnings must name the `$5` that was written.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

Part = tuple[str, int]
"""A piece of a replacement and the group of the match that it stands for; 0 is the whole match."""
Replacement = str | Callable[[re.Match[str]], str | Sequence[Part]]
Rule = tuple[re.Pattern[str], Replacement]
"""One rewriting of a text: what is looked for, and what is put there."""


@dataclass(frozen=True, slots=True)
class Traced:
    """`text[i]` stands for characters `starts[i]` to `ends[i]` of the text that was given; both ascend, not strictly."""

    text: str
    starts: Sequence[int]
    ends: Sequence[int]

    @classmethod
    def of(cls, text: str) -> "Traced":
        """A text as it was given."""
        return cls(text, range(len(text)), range(1, len(text) + 1))

    @classmethod
    def joined(cls, pieces: Iterable[tuple[str, tuple[int, int]]]) -> "Traced":
        """Pieces with the source range of each, in order."""
        texts, starts, ends = [], list[int](), list[int]()
        for text, (start, end) in pieces:
            texts.append(text)
            starts += [start] * len(text)
            ends += [end] * len(text)
        return cls("".join(texts), starts, ends)

    def source(self, first: int, last: int) -> tuple[int, int]:
        """The source range of characters `first` to `last`; empty and in the right place for an empty range."""
        if first < last:
            return self.starts[first], self.ends[last - 1]
        at = self.ends[first - 1] if first else 0
        return at, at

    def sub(self, pattern: re.Pattern[str], replacement: Replacement) -> "Traced":
        """Like `re.sub`. What is put in comes from the whole match, or from one of its groups where the replacement says so."""
        if not pattern.search(self.text):  # as most rules do
            return self
        texts, starts, ends, done = [], list[int](), list[int](), 0
        for match in pattern.finditer(self.text):
            made = match.expand(replacement) if isinstance(replacement, str) else replacement(match)
            if made == match.group():
                continue
            texts.append(self.text[done : match.start()])
            starts += self.starts[done : match.start()]
            ends += self.ends[done : match.start()]
            for text, group in [(made, 0)] if isinstance(made, str) else made:
                first, last = match.span(group)
                start, end = self.source(first, last)
                same = text == match.group(group)  # each character keeps its own place
                texts.append(text)
                starts += self.starts[first:last] if same else [start] * len(text)
                ends += self.ends[first:last] if same else [end] * len(text)
            done = match.end()
        if not done and not texts:
            return self
        texts.append(self.text[done:])
        return Traced("".join(texts), [*starts, *self.starts[done:]], [*ends, *self.ends[done:]])

    def each(self, change: Callable[[str], str]) -> "Traced":
        """Every character replaced by what `change` makes of it."""
        changed = [change(char) for char in self.text]
        if "".join(changed) == self.text:
            return self
        spans = zip(self.starts, self.ends, strict=True)
        return Traced.joined(zip(changed, spans, strict=True))

    def stripped(self) -> "Traced":
        """Without white space at both ends."""
        first = len(self.text) - len(self.text.lstrip())
        last = max(first, len(self.text.rstrip()))
        return Traced(self.text[first:last], self.starts[first:last], self.ends[first:last])
