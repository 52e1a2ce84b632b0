"""
Numpy arrays on the memory of frames, without a copy. Slots recur, so an array that was made once is found again by its
place. An array is good until its frame is handed on or the method returns: what is kept longer has to be copied.
"""

from __future__ import annotations

import ctypes
from typing import Any

import numpy as np

DTYPES = ("f8", "f4", "i4", "u4", "u1")
"""Types of elements by the code of a plane."""

_MOST = 4096

_known: dict[tuple[Any, ...], np.ndarray] = {}


def view_of(
    start: int, shape: tuple[int, ...], strides: tuple[int, ...], dtype: str, writable: bool
) -> np.ndarray:
    """
    Returns an array on memory.

    :param start: address of the first element
    :param strides: bytes from one element to the next, by axis
    :param writable: else no part of the array can be assigned, nor be made assignable
    """
    key = (start, shape, strides, dtype, writable)
    found = _known.get(key)
    if found is None:
        if len(_known) >= _MOST:
            _known.clear()
        found = _known[key] = _make(start, shape, strides, dtype, writable)
    # Its shape may be changed in place, and the one that is kept is another's, too.
    return found.view()


def _make(start: int, shape: tuple[int, ...], strides: tuple[int, ...], dtype: str, writable: bool) -> np.ndarray:
    if 0 in shape:
        return np.empty(shape, dtype)
    span = sum((count - 1) * stride for count, stride in zip(shape, strides)) + np.dtype(dtype).itemsize
    memory = memoryview((ctypes.c_uint8 * span).from_address(start)).cast("B")
    return np.ndarray(shape, dtype, memory if writable else memory.toreadonly(), 0, strides)
