"""
Frames of each kind: what travels on links. Their arrays are the memory of the slot: reading and writing them copies
nothing. An array of a frame that was read is read-only, since others may read the frame too, until
:meth:`Frame.writable` gives a frame that may be changed.
"""

from __future__ import annotations

import ctypes
from typing import Any, Generic, TypeVar

import numpy as np

from . import stage_abi as abi
from .frame import COUNT, FORMAT, HEIGHT, MOST_PARTS, PARTS, PIXEL_ASPECT, WIDTH, Frame, part_at
from .host_table import HOST
from .views import DTYPES, view_of

V = TypeVar("V")


class AudioFrame(Frame):
    """A block of samples, each channel by itself."""

    __slots__ = ()
    kind = abi.AUDIO

    @property
    def samples(self) -> np.ndarray:
        """The samples as ``float32``, by channel and time: ``samples[0]`` is the first channel."""
        view = self._view
        if view is None:
            channels, starts = self._parts()
            count = part_at(0)[1]
            stride = starts[1] - starts[0] if channels > 1 else 4 * count
            view = self._view = view_of(starts[0], (channels, count), (stride, 4), "f4", self._writable)
        return view

    @samples.setter
    def samples(self, values: Any) -> None:
        # Also the end of `frame.samples *= 2`, which has changed the array in place.
        if values is not self._view:
            self.samples[:] = values

    @property
    def channels(self) -> int:
        """The number of channels."""
        return self._known()[WIDTH]

    @property
    def rate_hz(self) -> int:
        """Samples a second in each channel."""
        return self._known()[HEIGHT]

    @property
    def sample_count(self) -> int:
        """Samples in each channel."""
        return self._known()[COUNT]


