"""Tensors out of frames, by the shape of a model's input. The first axis is that of the batch, which rows lack."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

TYPES: dict[str, type[np.generic]] = {
    "tensor(float)": np.float32,
    "tensor(double)": np.float64,
    "tensor(float16)": np.float16,
    "tensor(int64)": np.int64,
    "tensor(int32)": np.int32,
    "tensor(int16)": np.int16,
    "tensor(int8)": np.int8,
    "tensor(uint8)": np.uint8,
    "tensor(bool)": np.bool_,
}
"""Element types by onnxruntime's names."""

_MOST_CHANNELS = 4


def sound(samples: np.ndarray, shape: Sequence[Any]) -> np.ndarray:
    """Samples for a model: mixed for a shape of two axes, by channel for one of three."""
    if len(shape) == 3:
        is_mono = shape[1] == 1
        return samples.mean(axis=0, keepdims=True) if is_mono else samples.copy()
    return samples.mean(axis=0)


def picture(pixels: np.ndarray, shape: Sequence[Any], scale: float, offset: float) -> np.ndarray:
    """Pixels for a model, as many channels as it takes, before or behind rows and columns as it has them."""
    is_behind = len(shape) == 4 and shape[3] in (1, 3, _MOST_CHANNELS) and shape[1] not in (1, 3)
    wanted = shape[3 if is_behind else 1] if len(shape) == 4 else 3
    count = wanted if isinstance(wanted, int) and wanted <= _MOST_CHANNELS else 3
    if count == 1:
        weights = np.array([0.299, 0.587, 0.114], np.float32)
        chosen = (pixels[..., :3].astype(np.float32) @ weights)[..., None]
    else:
        chosen = pixels[..., :count].astype(np.float32)
    scaled = chosen * np.float32(scale) + np.float32(offset)
    return scaled if is_behind else np.ascontiguousarray(scaled.transpose(2, 0, 1))


def row_of(value: Any, shape: Sequence[Any]) -> np.ndarray:
    """
    A value as a tensor.

    :raises TypeError: if it has no numbers
    """
    try:
        array = np.asarray(value)
    except ValueError:
        array = np.empty(0, object)
    if array.dtype.kind not in "fiub":
        raise TypeError(f"the value is {repr(value)[:80]}, wanted a number, a list of numbers, or an array")
    sizes = shape[1:]
    # Arrays in values have one axis: they are folded as the model has it.
    if array.ndim == 1 and len(sizes) > 1 and all(isinstance(each, int) for each in sizes):
        wanted = int(np.prod(sizes))
        if wanted == array.size:
            return array.reshape(sizes)
    return array


def shape_text(shape: Sequence[Any]) -> str:
    """A shape as people write it."""
    return " × ".join(str(each) if isinstance(each, int) else "any" for each in shape) or "one number"
