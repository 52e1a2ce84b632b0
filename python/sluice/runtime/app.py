"""Sources that a program feeds, and sinks whose frames it reads."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections import deque
from collections.abc import AsyncIterator, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from ..errors import ConfigError, SluiceError, error_of
from .items import decode_item, encode_item
from .json_values import to_json
from .nodes import AsyncNode
from .payloads import Audio, Data, Encoded, Item, Packet, Payload, Video
from .websocket import connect, websockets

if TYPE_CHECKING:
    from .async_runtime import AsyncRuntime

_PROTOCOL = "sluice.app.v1"

_MOST_BYTES = 63 * 2**20
"""What the other side takes at once, and more than a slot of a usual pool has."""

_VIDEO = {"pixel_format": "pixelFormat", "width": "width", "height": "height"}
_NUMBERS = {"f64": "<f8", "f32": "<f4", "i32": "<i4", "u32": "<u4", "u8": "u1"}


class _Door:
    """The connection of one node."""

    def __init__(self, socket: Any, node: str) -> None:
        self._socket = socket
        self.node = node

    @staticmethod
    async def open(url: str | None, token: str | None, wanted: Mapping[str, Any]) -> _Door:
        if url is None:
            raise error_of("Busy", "Cannot make app sources and sinks: only a runtime that this program owns has them")
        text = to_json("Cannot make the node", wanted)
        socket = await connect(url.replace("http", "ws", 1), _PROTOCOL, token)
        door = _Door(socket, "")
        await door.send(text)
        door.node = json.loads(await door.receive())["node"]
        return door

    async def send(self, message: str | bytes) -> None:
        if len(message) > _MOST_BYTES:
            raise ConfigError(f"Cannot send {len(message)} bytes: one frame has {_MOST_BYTES} at most", key="payload")
        try:
            await self._socket.send(message)
        except websockets().exceptions.ConnectionClosed as error:
            raise _lost(error) from error

    async def receive(self) -> Any:
        """Returns a message. :raises SluiceError: that the other side tells"""
        try:
            message = await self._socket.recv()
        except websockets().exceptions.ConnectionClosed as error:
            raise _lost(error) from error
        if isinstance(message, str) and message.startswith(('{"error"', '{"failed"', '{"refused"')):
            (wire,) = json.loads(message).values()
            raise error_of(wire["code"], wire["message"], wire.get("fields"))
        return message

    async def close(self) -> None:
        await self._socket.close()


class AsyncAppSource(AsyncNode):
    """A source that the program feeds. Closing it ends its stream."""

    _door: _Door
    _kind: str
    _options: Mapping[str, Any]
    _pushed: deque[asyncio.Future[None]]
    _reading: asyncio.Task[None] | None

    async def push(self, given: Any) -> None:
        """
        Passes one payload to the graph, and returns when every link has it: it waits for room on lossless links, and for
        the start of the graph. Several may be under way at once; they keep their order.

        :param given: a payload, or its content: samples, pixels, columns or a value
        :raises SluiceError: ``TypeMismatch`` if it does not suit the source, and the graph goes on; ``Busy`` if the graph
            has ended, or nobody reads from the source; the failure of the graph
        """
        message = encode_item(Item(self._payload_of(given)))
        settled = asyncio.get_running_loop().create_future()
        self._pushed.append(settled)
        if self._reading is None or self._reading.done():
            self._reading = asyncio.create_task(self._read())
        await self._door.send(message)
        await settled

    async def end(self) -> None:
        """Ends the stream after what was pushed."""
        await self._door.send('{"end":true}')

    async def close(self) -> None:
        """Ends the stream, and lets the connection go. The node stays until it is removed."""
        await self._door.close()

    def _payload_of(self, given: Any) -> Payload:
        if isinstance(given, (Audio, Video, Encoded, Packet, Data)):
            return given
        if self._kind == "audio":
            return Audio(given, self._options["sampleRateHz"])
        if self._kind == "video":
            return Video(given, **{name: self._options[camel] for name, camel in _VIDEO.items()})
        if self._kind == "packet":
            return Packet({name: np.asarray(given[name], _NUMBERS[of]) for name, of in self._options["fields"].items()})
        return Encoded(self._options["codec"], given) if self._kind == "encoded" else Data(given)

    def _begin(self, door: _Door, kind: str, options: Mapping[str, Any]) -> AsyncAppSource:
        self._door = door
        self._kind = kind
        self._options = options
        self._pushed = deque()
        self._reading = None
        return self

    async def _read(self) -> None:
        lost: SluiceError | None = None
        while lost is None and self._pushed:
            fault: SluiceError | None = None
            try:
                await self._door.receive()
            except SluiceError as error:
                fault = error
                lost = error if error.code == "LaneCrashed" else None
            for settled in list(self._pushed) if lost is not None else [self._pushed[0]]:
                self._pushed.popleft()
                if settled.done():
                    continue
                if fault is None:
                    settled.set_result(None)
                else:
                    settled.set_exception(fault)


class AsyncAppSink(AsyncNode):
    """A sink whose frames the program reads, by ``async for`` or :meth:`next`."""

    _door: _Door
    _ready: deque[bytes]
    _ahead: int
    _wanted: int

    async def next(self, timeout: float | None = None) -> Any:
        """
        Returns the next payload: its arrays are this program's own. ``None`` at the end of the run.

        :param timeout: seconds
        :raises TimeoutError: if none comes within this time
        :raises SluiceError: the failure of the graph
        """
        if not self._ready:
            missing = self._ahead + 1 - self._wanted
            if missing > 0:
                self._wanted += missing
                await self._door.send(json.dumps({"want": missing}))
            try:
                message = await asyncio.wait_for(self._door.receive(), timeout)
            except asyncio.TimeoutError:
                raise error_of("Timeout", f"Cannot read from {self.id!r}: nothing came within {timeout} s") from None
            except SluiceError:
                self._wanted = 0
                raise
            if isinstance(message, str):
                self._wanted = 0
                return None
            self._wanted -= 1
            self._ready.append(message)
        return decode_item(self._ready.popleft()).payload

    async def __aiter__(self) -> AsyncIterator[Any]:
        while (payload := await self.next()) is not None:
            yield payload

    async def close(self) -> None:
        """Reads no more: nodes that feed only this sink end."""
        await self._door.close()

    def _begin(self, door: _Door, ahead: int) -> AsyncAppSink:
        self._door = door
        self._ready = deque()
        self._ahead = ahead
        self._wanted = 0
        return self


async def make_source(runtime: AsyncRuntime, kind: str, options: Mapping[str, Any], id: str | None) -> AsyncAppSource:
    """Adds a source to the graph."""
    for name, numbers in options.get("fields", {}).items():
        if numbers not in _NUMBERS:
            message = f"Cannot make a source of {name!r} as {numbers!r}: wanted one of {', '.join(_NUMBERS)}"
            raise ConfigError(message, key="fields", available=list(_NUMBERS))
    wanted = {"make": "source", "kind": kind, "options": dict(options), **({} if id is None else {"id": id})}
    door = await _Door.open(runtime.address.app, runtime.address.token, wanted)
    with _closing_on_error(door):
        found = await runtime.snapshot(door.node)
    source = AsyncAppSource(runtime, door.node, found["type"], None)
    source._know(found)
    return source._begin(door, kind, options)


async def make_sink(runtime: AsyncRuntime, kind: str, id: str | None, ahead: int) -> AsyncAppSink:
    """Adds a sink to the graph."""
    wanted = {"make": "sink", "kind": kind, **({} if id is None else {"id": id})}
    door = await _Door.open(runtime.address.app, runtime.address.token, wanted)
    with _closing_on_error(door):
        found = await runtime.snapshot(door.node)
    sink = AsyncAppSink(runtime, door.node, found["type"], None)
    sink._know(found)
    return sink._begin(door, ahead)


@contextlib.contextmanager
def _closing_on_error(door: _Door) -> Any:
    try:
        yield
    except BaseException:
        asyncio.ensure_future(door.close())
        raise


def _lost(error: Exception) -> SluiceError:
    return SluiceError("LaneCrashed", f"Cannot reach the node: the connection was lost: {error}")
