"""What goes into graphs and comes out of them: blocks of audio, pictures, records, values and others."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from ..errors import error_of


@dataclass(frozen=True)
class Audio:
    """A block of audio."""

    samples: npt.NDArray[np.float32]
    """By channel and time; full scale is 1. One axis stands for one channel."""
    sample_rate_hz: int
    pts_ns: float | None = None
    """Presentation time; by default the end of the block before."""
    discontinuity: bool = False


@dataclass(frozen=True)
class Video:
    """A picture."""

    pixels: npt.NDArray[np.uint8] | tuple[npt.NDArray[np.uint8], ...]
    """Rows, columns and channels of ``rgba8`` and ``bgra8``; else the planes, each of rows and bytes."""
    pixel_format: str = "rgba8"
    width: int | None = None
    """Pixels in a row; by default those of ``pixels``."""
    height: int | None = None
    frame_rate: float | None = None
    pts_ns: float | None = None
    duration_ns: float | None = None
    discontinuity: bool = False


@dataclass(frozen=True)
class Encoded:
    """An access unit of compressed video, or a packet of compressed audio."""

    codec: str
    data: bytes | memoryview
    keyframe: bool | None = None
    pts_ns: float | None = None
    dts_ns: float | None = None
    duration_ns: float | None = None
    width: int = 0
    height: int = 0
    channels: int = 0
    sample_rate_hz: int = 0
    decode_only: bool = False
    discontinuity: bool = False


@dataclass(frozen=True)
class Packet:
    """A batch of records."""

    columns: Mapping[str, npt.NDArray[Any]]
    """The numbers of each field: f64, f32, i32, u32 or u8."""
    pts_ns: float | None = None
    duration_ns: float | None = None
    discontinuity: bool = False


@dataclass(frozen=True)
class Data:
    """A value: what :mod:`sluice.values` writes, texts and ``bytes`` among it."""

    value: Any
    pts_ns: float | None = None
    duration_ns: float | None = None
    discontinuity: bool = False


@dataclass(frozen=True)
class End:
    """Ends an input of a session, or without a port all of them."""


Payload = Audio | Video | Encoded | Packet | Data | End


@dataclass(frozen=True)
class Item:
    """A payload with the port that it goes to or comes from."""

    payload: Payload
    port: str | None = None
    sequence: float | None = None
    """Its number on its port, from 0; outputs have it."""
    metadata: Mapping[str, str] = field(default_factory=dict)


def as_item(given: Any, port: str | None = None) -> Item:
    """Returns an item: the given one, one of a payload, or of a value. :raises TypeError: for an array without a rate"""
    if isinstance(given, Item):
        return given if port is None else replace(given, port=port)
    if isinstance(given, (Audio, Video, Encoded, Packet, Data, End)):
        return Item(given, port)
    if isinstance(given, np.ndarray):
        message = "Cannot send an array by itself: wanted Audio(samples, sample_rate_hz), Video(pixels) or Data(array)"
        raise error_of("InvalidMessage", message)
    return Item(Data(given), port)


def plane_shapes(pixel_format: str, width: int, height: int) -> list[tuple[int, int]]:
    """Returns rows and bytes of a row of each plane. :raises SluiceError: ``InvalidMessage`` for an unknown format"""
    half_rows, half_columns = (height + 1) // 2, (width + 1) // 2
    shapes = {
        "rgba8": [(height, width * 4)],
        "bgra8": [(height, width * 4)],
        "nv12": [(height, width), (half_rows, half_columns * 2)],
        "i420": [(height, width), (half_rows, half_columns), (half_rows, half_columns)],
    }
    if pixel_format not in shapes:
        message = f"Cannot use pixels of {pixel_format!r}: wanted one of {', '.join(shapes)}"
        raise error_of("InvalidMessage", message, {"available": list(shapes)})
    return shapes[pixel_format]
