"""What the commands ask of Voxpod, whichever way it is reached."""

from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Protocol

ENDS = ("succeeded", "failed", "cancelled")


class Problem(Exception):
    """Why a command cannot do what it was told, in a sentence for who typed it."""


@dataclass(frozen=True, slots=True)
class Order:
    """What to speak; None leaves the choice to Voxpod."""

    text: str
    format: str
    model: str | None = None
    voice: str | None = None
    language: str | None = None
    speed: float | None = None
    instructions: str | None = None
    seed: int | None = None
    deadline_seconds: int = 3600


@dataclass(frozen=True, slots=True)
class Task:
    """An order as it is now."""

    id: str
    status: str
    """queued, running, succeeded, failed or cancelled."""
    created: float
    """Seconds since 1970."""
    format: str
    place: int | None = None
    """Among the tenant's waiting requests."""
    voice: str = ""
    seconds: float | None = None
    """Of audio."""
    error: str = ""
    warnings: tuple[str, ...] = ()
    url: str = ""
    """Where the audio is, for as long as that works."""

    @property
    def ended(self) -> bool:
        """Whether nothing more comes of it."""
        return self.status in ENDS


@dataclass(frozen=True, slots=True)
class Voice:
    """A voice of a model."""

    name: str
    model: str
    language: str = ""


@dataclass(frozen=True, slots=True)
class Limit:
    """A limit of the tenant; None where nothing is known, or there is none."""

    name: str
    used: float | None
    limit: float | None
    left: float | None


@dataclass(frozen=True, slots=True)
class Use:
    """What the tenant has used today, and may use."""

    tenant: str
    resets: float | None
    """When the day ends, in seconds since 1970."""
    limits: tuple[Limit, ...]


@dataclass(frozen=True, slots=True)
class Day:
    """What the tenant used on a day, which is one of UTC."""

    date: str
    """2026-11-28"""
    requests: int = 0
    characters: int = 0
    audio_seconds: float = 0.0


class Service(Protocol):
    """Voxpod. Each call raises Problem."""

    def create(self, order: Order) -> Task:
        """Have it spoken."""

    def task(self, task_id: str, seconds: float) -> Task:
        """A task once it has ended, or as it is after so many seconds at most."""

    def cancel(self, task_id: str) -> Task:
        """A task that is told to end; one that has ended stays as it is."""

    def audio(self, task: Task) -> AbstractContextManager[Iterator[bytes]]:
        """The audio of a task that succeeded, all of it or a Problem."""

    def tasks(self, status: str, limit: int) -> list[Task]:
        """The newest first; of one status, or of any."""

    def voices(self) -> list[Voice]:
        """What there is to choose from."""

    def use(self) -> Use:
        """Of the tenant that the credential stands for."""

    def days(self, number: int, now: float) -> list[Day]:
        """Of the same tenant the last days, the earliest first; those of which nothing can be said are not there."""
