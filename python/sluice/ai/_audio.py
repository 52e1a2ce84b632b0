"""Sound as models take it."""

from __future__ import annotations

import numpy as np

from ..frames import AudioFrame

NS_PER_SECOND = 1_000_000_000


def mono_of(frame: AudioFrame) -> np.ndarray:
    """Returns the mean of a frame's channels, as a copy without anything that is no finite number."""
    samples = frame.samples
    mixed = samples[0].copy() if len(samples) == 1 else samples.mean(axis=0, dtype=np.float32)
    return np.nan_to_num(mixed, copy=False, nan=0.0, posinf=0.0, neginf=0.0)


def check_rate(frame: AudioFrame, attempt: str, wanted: tuple[int, ...]) -> None:
    """:raises ValueError: if a frame has another rate, with what to do"""
    if frame.rate_hz not in wanted:
        rates = " or ".join(str(each) for each in wanted)
        raise ValueError(f"cannot {attempt} at {frame.rate_hz} Hz, wanted {rates}: put a resampler before the node")


def samples_to_ns(samples: int, rate_hz: int) -> int:
    """Returns the duration of samples."""
    return samples * NS_PER_SECOND // rate_hz
