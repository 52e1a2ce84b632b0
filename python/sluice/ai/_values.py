"""The values that nodes for speech write."""

from __future__ import annotations

from typing import TypedDict


class SpeechEvent(TypedDict):
    """The start or the end of speech. Times are media time, nanoseconds."""

    state: str
    """``start`` or ``end``"""
    startNs: int
    endNs: int | None
    """``None`` at the start."""
    probability: float
    """The highest of a window so far."""


class Transcript(TypedDict):
    """The text of a segment of speech. Times are media time, nanoseconds."""

    text: str
    startNs: int
    endNs: int
    final: bool
    """``False`` if the engine may still change the text."""


class Text(TypedDict, total=False):
    """A text, with the times of the one that it answers."""

    text: str
    startNs: int
    endNs: int
    final: bool
