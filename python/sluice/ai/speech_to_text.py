"""The node ``python.speech-to-text``."""

from __future__ import annotations

import dataclasses
import time
from collections import deque
from collections.abc import Iterator
from typing import Any, Literal

import numpy as np

from sluice import AudioFrame, DataFrame, Input, Node, Output, config, node, port

from ._audio import NS_PER_SECOND, check_rate, mono_of, samples_to_ns
from ._recognisers import RATE_HZ, open_recogniser
from ._values import Transcript
from ._worker import Worker

_GAP_NS = 200_000_000
"""A gap in time from which on a segment ends."""
_LATE_NS = 20_000_000
"""A segment ends though so much of its sound is missing: a resampler on the way keeps the last samples."""
_BLOCK_SAMPLES = 4_096
"""Samples that the engine takes at once, but for the last of a segment: it looks for words each time."""
_MOST_TEXTS = 100_000
_MOST_ENDS = 256
_WAIT_S = 0.05


@dataclasses.dataclass
class _Block:
    """Samples of a segment; without any, its end."""

    samples: np.ndarray
    start_ns: int
    end_ns: int


@node(
    "speech-to-text",
    category="ai",
    description="Makes text of speech, offline: with the English model of pocketsphinx, or one of Whisper on disk.",
    tags=("audio", "speech", "stt", "text"),
)
class SpeechToText(Node):
    audio: Input[AudioFrame] = port(
        description="Speech at 16 kHz, such as that of python.silero-vad; a gap in time ends a segment.",
        accepts={"sampleRateHz": RATE_HZ},
    )
    events: Input[DataFrame[Any]] = port(
        optional=True, description='Whose `state` "end" ends a segment at once, as those of python.silero-vad.'
    )
    transcript: Output[DataFrame[Transcript]] = port(
        description="`text`, `startNs`, `endNs`, and whether it is `final`."
    )
    engine: Literal["auto", "pocketsphinx", "whisper"] = config(
        "auto", description="Auto: Whisper if `model` is one, else pocketsphinx."
    )
    model: str = config("", reaches="path", description="Folder of a model; by default that of pocketsphinx.")
    phrases: list[str] = config(
        [], description="The only phrases there are, which are then told apart better; pocketsphinx."
    )
    language: str = config("en", description="Language of Whisper; empty: it finds out.")
    partials: bool = config(False, description="Also texts that are not final, as the engine changes its mind.")
    max_seconds: int = config(30, minimum=1, maximum=600, unit="s", description="Longest segment; a longer one is cut.")
    queue_seconds: int = config(
        30, minimum=1, maximum=600, unit="s", description="Sound that waits; in a live graph more is dropped."
    )
    threads: int = config(1, minimum=1, maximum=64, description="Threads of Whisper.")
    figures = ("segments", "dropped_ms", "engine_ms", "last_ms")

    def setup(self) -> None:
        self._recogniser = open_recogniser(self.engine, self.model, self.phrases, self.language, self.threads)
        most = self.queue_seconds * RATE_HZ // _BLOCK_SAMPLES + 1
        self._worker: Worker[_Block, Transcript] = Worker(self._recognise, self.waker().wake, most, _MOST_TEXTS)
        self._ends: deque[int] = deque(maxlen=_MOST_ENDS)
        self._parts: list[np.ndarray] = []
        self._held = 0
        self._start_ns = self._end_ns = self._ended_ns = 0
        self._is_open = False
        self._said = ""
        self._segments = 0
        self._dropped_ms = self._engine_ms = self._last_ms = 0.0

    def process(self) -> None:
        for event in self.events:
            value = event.value
            if isinstance(value, dict) and value.get("state") == "end":
                self._ends.append(int(value.get("endNs") or event.pts_ns))
        while (next_block := self.audio.peek()) is not None:
            if self._is_open and abs(next_block.pts_ns - self._end_ns) > _GAP_NS:
                self._end()
            self._heed_ends(next_block.pts_ns)
            if (frame := self.audio.read()) is None:
                break
            check_rate(frame, "understand speech", (RATE_HZ,))
            self._take(frame.pts_ns, mono_of(frame))
        self._heed_ends(self._end_ns)
        self._write()

    def flush(self) -> None:
        self._end()
        self._write()
        if not self._worker.is_idle:
            self._worker.wait(_WAIT_S)
            self.run_again()

    def teardown(self) -> None:
        if hasattr(self, "_worker"):
            self._worker.stop()

    def _heed_ends(self, next_ns: int) -> None:
        """Ends the segment once its sound is there: an event may be seen before the sound that precedes it."""
        while self._ends and self._ends[0] <= max(next_ns, self._end_ns + _LATE_NS):
            self._ended_ns = self._ends.popleft()
            self._end(self._ended_ns)

    def _take(self, pts_ns: int, samples: np.ndarray) -> None:
        if 0 < self._ended_ns - pts_ns < _GAP_NS:
            # The rest of a segment that has ended already.
            return
        if not self._is_open:
            self._is_open, self._start_ns = True, pts_ns
        self._parts.append(samples)
        self._held += len(samples)
        self._end_ns = pts_ns + samples_to_ns(len(samples), RATE_HZ)
        if self._held >= _BLOCK_SAMPLES:
            self._offer()
        if self._end_ns - self._start_ns >= self.max_seconds * NS_PER_SECOND:
            self._end()

    def _offer(self) -> None:
        """Gives the engine the gathered samples. If it has no room, an offline graph waits; a live one drops them."""
        if not self._parts:
            return
        block = _Block(np.concatenate(self._parts), self._start_ns, self._end_ns)
        self._parts.clear()
        self._held = 0
        while not self._worker.offer(block, 0.0 if self.is_live else 1.0):
            if self.is_live:
                self._dropped_ms += 1_000 * len(block.samples) / RATE_HZ
                return

    def _end(self, end_ns: int | None = None) -> None:
        if self._is_open:
            self._offer()
            self._is_open = False
            # The end of a segment is never dropped.
            self._worker.offer(_Block(np.zeros(0, np.float32), self._start_ns, end_ns or self._end_ns), must=True)

    def _recognise(self, block: _Block) -> Iterator[Transcript]:
        began = time.perf_counter()
        is_final = len(block.samples) == 0
        text = self._recogniser.finish() if is_final else self._recogniser.feed(block.samples)
        took_ms = 1_000 * (time.perf_counter() - began)
        self._engine_ms += took_ms
        if is_final:
            self._segments += 1
            self._last_ms = took_ms
        if text and (is_final or (self.partials and text != self._said)):
            yield {"text": text, "startNs": block.start_ns, "endNs": block.end_ns, "final": is_final}
        self._said = "" if is_final else text

    def _write(self) -> None:
        while self.may_write() and (found := self._worker.take()) is not None:
            self.transcript.write_value(found, pts_ns=found["endNs"])
        self.report(
            segments=self._segments, dropped_ms=self._dropped_ms, engine_ms=self._engine_ms, last_ms=self._last_ms
        )
