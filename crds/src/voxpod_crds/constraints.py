"""Bounds of fields as annotations: pydantic enforces them, and a process without pydantic does not pay for them.

They are groups of `annotated_types` constraints by that package's own protocol (`GroupedMetadata`), which names them only when
somebody asks: to import it takes a sandbox 1.1 MB and 6 ms.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Literal


class _Group:
    """What `annotated_types` takes for a group of its constraints."""

    __slots__ = ()

    @property
    def __is_annotated_types_grouped_metadata__(self) -> Literal[True]:
        return True


@dataclass(frozen=True, slots=True)
class Between(_Group):
    """A number from `least` to `most`."""

    least: float
    most: float

    def __iter__(self) -> Iterator[Any]:
        """The constraints."""
        from annotated_types import Ge, Le

        yield from (Ge(self.least), Le(self.most))


@dataclass(frozen=True, slots=True)
class Length(_Group):
    """A text or tuple of `least` to `most` elements."""

    least: int
    most: int

    def __iter__(self) -> Iterator[Any]:
        """The constraints."""
        from annotated_types import Len

        yield Len(self.least, self.most)


@dataclass(frozen=True, slots=True)
class Passing(_Group):
    """A value for which `test` is true."""

    test: Callable[[Any], bool]

    def __iter__(self) -> Iterator[Any]:
        """The constraints."""
        from annotated_types import Predicate

        yield Predicate(self.test)
