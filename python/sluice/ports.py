"""
Ports of a node. In its class they are annotations: ``audio_in: Input[AudioFrame]``, with :func:`port` as the value where
there is more to say; in an instance they are these objects.
"""

from __future__ import annotations

import ctypes
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Generic, TypeVar, overload

from . import stage_abi as abi
from .errors import ConfigError, PoolExhaustedError
from .frame import Frame
from .frames import FRAMES, AudioFrame, DataFrame, EncodedFrame, PacketFrame, VideoFrame
from .host_table import HOST, context, reason, refusal
from .port_shapes import shape_of

F = TypeVar("F", bound=Frame)

_MOST_AT_ONCE = 64
_numbers = (ctypes.c_uint32 * _MOST_AT_ONCE)()
_NUMBERS_AT = ctypes.addressof(_numbers)
_peeked = abi.FrameInfo(size=ctypes.sizeof(abi.FrameInfo))


class PortOptions:
    """The options that :func:`port` gives a port."""

    __slots__ = ("accepts", "burst", "description", "formats", "optional")

    def __init__(
        self,
        optional: bool = False,
        burst: int = 1,
        description: str = "",
        formats: Sequence[str] = (),
        accepts: Mapping[str, Any] | None = None,
    ) -> None:
        unknown = [name for name in formats if name not in abi.FORMATS]
        if unknown:
            known = ", ".join(list(abi.FORMATS)[1:-2])
            raise ConfigError(f'Cannot declare a port: there is no format "{unknown[0]}"; available: {known}')
        self.optional = optional
        self.burst = burst
        self.description = description
        self.formats = tuple(formats)
        self.accepts = dict(accepts or {})


def port(
    *,
    optional: bool = False,
    burst: int = 1,
    description: str = "",
    formats: Sequence[str] = (),
    accepts: Mapping[str, Any] | None = None,
) -> Any:
    """
    Says more of a port than its annotation.

    :param optional: a graph may leave it without a link
    :param burst: outputs: most frames that are written for each frame read, or in each call of a source
    :param description: what it carries, in a sentence
    :param formats: inputs for pictures and encoded frames: the formats that are accepted, such as ``("rgba8",)``; all if
        empty
    :param accepts: inputs: fields of the format that are accepted, such as ``{"channels": 2, "sampleRateHz": 48000}``
    """
    return PortOptions(optional, burst, description, formats, accepts)


class Input(Generic[F]):
    """An input. Reading gives the oldest frame first, and nothing while an output lacks room."""

    __slots__ = ("_class", "_index", "name")

    def __init__(self, name: str, index: int, kind: int) -> None:
        self.name = name
        self._index = index
        self._class: type[Any] = FRAMES[kind]

    def read(self) -> F | None:
        """
        Takes the oldest frame. ``None``: none has come, or an output has no room for its burst. A frame that was read is
        gone when the method returns, unless it was written.
        """
        number = HOST.read(context(), self._index)
        return self._class(number, False) if number else None

    def __iter__(self) -> Iterator[F]:
        """Reads until there is nothing more."""
        make, index = self._class, self._index
        while number := HOST.read(context(), index):
            yield make(number, False)

    def read_many(self, most: int = _MOST_AT_ONCE) -> list[F]:
        """Takes several frames at once, which costs as much as reading one; no more than the outputs have room for."""
        count = HOST.read_many(context(), self._index, _NUMBERS_AT, min(most, _MOST_AT_ONCE))
        make = self._class
        return [make(_numbers[place], False) for place in range(count)]

    def peek(self) -> abi.FrameInfo | None:
        """Describes the oldest frame without taking it: its ``pts_ns``, ``width``, ``count`` and so on."""
        if HOST.peek(context(), self._index, ctypes.addressof(_peeked)) != abi.OK:
            return None
        return abi.FrameInfo.from_buffer_copy(_peeked)

    @property
    def state(self) -> str:
        """``unlinked``, ``open``, or ``ended`` once its last frame was read."""
        state = HOST.input_state(context(), self._index)
        if state < 0:
            raise refusal("NodeFailed", f'Cannot tell the state of input "{self.name}"', "the node is not at work")
        return abi.STATES[state]


