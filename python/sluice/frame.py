"""
A frame as a node has it: a number that is good for one call, and the memory of its slot. A frame that was handed on, or is
of an earlier call, refuses everything.
"""

from __future__ import annotations

import ctypes
import struct
from typing import Any, ClassVar, TypeVar

from . import stage_abi as abi
from .errors import NodeFailedError
from .host_table import HOST, context, refusal

F = TypeVar("F", bound="Frame")

_info = abi.FrameInfo(size=ctypes.sizeof(abi.FrameInfo))
_INFO_AT = ctypes.addressof(_info)
_info_bytes = memoryview(_info).cast("B")
_unpack_info = struct.Struct(abi.INFO_LAYOUT).unpack_from

MOST_PARTS = 4
"""More parts of a frame than these are reached one by one."""
_planes = (abi.Plane * MOST_PARTS)()
_planes[0].size = ctypes.sizeof(abi.Plane)
_PLANES_AT = ctypes.addressof(_planes)
_planes_bytes = memoryview(_planes).cast("B")
_unpack_plane = struct.Struct("<4x5I").unpack_from
_PLANE_BYTES = ctypes.sizeof(abi.Plane)

_starts = (ctypes.c_void_p * MOST_PARTS)()
_STARTS_AT = ctypes.addressof(_starts)
_starts_bytes = memoryview(_starts).cast("B")
_unpack_starts = struct.Struct(f"<{MOST_PARTS}Q").unpack_from

# Places in what `_unpack_info` gives.
FORMAT, FLAGS, WIDTH, HEIGHT, COUNT, PARTS = 2, 3, 4, 5, 6, 7
_PTS, _DTS, _DURATION, _INGRESS, _SEQUENCE = 10, 11, 12, 13, 14
PIXEL_ASPECT = 16


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
        """The time of presentation. Can be set."""
        return int(self._known()[_PTS])

    @pts_ns.setter
    def pts_ns(self, value: float) -> None:
        self.set_times(pts_ns=value)

    @property
    def dts_ns(self) -> int:
        """The time of decoding. Can be set."""
        return int(self._known()[_DTS])

    @dts_ns.setter
    def dts_ns(self, value: float) -> None:
        self.set_times(dts_ns=value)

    @property
    def duration_ns(self) -> int:
        """Its length; 0 if not known. Can be set."""
        return int(self._known()[_DURATION])

    @duration_ns.setter
    def duration_ns(self, value: float) -> None:
        self.set_times(duration_ns=value)

    @property
    def ingress_ns(self) -> int:
        """The time at which its data entered the graph, on the clock of the node's ``now_ns()``."""
        return int(self._known()[_INGRESS])

    @property
    def sequence(self) -> int:
        """Its number at the output that it came from, counted from 0."""
        return int(self._known()[_SEQUENCE])

    @property
    def flags(self) -> int:
        """Any of ``KEYFRAME``, ``DISCONTINUITY``, ``GAP`` and ``DECODE_ONLY``. Can be set."""
        return self._known()[FLAGS]

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
        return start, part_at(0)

    def _parts(self) -> tuple[int, tuple[int, ...]]:
        """The number of the frame's parts, and the addresses of the first; :func:`part_at` describes these."""
        access = abi.WRITE if self._writable else abi.READ
        count = HOST.planes(self._use(), self._number, access, _PLANES_AT, _STARTS_AT, MOST_PARTS)
        if count < 0:
            raise self._refused("Cannot reach the data of a frame")
        return count, _unpack_starts(_starts_bytes)

    def _set_length(self, length: int) -> None:
        if HOST.set_length(self._use(), self._number, length) != abi.OK:
            raise self._refused("Cannot set a frame's length")
        self._facts = self._view = None

    @staticmethod
    def _refused(attempt: str) -> Exception:
        return refusal("NodeFailed", attempt, "it is not this node's")


def part_at(index: int) -> tuple[int, ...]:
    """The element, count, capacity, rows and stride of a part that was reached last."""
    return _unpack_plane(_planes_bytes, index * _PLANE_BYTES)
