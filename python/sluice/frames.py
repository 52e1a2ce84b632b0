"""
Frames: what travels on links. A frame lies in a slot of shared memory, and its arrays are that memory: reading and writing
them copies nothing. What was read is read-only, since others may read it too, until :meth:`Frame.writable` gives a frame
that may be changed. A frame that was handed on, or is of an earlier call, refuses everything.
"""

from __future__ import annotations

import ctypes
import struct
from typing import Any, ClassVar, Generic, TypeVar

import numpy as np

from . import stage_abi as abi
from .errors import NodeFailedError, PoolExhaustedError
from .host_table import HOST, context, refusal
from .views import DTYPES, view_of

F = TypeVar("F", bound="Frame")
V = TypeVar("V")

_info = abi.FrameInfo(size=ctypes.sizeof(abi.FrameInfo))
_INFO_AT = ctypes.addressof(_info)
_info_bytes = memoryview(_info).cast("B")
_unpack_info = struct.Struct(abi.INFO_LAYOUT).unpack_from

_MOST_PLANES = 4
_planes = (abi.Plane * _MOST_PLANES)()
_planes[0].size = ctypes.sizeof(abi.Plane)
_PLANES_AT = ctypes.addressof(_planes)
_planes_bytes = memoryview(_planes).cast("B")
_unpack_plane = struct.Struct("<4x5I").unpack_from
_PLANE_BYTES = ctypes.sizeof(abi.Plane)

_starts = (ctypes.c_void_p * _MOST_PLANES)()
_STARTS_AT = ctypes.addressof(_starts)
_starts_bytes = memoryview(_starts).cast("B")
_unpack_starts = struct.Struct(f"<{_MOST_PLANES}Q").unpack_from

# Places in what `_unpack_info` gives.
_FORMAT, _FLAGS, _WIDTH, _HEIGHT, _COUNT, _PARTS, _PAYLOAD = 2, 3, 4, 5, 6, 7, 8
_PTS, _DTS, _DURATION, _INGRESS, _SEQUENCE, _ASPECT = 10, 11, 12, 13, 14, 16


class Frame:
    """A frame of any kind. Times are nanoseconds."""

    __slots__ = ("_number", "_tick", "_writable", "_facts", "_view")

    kind: ClassVar[int] = 0

    def __init__(self, number: int, writable: bool) -> None:
        self._number = number
        self._tick = HOST.tick
        self._writable = writable
        self._facts: tuple[Any, ...] | None = None
        self._view: Any = None

    @property
    def pts_ns(self) -> int:
        """When it is to be presented. Can be set."""
        return int(self._known()[_PTS])

    @pts_ns.setter
    def pts_ns(self, value: float) -> None:
        self.set_times(pts_ns=value)

    @property
    def dts_ns(self) -> int:
        """When it is to be decoded. Can be set."""
        return int(self._known()[_DTS])

    @dts_ns.setter
    def dts_ns(self, value: float) -> None:
        self.set_times(dts_ns=value)

    @property
    def duration_ns(self) -> int:
        """How long it lasts; 0 if not known. Can be set."""
        return int(self._known()[_DURATION])

    @duration_ns.setter
    def duration_ns(self, value: float) -> None:
        self.set_times(duration_ns=value)

    @property
    def ingress_ns(self) -> int:
        """When its data entered the graph, on the clock of the node's ``now_ns()``."""
        return int(self._known()[_INGRESS])

    @property
    def sequence(self) -> int:
        """Its number at the output that it came from, counted from 0."""
        return int(self._known()[_SEQUENCE])

    @property
    def flags(self) -> int:
        """Any of ``KEYFRAME``, ``DISCONTINUITY``, ``GAP`` and ``DECODE_ONLY``. Can be set."""
        return self._known()[_FLAGS]

    @flags.setter
    def flags(self, value: int) -> None:
        if HOST.set_flags(self._use(), self._number, value) != abi.OK:
            raise self._refused("Cannot set a frame's flags")
        self._facts = None

    def set_times(
        self, pts_ns: float | None = None, dts_ns: float | None = None, duration_ns: float | None = None
    ) -> None:
        """Sets times; those that are ``None`` stay. A new time of presentation alone sets that of decoding as well."""
        facts = self._known()
        pts = facts[_PTS] if pts_ns is None else pts_ns
        dts = dts_ns if dts_ns is not None else facts[_DTS] if pts_ns is None else pts_ns
        duration = facts[_DURATION] if duration_ns is None else duration_ns
        if HOST.set_times(self._use(), self._number, pts, dts, duration) != abi.OK:
            raise self._refused("Cannot set a frame's times")
        self._facts = None

    def copy_times(self, other: Frame) -> None:
        """Takes over the times of another frame."""
        facts = other._known()
        if HOST.set_times(self._use(), self._number, facts[_PTS], facts[_DTS], facts[_DURATION]) != abi.OK:
            raise self._refused("Cannot set a frame's times")
        self._facts = None

    def writable(self: F) -> F:
        """
        Returns this frame, as one that may be changed. If others read it too, it is a copy from now on, and arrays that
        were taken before show the old one.

        :raises PoolExhaustedError: if a copy is needed and no slot is free; the frame stays as it is
        """
        if not self._writable:
            number = HOST.writable(self._use(), self._number)
            if number == 0:
                attempt = "Cannot change a frame that others read"
                raise refusal("PoolExhausted", attempt, "no slot is free for a copy")
            if number != self._number:
                self._number, self._facts = number, None
            self._writable, self._view = True, None
        return self

    def release(self) -> None:
        """Gives the frame back before the method returns."""
        if HOST.release(self._use(), self._number) != abi.OK:
            raise self._refused("Cannot release a frame")
        self._tick = -1

    def _known(self) -> tuple[Any, ...]:
        facts = self._facts
        if facts is None:
            if HOST.info(self._use(), self._number, _INFO_AT) != abi.OK:
                raise self._refused("Cannot describe a frame")
            facts = self._facts = _unpack_info(_info_bytes)
        return facts

    def _use(self) -> int:
        if self._tick != HOST.tick:
            raise NodeFailedError(
                "NodeFailed",
                "Cannot use a frame that is no longer the node's: it was written or released, or the method that had it "
                "has returned; copy what you keep",
            )
        return context()

    def _part(self, index: int) -> tuple[int, tuple[int, ...]]:
        """The address of a part, and its element, count, capacity, rows and stride."""
        find = HOST.plane_mut if self._writable else HOST.plane
        start = find(self._use(), self._number, index, _PLANES_AT)
        if start is None:
            raise self._refused("Cannot reach the data of a frame")
        return start, _unpack_plane(_planes_bytes)

    def _parts(self) -> int:
        """Has addresses and descriptions of the first parts filled in, and returns how many the frame has."""
        access = abi.WRITE if self._writable else abi.READ
        count = HOST.planes(self._use(), self._number, access, _PLANES_AT, _STARTS_AT, _MOST_PLANES)
        if count < 0:
            raise self._refused("Cannot reach the data of a frame")
        return count

    def _set_length(self, length: int) -> None:
        if HOST.set_length(self._use(), self._number, length) != abi.OK:
            raise self._refused("Cannot set a frame's length")
        self._facts = self._view = None

    @staticmethod
    def _refused(attempt: str) -> Exception:
        return refusal("NodeFailed", attempt, "it is not this node's")


