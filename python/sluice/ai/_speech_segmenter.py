"""Finds the start and the end of speech by the probabilities of windows."""

from __future__ import annotations

import dataclasses
from collections import deque
from collections.abc import Iterator

import numpy as np

HYSTERESIS = 0.15
"""So far below the threshold a window has to be to count as silence."""


@dataclasses.dataclass
class Limits:
    """Times in windows, and the probability from which on a window is speech."""

    threshold: float
    speech: int
    silence: int
    padding: int


@dataclasses.dataclass(frozen=True)
class Window:
    """Samples of speech that are to be passed on."""

    start: int
    """Its first sample, counted from the last reset of the segmenter."""
    samples: np.ndarray


@dataclasses.dataclass(frozen=True)
class Change:
    """The start or the end of speech."""

    is_start: bool
    start: int
    end: int
    """Samples, counted as those of windows are; that of the start is the start."""
    probability: float
    """The highest of a window so far."""


class SpeechSegmenter:
    """
    Holds windows back until it is known that they are speech: short noises are passed over, and so are the ends of
    pauses. Windows within the padding of speech belong to it.
    """

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self.is_speech = False
        self.reset()

    def reset(self) -> None:
        """Forgets the windows that are held. Call :meth:`finish` first, if speech is on."""
        self.is_speech = False
        self._held: deque[Window] = deque()
        self._loud = self._quiet = 0
        self._start = self._end = 0
        self._peak = 0.0

    def push(self, start: int, samples: np.ndarray, probability: float) -> Iterator[Window | Change]:
        """Takes a window. Gives the changes and the windows of speech that are certain now, in order of time."""
        limits, size = self.limits, len(samples)
        self._held.append(Window(start, samples))
        is_loud = probability >= limits.threshold
        is_quiet = probability < limits.threshold - HYSTERESIS
        if not self.is_speech:
            if is_loud or (self._loud and not is_quiet):
                self._loud += 1
                self._peak = max(self._peak, probability)
            else:
                self._loud, self._peak = 0, 0.0
            while len(self._held) > limits.padding + self._loud:
                self._held.popleft()
            if self._loud < max(1, limits.speech):
                return
            self.is_speech, self._quiet = True, 0
            self._start = self._held[0].start
            yield Change(True, self._start, self._start, self._peak)
            yield from self._pass()
            return
        self._peak = max(self._peak, probability)
        if is_loud:
            self._quiet = 0
        elif is_quiet or self._quiet:
            self._quiet += 1
        if self._quiet <= limits.padding:
            self._end = start + size
            yield from self._pass()
        if self._quiet >= max(1, limits.silence):
            yield from self.finish()
            # The windows that are held may be the padding of the next segment.
            while len(self._held) > limits.padding:
                self._held.popleft()

    def finish(self) -> Iterator[Change]:
        """Ends the speech that is on."""
        if self.is_speech:
            self.is_speech, self._loud = False, 0
            yield Change(False, self._start, max(self._end, self._start), self._peak)
            self._peak = 0.0

    def _pass(self) -> Iterator[Window]:
        while self._held:
            window = self._held.popleft()
            self._end = window.start + len(window.samples)
            yield window
