"""The node ``python.text-to-speech``."""

from __future__ import annotations

import dataclasses
import math
import time
from collections import deque
from collections.abc import Iterator
from typing import Any, Literal

import numpy as np

from sluice import AudioFrame, DataFrame, Input, Node, Output, command, config, node, port

from . import _espeak
from ._alarm import Alarm
from ._audio import NS_PER_SECOND
from ._texts import text_of
from ._voices import open_voice
from ._worker import Worker

_BLOCK_NS = 20_000_000
_MOST_BLOCKS = 100
_MOST_STARTS = 256
_WAIT_S = 0.05
_PACE_S = 0.01


@dataclasses.dataclass(eq=False)
class _Utterance:
    """A text that is to be spoken."""

    text: str
    pts_ns: int
    came_s: float
    is_cut: bool = False
    has_begun: bool = False


@dataclasses.dataclass
class _Block:
    """20 ms of an utterance; without samples, its end."""

    utterance: _Utterance
    rate_hz: int
    samples: np.ndarray | None


@node(
    "text-to-speech",
    category="ai",
    description="Speaks texts, offline: with espeak-ng, or a model of Kokoro on disk. The start of speech interrupts it.",
    tags=("audio", "speech", "tts", "text"),
)
class TextToSpeech(Node):
    text: Input[DataFrame[Any]] = port(
        description="Texts, or objects with `text`; those whose `final` is false are passed over."
    )
    events: Input[DataFrame[Any]] = port(
        optional=True,
        description='Starts of speech, `state` "start" or `isVoice` true, which end what came before: those of '
        "python.silero-vad or voice-activity.",
    )
    audio: Output[AudioFrame] = port(description="Speech, mono, in blocks of 20 ms at the voice's own rate.")
    engine: Literal["auto", "espeak", "kokoro"] = config("auto", description="Auto: Kokoro if `model` names one.")
    model: str = config("", reaches="path", description="Folder of a model of Kokoro: its .onnx and its voices*.bin.")
    voice: str = config(
        "",
        pattern="^([^-].*)?$",
        description="A voice, as espeak-ng --voices lists them, such as en-us; or one of the model, such as af_heart.",
    )
    language: str = config("en-us", description="Language that Kokoro reads the text in.")
    threads: int = config(1, minimum=1, maximum=64, description="Threads of Kokoro.")
    words_per_minute: int = config(165, minimum=80, maximum=450, live=True, description="Speed of the voice.")
    pitch: int = config(50, minimum=0, maximum=99, live=True, description="Pitch of the voice; espeak-ng.")
    max_characters: int = config(
        5_000, minimum=1, maximum=1_000_000, description="Longest text; the rest of a longer one is left out, counted."
    )
    max_queued: int = config(
        16, minimum=1, maximum=1_000, description="Texts that wait; in a live graph more are dropped, counted."
    )
    lead_ms: int = config(
        100, minimum=20, maximum=10_000, unit="ms", description="Lead of a live graph over the clock."
    )
    figures = (
        "spoken_texts",
        "spoken_ms",
        "interrupted_texts",
        "interrupted_blocks",
        "dropped_texts",
        "cut_texts",
        "first_block_ms",
    )

    def setup(self) -> None:
        self._voice = open_voice(self.engine, self.model, self.voice, self.language, self.threads)
        self._waker = self.waker()
        self._worker: Worker[_Utterance, _Block] = Worker(self._speak, self._waker.wake, self.max_queued, _MOST_BLOCKS)
        self._queued: deque[_Utterance] = deque()
        self._starts: deque[int] = deque(maxlen=_MOST_STARTS)
        self._block: _Block | None = None
        self._next_ns = 0
        self._counts = dict.fromkeys(self.figures, 0.0)
        self._alarm = Alarm(self._waker.wake)

    def process(self) -> None:
        # Interruptions before texts: a text that came after a start of speech in time is not ended by it.
        for event in self.events:
            value = event.value
            if isinstance(value, dict) and (value.get("state") == "start" or value.get("isVoice") is True):
                self._starts.append(event.pts_ns)
        # An offline graph waits; a live one drops.
        while (self.is_live or self._worker.has_room) and (frame := self.text.read()) is not None:
            self._take(text_of(frame.value), frame.pts_ns)
        self._write()
        if not self.is_live and self.text.peek() is not None:
            self._worker.wait(_WAIT_S)
            self.run_again()

    def flush(self) -> None:
        self._write()
        if self._block is not None or not self._worker.is_idle:
            self._worker.wait(_WAIT_S) if self._block is None else time.sleep(_PACE_S)
            self.run_again()

    def teardown(self) -> None:
        if hasattr(self, "_worker"):
            for each in self._queued:
                each.is_cut = True
            self._alarm.stop()
            self._worker.stop()

    @command("Ends what is being spoken and what waits. Gives how many texts that were.")
    def interrupt(self) -> int:
        cut = [each for each in self._queued if not each.is_cut]
        for each in cut:
            each.is_cut = True
        self._counts["interrupted_texts"] += len(cut)
        self._waker.wake()
        return len(cut)

    def _take(self, text: str | None, pts_ns: int) -> None:
        shown = _espeak.clean(text or "")
        if not shown:
            return
        if len(shown) > self.max_characters:
            self._counts["cut_texts"] += 1
            self.log.warning(
                "a text of %d characters is cut to %d; see max_characters", len(shown), self.max_characters
            )
            shown = shown[: self.max_characters]
        utterance = _Utterance(shown, pts_ns, time.perf_counter())
        if self._worker.offer(utterance):
            self._queued.append(utterance)
        else:
            self._counts["dropped_texts"] += 1

    def _speak(self, utterance: _Utterance) -> Iterator[_Block]:
        """Runs on the worker's thread."""
        rest, rate = np.zeros(0, np.float32), 0
        for piece in _espeak.pieces(utterance.text):
            if utterance.is_cut:
                break
            sound = self._voice.speak(piece, self.words_per_minute, self.pitch, lambda: not utterance.is_cut)
            for rate, samples in sound:
                size = rate * _BLOCK_NS // NS_PER_SECOND
                rest = np.concatenate((rest, samples))
                whole = len(rest) // size * size
                for block in rest[:whole].reshape(-1, size):
                    yield _Block(utterance, rate, block)
                rest = rest[whole:]
        if len(rest):
            last = np.zeros(rate * _BLOCK_NS // NS_PER_SECOND, np.float32)
            last[: len(rest)] = rest
            yield _Block(utterance, rate, last)
        yield _Block(utterance, rate, None)

    def _write(self) -> None:
        lead_ns = self.lead_ms * 1_000_000 if self.is_live else math.inf
        while self.may_write():
            block = self._block or self._worker.take()
            self._block = None
            if block is None:
                break
            utterance = block.utterance
            if block.samples is None:
                self._counts["spoken_texts"] += not utterance.is_cut
                if utterance in self._queued:
                    self._queued.remove(utterance)
                continue
            if not utterance.has_begun and not utterance.is_cut:
                now_ns = self.now_ns() if self.is_live else 0
                self._next_ns = max(self._next_ns, utterance.pts_ns, now_ns)
                utterance.has_begun = True
                self._counts["first_block_ms"] = 1_000 * (time.perf_counter() - utterance.came_s)
            if not utterance.is_cut and any(utterance.pts_ns < start <= self._next_ns for start in self._starts):
                utterance.is_cut = True
                self._counts["interrupted_texts"] += 1
            if utterance.is_cut:
                self._counts["interrupted_blocks"] += 1
                continue
            if self._next_ns > self.now_ns() + lead_ns:
                self._block = block
                self._alarm.set(_PACE_S)
                break
            self._write_block(block)
        else:
            self.run_again()
        self.report(**self._counts)

    def _write_block(self, block: _Block) -> None:
        assert block.samples is not None
        frame = self.audio.acquire(channels=1, samples=len(block.samples), rate_hz=block.rate_hz)
        frame.samples[0] = block.samples
        frame.set_times(pts_ns=self._next_ns, duration_ns=_BLOCK_NS)
        self.audio.write(frame)
        self._next_ns += _BLOCK_NS
        self._counts["spoken_ms"] += _BLOCK_NS / 1e6