class AudioFrame(Frame):
    """A block of samples, each channel by itself."""

    __slots__ = ()
    kind = abi.AUDIO

    @property
    def samples(self) -> np.ndarray:
        """The samples as ``float32``, by channel and time: ``samples[0]`` is the first channel."""
        view = self._view
        if view is None:
            channels = self._parts()
            first, second, *_ = _unpack_starts(_starts_bytes)
            count = _unpack_plane(_planes_bytes)[1]
            stride = second - first if channels > 1 else 4 * count
            view = self._view = view_of(first, (channels, count), (stride, 4), "f4", self._writable)
        return view

    @property
    def channels(self) -> int:
        """How many channels it has."""
        return self._known()[_WIDTH]

    @property
    def rate_hz(self) -> int:
        """Samples a second in each channel."""
        return self._known()[_HEIGHT]

    @property
    def sample_count(self) -> int:
        """Samples in each channel."""
        return self._known()[_COUNT]


class VideoFrame(Frame):
    """A picture."""

    __slots__ = ()
    kind = abi.VIDEO

    @property
    def format(self) -> str:
        """``rgba8``, ``bgra8``, ``nv12`` or ``i420``"""
        return abi.FORMAT_NAMES[self._known()[_FORMAT]]

    @property
    def width(self) -> int:
        """Pixels in a row."""
        return self._known()[_WIDTH]

    @property
    def height(self) -> int:
        """Rows."""
        return self._known()[_HEIGHT]

    @property
    def pixel_aspect(self) -> tuple[int, int]:
        """How wide and how high a pixel is."""
        packed = self._known()[_ASPECT]
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

    @property
    def planes(self) -> list[np.ndarray]:
        """The planes as ``uint8``, each by row and byte: luma, then chroma, which ``nv12`` has interleaved."""
        count = self._parts()
        starts = _unpack_starts(_starts_bytes)
        found = []
        for index in range(min(count, _MOST_PLANES)):
            _, in_row, _, rows, stride = _unpack_plane(_planes_bytes, index * _PLANE_BYTES)
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
        return abi.FORMAT_NAMES[self._known()[_FORMAT]]

    @property
    def width(self) -> int:
        """Pixels in a row of the picture, or channels; 0 if not known."""
        return self._known()[_WIDTH]

    @property
    def height(self) -> int:
        """Rows of the picture, or samples a second; 0 if not known."""
        return self._known()[_HEIGHT]

    @property
    def is_keyframe(self) -> bool:
        """Whether decoding can start here."""
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
        for index in range(self._known()[_PARTS]):
            if HOST.field(self._use(), self._number, index, ctypes.addressof(field)) != abi.OK:
                raise self._refused("Cannot name the fields of a packet")
            found[field.name.decode()] = np.dtype(DTYPES[field.element])
        return found

    def __len__(self) -> int:
        return self._known()[_COUNT]

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
        self[name][:] = values

    def set_length(self, records: int) -> None:
        """Sets how many records it has, at most as many as it was acquired for."""
        self._set_length(records)


class DataFrame(_Bytes, Generic[V]):
    """A value. The type argument is the value's type, or its name in quotes."""

    __slots__ = ()
    kind = abi.DATA

    @property
    def is_serialized(self) -> bool:
        """Whether it is a value in the runtime's own encoding, and not one of fixed layout."""
        return self._known()[_FORMAT] == abi.FORMATS["serialized"]

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

__all__ = ["FRAMES", "AudioFrame", "DataFrame", "EncodedFrame", "Frame", "PacketFrame", "PoolExhaustedError", "VideoFrame"]