class Output(Generic[F]):
    """An output."""

    __slots__ = ("_class", "_index", "_shapes", "name")

    def __init__(self, name: str, index: int, kind: int) -> None:
        self.name = name
        self._index = index
        self._class: type[Any] = FRAMES[kind]
        self._shapes: dict[tuple[Any, ...], tuple[tuple[str, ...], abi.Shape]] = {}

    @overload
    def acquire(self: Output[AudioFrame], *, channels: int, samples: int, rate_hz: int) -> AudioFrame: ...
    @overload
    def acquire(self: Output[VideoFrame], *, width: int, height: int, format: str = ...) -> VideoFrame: ...
    @overload
    def acquire(
        self: Output[EncodedFrame], *, codec: str, capacity: int, width: int = ..., height: int = ...
    ) -> EncodedFrame: ...
    @overload
    def acquire(
        self: Output[PacketFrame], *, fields: Mapping[str, str], capacity: int, count: int | None = ...
    ) -> PacketFrame: ...
    @overload
    def acquire(self: Output[DataFrame[Any]], *, capacity: int, serialized: bool = ...) -> DataFrame[Any]: ...
    def acquire(self, **shape: Any) -> Any:
        """
        Takes a free slot of the output's pool and lays a frame out in it. Its data is not cleared: write all of it. It
        has the times of the frame that was read last.

        Audio takes ``channels``, ``samples`` and ``rate_hz``; a picture ``width``, ``height`` and ``format``; an encoded
        frame ``codec`` and ``capacity`` in bytes; a packet ``fields``, such as ``{"x": "f32"}``, ``capacity`` in records,
        and ``count``, the capacity if it is left out.

        :raises PoolExhaustedError: if no slot is free, as never happens within the port's ``burst``; or the frame does
            not fit a slot
        """
        frame = self.try_acquire(**shape)
        if frame is None:
            raise PoolExhaustedError(
                "PoolExhausted",
                f'Cannot acquire a frame for output "{self.name}": no slot is free; declare a larger burst, or use '
                "try_acquire() and run_again()",
            )
        return frame

    def try_acquire(self, **shape: Any) -> Any:
        """As :meth:`acquire`, and ``None`` if no slot is free: then call the node's ``run_again()`` and return."""
        key = tuple(shape.values())
        known = self._shapes.get(key) if "fields" not in shape else None
        if known is None or known[0] != tuple(shape):
            known = (tuple(shape), shape_of(self._class.kind, self.name, shape))
            if "fields" not in shape:
                self._shapes[key] = known
        number = HOST.acquire(context(), self._index, ctypes.addressof(known[1]))
        if number:
            return self._class(number, True)
        why = reason("")
        if why:
            raise refusal("PoolExhausted", f'Cannot acquire a frame for output "{self.name}"', why)
        return None

    def write(self, frame: F) -> None:
        """
        Hands a frame over to the links, whether it was read or acquired. Do not touch it, nor its arrays, afterwards.

        :raises BusyError: if a lossless link has no room, as never happens within the port's ``burst``; the frame stays
        """
        if not isinstance(frame, Frame):
            raise self._no_frame(frame)
        if HOST.write(frame._use(), self._index, frame._number) != abi.OK:
            raise refusal("Busy", f'Cannot write to output "{self.name}"', "a link has no room")
        frame._tick = -1

    def forward(self, frame: F) -> None:
        """As :meth:`write`, and the frame stays to be read, for a second output."""
        if not isinstance(frame, Frame):
            raise self._no_frame(frame)
        if HOST.forward(frame._use(), self._index, frame._number) != abi.OK:
            raise refusal("Busy", f'Cannot write to output "{self.name}"', "a link has no room")
        frame._writable, frame._view = False, None

    def _no_frame(self, given: Any) -> TypeError:
        instead = "write_value() takes a value" if self._class.kind == abi.DATA else "acquire() one and fill it"
        return TypeError(
            f'Cannot write to output "{self.name}": found {type(given).__name__}, wanted a frame; {instead}'
        )

    def write_value(self: Output[DataFrame[Any]], value: Any, pts_ns: float | None = None) -> None:
        """
        Writes a value, which :mod:`sluice.values` encodes.

        :param pts_ns: when it is to be presented; by default the time of the frame that was read last
        :raises TypeError: for a value that has no encoding
        :raises PoolExhaustedError: as :meth:`acquire`
        """
        from .values import encode

        data = encode(value)
        frame = self.acquire(capacity=len(data))
        frame.fill(data)
        if pts_ns is not None:
            frame.pts_ns = pts_ns
        self.write(frame)
