"""The values that nodes for speech write."""

from __future__ import annotations

from typing import TypedDict


class SpeechEvent(TypedDict):
    """That speech starts or ends. Times are media time, nanoseconds."""

    state: str
    """``start`` or ``end``"""
    startNs: int
    endNs: int | None
    """``None`` at the start."""
    probability: float
    """The highest of a window so far."""


class Transcript(TypedDict):
    """What was said. Times are media time, nanoseconds."""

    text: str
    startNs: int
    endNs: int
    final: bool
    """Whether the text stays as it is."""


class Text(TypedDict, total=False):
    """A text, with the times of what it answers."""

    text: str
    startNs: int
    endNs: int
    final: bool
