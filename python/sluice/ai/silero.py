"""The node ``python.silero-vad``."""

from __future__ import annotations

import importlib.util
import math
import os
import time
from collections import deque
from collections.abc import Iterable

import numpy as np

from sluice import AudioFrame, DataFrame, Input, Node, Output, config, node, port

from ._alarm import Alarm
from ._audio import check_rate, mono_of, samples_to_ns
from ._onnx_session import open_model
from ._speech_segmenter import Change, Limits, SpeechSegmenter, Window
from ._values import SpeechEvent

_RATES = (8_000, 16_000)
_PATIENCE_S = 0.2
"""Time beyond the shortest pause after which speech ends if no sound comes at all."""
_DRIFT_NS = 5_000_000
"""Times of windows are corrected by that of a frame if it differs by more: the clock of a device is not exact."""
_INSTALL = "install it with: pip install --no-deps silero-vad"


@node(
    "silero-vad",
    category="ai",
    description="Tells speech from silence and noise with the Silero model, and passes on speech alone.",
    tags=("audio", "speech", "vad", "detect"),
)
class SileroVad(Node):
    audio: Input[AudioFrame] = port(
        description="Sound at 8 or 16 kHz; its channels are mixed.", accepts={"sampleRateHz": list(_RATES)}
    )
    speech: Output[AudioFrame] = port(
        burst=16, description="The windows of speech, mono, with gaps in time between segments."
    )
    event: Output[DataFrame[SpeechEvent]] = port(
        description="Starts and ends of speech: `state`, `startNs`, `endNs` (null at the start) and `probability`."
    )
    threshold: float = config(
        0.5, minimum=0.01, maximum=0.99, live=True, description="Probability from which on it is speech."
    )
    min_speech_ms: int = config(
        90, minimum=0, maximum=5_000, unit="ms", live=True, description="Shorter speech is passed over."
    )
    min_silence_ms: int = config(
        400, minimum=0, maximum=10_000, unit="ms", live=True, description="Shorter pauses are speech."
    )
    padding_ms: int = config(
        100, minimum=0, maximum=2_000, unit="ms", live=True, description="Time around speech that is passed on, too."
    )
    model: str = config("", reaches="path", description="A model of Silero; by default that of the package silero-vad.")
    threads: int = config(1, minimum=1, maximum=64, description="Threads of the model.")
    figures = ("is_speech", "probability", "segments", "windows", "gaps")

    def setup(self) -> None:
        self._session = open_model(self.model or _own_model(), self.threads)
        self._segmenter = SpeechSegmenter(Limits(self.threshold, 1, 1, 1))
        self._ready: deque[tuple[Window | Change, int, int]] = deque()
        self._rest = np.zeros(0, np.float32)
        self._alarm = Alarm(self.waker().wake)
        self._heard_s = 0.0
        self._rate = self._size = self._origin = self._taken = self._next_ns = 0
        self._counts = {name: 0.0 for name in self.figures}

    def configure(self, _changed: set[str]) -> None:
        if self._rate:
            self._segmenter.limits = self._limits()

    def process(self) -> None:
        self._drain()
        while not self._ready and (frame := self.audio.read()) is not None:
            check_rate(frame, "find speech", _RATES)
            self._follow(frame)
            self._listen(mono_of(frame))
            self._drain()
            self._heard_s = time.monotonic()
        self._heed_silence()
        self.report(**self._counts)

    def flush(self) -> None:
        if self._rate and self._segmenter.is_speech:
            self._end()
        self._drain()
        self.report(**self._counts)

    def teardown(self) -> None:
        if hasattr(self, "_alarm"):
            self._alarm.stop()

    def _heed_silence(self) -> None:
        """In a live graph, ends speech if no sound comes any more: some sources leave pauses out."""
        if not (self.is_live and self._rate and self._segmenter.is_speech):
            return
        left_s = self._heard_s + self.min_silence_ms / 1_000 + _PATIENCE_S - time.monotonic()
        if left_s > 0:
            self._alarm.set(left_s)
            return
        self._end()
        self._rate = 0
        self._drain()

    def _follow(self, frame: AudioFrame) -> None:
        """Follows the times of frames. Starts anew at a gap, and at another rate."""
        is_next = abs(frame.pts_ns - self._next_ns) <= samples_to_ns(self._size, frame.rate_hz)
        if frame.rate_hz == self._rate and is_next:
            drift = frame.pts_ns - self._origin - samples_to_ns(self._taken + len(self._rest), self._rate)
            if abs(drift) > _DRIFT_NS:
                self._origin += drift
        else:
            self._counts["gaps"] += self._rate != 0
            self._end()
            self._start(frame)
        self._next_ns = frame.pts_ns + samples_to_ns(frame.sample_count, frame.rate_hz)

    def _start(self, frame: AudioFrame) -> None:
        self._rate = frame.rate_hz
        self._size = 512 if self._rate == 16_000 else 256
        self._origin, self._taken = frame.pts_ns, 0
        self._rest = self._rest[:0]
        self._context = np.zeros((1, self._size // 8), np.float32)
        self._state = np.zeros((2, 1, 128), np.float32)
        self._segmenter.reset()
        self._segmenter.limits = self._limits()

    def _limits(self) -> Limits:
        window_ms = self._size * 1_000 / self._rate
        times = (self.min_speech_ms, self.min_silence_ms, self.padding_ms)
        return Limits(self.threshold, *(math.ceil(each / window_ms) for each in times))

    def _listen(self, samples: np.ndarray) -> None:
        whole = np.concatenate((self._rest, samples))
        size = self._size
        used = len(whole) // size * size
        for window in whole[:used].reshape(-1, size):
            heard = np.concatenate((self._context, window[None]), axis=1)
            inputs = {"input": heard, "state": self._state, "sr": np.array(self._rate, np.int64)}
            answer, self._state = self._session.run(None, inputs)
            self._context = heard[:, -self._context.shape[1] :]
            probability = float(answer[0, 0])
            self._keep(self._segmenter.push(self._taken, window, probability))
            self._taken += size
            self._counts["probability"] = probability
            self._counts["windows"] += 1
        self._rest = whole[used:].copy()

    def _end(self) -> None:
        """Ends the speech that is on. The samples that fill no window belong to it."""
        if self._segmenter.is_speech and len(self._rest):
            self._keep(self._segmenter.push(self._taken, self._rest, self.threshold))
        self._keep(self._segmenter.finish())

    def _keep(self, items: Iterable[Window | Change]) -> None:
        self._ready.extend((each, self._origin, self._rate) for each in items)

    def _drain(self) -> None:
        while self._ready:
            if not self.may_write():
                self.run_again()
                return
            self._write(*self._ready.popleft())

    def _write(self, item: Window | Change, origin_ns: int, rate_hz: int) -> None:
        start_ns = origin_ns + samples_to_ns(item.start, rate_hz)
        if isinstance(item, Window):
            frame = self.speech.acquire(channels=1, samples=len(item.samples), rate_hz=rate_hz)
            frame.samples[0] = item.samples
            frame.set_times(pts_ns=start_ns, duration_ns=samples_to_ns(len(item.samples), rate_hz))
            self.speech.write(frame)
            return
        self._counts["is_speech"] = float(item.is_start)
        self._counts["segments"] += item.is_start
        end_ns = None if item.is_start else origin_ns + samples_to_ns(item.end, rate_hz)
        value = SpeechEvent(
            state="start" if item.is_start else "end",
            startNs=start_ns,
            endNs=end_ns,
            probability=round(item.probability, 4),
        )
        self.event.write_value(value, pts_ns=start_ns if end_ns is None else end_ns)


def _own_model() -> str:
    """The path of the model in the package silero-vad, whose modules are not imported: they want torch."""
    found = importlib.util.find_spec("silero_vad")
    for folder in (found.submodule_search_locations if found else None) or ():
        path = os.path.join(folder, "data", "silero_vad.onnx")
        if os.path.isfile(path):
            return path
    raise RuntimeError(
        f"the package silero-vad, which has the model, is missing; {_INSTALL}, or name a file by `model`"
    )
