"""Particles that change with the sound before them: 이 or 가, 은 or 는, 을 or 를, 과 or 와."""

_PAIRS = ("이가", "은는", "을를", "과와")


def agreeing(before: str, particle: str) -> str:
    """The form of a particle that stands after what is said before it, which ends in a Hangul syllable."""
    closed = (ord(before[-1]) - 0xAC00) % 28 != 0
    return next(pair for pair in _PAIRS if particle in pair)[0 if closed else 1]