class VideoFrame(Frame):
    """A picture."""

    __slots__ = ()
    kind = abi.VIDEO

    @property
    def format(self) -> str:
        """``rgba8``, ``bgra8``, ``nv12`` or ``i420``"""
        return abi.FORMAT_NAMES[self._known()[FORMAT]]

    @property
    def width(self) -> int:
        """Pixels in a row."""
        return self._known()[WIDTH]

    @property
    def height(self) -> int:
        """Rows."""
        return self._known()[HEIGHT]

    @property
    def pixel_aspect(self) -> tuple[int, int]:
        """The width and the height of a pixel, as a ratio."""
        packed = self._known()[PIXEL_ASPECT]
        return (packed >> 16, packed & 0xFFFF) if packed else (1, 1)

    @property
    def pixels(self) -> np.ndarray:
        """The picture as ``uint8``, by row, column and channel. :raises TypeError: if it is not ``rgba8`` or ``bgra8``"""
        view = self._view
        if view is None:
            if self.format not in ("rgba8", "bgra8"):
                raise TypeError(f"a picture of {self.format} has no pixels of 4 bytes; use its planes")
            (start, (_, count, _, rows, stride)) = self._part(0)
            view = self._view = view_of(start, (rows, count // 4, 4), (stride, 4, 1), "u1", self._writable)
        return view

    @pixels.setter
    def pixels(self, values: Any) -> None:
        if values is not self._view:
            self.pixels[:] = values

    @property
    def planes(self) -> list[np.ndarray]:
        """The planes as ``uint8``, each by row and byte: luma, then chroma, which ``nv12`` has interleaved."""
        count, starts = self._parts()
        found = []
        for index in range(min(count, MOST_PARTS)):
            _, in_row, _, rows, stride = part_at(index)
            found.append(view_of(starts[index], (rows, in_row), (stride, 1), "u1", self._writable))
        return found


class _Bytes(Frame):
    """A frame whose payload is bytes."""

    __slots__ = ()

    @property
    def data(self) -> np.ndarray:
        """Its bytes as ``uint8``."""
        view = self._view
        if view is None:
            start, (_, count, *_rest) = self._part(0)
            view = self._view = view_of(start, (count,), (1,), "u1", self._writable)
        return view

    def set_length(self, length: int) -> None:
        """Sets how many bytes it has, at most as many as it was acquired with."""
        self._set_length(length)

    def fill(self, data: Any) -> None:
        """Copies bytes, or what has them, into the frame, and sets its length. :raises ValueError: if they do not fit"""
        source = np.frombuffer(data, np.uint8)
        start, (_, _, capacity, *_rest) = self._part(0)
        if len(source) > capacity:
            raise ValueError(f"{len(source)} bytes do not fit a frame with room for {capacity}")
        view_of(start, (len(source),), (1,), "u1", self._writable)[:] = source
        self._set_length(len(source))


class EncodedFrame(_Bytes):
    """One access unit of a compressed stream."""

    __slots__ = ()
    kind = abi.ENCODED

    @property
    def codec(self) -> str:
        """``h264``, ``opus``, …"""
        return abi.FORMAT_NAMES[self._known()[FORMAT]]

    @property
    def width(self) -> int:
        """Pixels in a row of the picture, or channels; 0 if not known."""
        return self._known()[WIDTH]

    @property
    def height(self) -> int:
        """Rows of the picture, or samples a second; 0 if not known."""
        return self._known()[HEIGHT]

    @property
    def is_keyframe(self) -> bool:
        """``True`` if decoding can start here."""
        return bool(self.flags & abi.KEYFRAME)


class PacketFrame(Frame):
    """A batch of records of numbers, by columns: ``frame["x"]`` is the field ``x`` of all records."""

    __slots__ = ()
    kind = abi.PACKET

    @property
    def fields(self) -> dict[str, np.dtype[Any]]:
        """The fields of a record."""
        field = abi.Field()
        found = {}
        for index in range(self._known()[PARTS]):
            if HOST.field(self._use(), self._number, index, ctypes.addressof(field)) != abi.OK:
                raise self._refused("Cannot name the fields of a packet")
            found[field.name.decode()] = np.dtype(DTYPES[field.element])
        return found

    def __len__(self) -> int:
        return self._known()[COUNT]

    def __contains__(self, name: str) -> bool:
        return HOST.column(self._use(), self._number, name.encode()) >= 0

    def __getitem__(self, name: str) -> np.ndarray:
        views = self._view
        if views is None:
            views = self._view = {}
        view = views.get(name)
        if view is None:
            index = HOST.column(self._use(), self._number, name.encode())
            if index < 0:
                raise KeyError(f"{name!r}; available: {', '.join(self.fields)}")
            start, (element, count, *_rest) = self._part(index)
            dtype = DTYPES[element]
            view = views[name] = view_of(start, (count,), (int(dtype[1]),), dtype, self._writable)
        return view

    def __setitem__(self, name: str, values: Any) -> None:
        # `frame["x"] *= 2` has changed the column in place.
        column = self[name]
        if values is not column:
            column[:] = values

    def set_length(self, records: int) -> None:
        """Sets how many records it has, at most as many as it was acquired for."""
        self._set_length(records)


class DataFrame(_Bytes, Generic[V]):
    """A value. The type argument is the value's type, or its name in quotes."""

    __slots__ = ()
    kind = abi.DATA

    @property
    def is_serialized(self) -> bool:
        """``True`` for a value in the runtime's own encoding, ``False`` for one of fixed layout."""
        return self._known()[FORMAT] == abi.FORMATS["serialized"]

    @property
    def value(self) -> V:
        """
        The value, which nothing else refers to. :mod:`sluice.values` says what becomes what.

        :raises TypeError: for a value of fixed layout, of which ``data`` has the bytes
        """
        from .values import decode

        if not self.is_serialized:
            raise TypeError("a value of fixed layout has no encoding; read its bytes by data")
        return decode(self.data)


FRAMES: dict[int, type[Frame]] = {
    each.kind: each for each in (AudioFrame, VideoFrame, EncodedFrame, PacketFrame, DataFrame)
}
"""The classes of frames by the code of their kind."""
