"""Pipelines: graphs that get what their inputs are sent, and give what comes out."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterable, AsyncIterator, Iterable, Mapping
from pathlib import Path
from typing import Any

from ..errors import ConfigError, SluiceError, error_of
from .items import decode_item, encode_item
from .json_values import to_json
from .payloads import End, Item, as_item
from .server import Address
from .websocket import connect, websockets

_PROTOCOL = "sluice.pipeline.v1"
_WINDOW = {"items": 64, "bytes": 16 * 2**20}

Graph = Mapping[str, Any] | str | Path
Input = Iterable[Any] | AsyncIterable[Any]


class AsyncSession:
    """
    A graph with a runtime of its own, for as long as the session is open. ``async with`` closes it; ``async for`` gives
    its outputs.
    """

    def __init__(self, socket: Any, ready: Mapping[str, Any]) -> None:
        self._socket = socket
        self._window: Mapping[str, int] = ready["window"]
        self._sent: list[int] = []
        self._room = asyncio.Condition()
        self._outputs: asyncio.Queue[bytes | None] = asyncio.Queue()
        self._untold = [0, 0]
        self._refused: SluiceError | None = None
        self._failure: SluiceError | None = None
        self.session_id: str = ready["sessionId"]
        self.inputs: list[str] = list(ready["ports"]["inputs"])
        """The names of its inputs."""
        self.outputs: list[str] = list(ready["ports"]["outputs"])
        """The names of its outputs."""
        self.is_active = True
        """True while it takes or gives items."""
        self._reading = asyncio.create_task(self._read())

    @staticmethod
    async def open(address: Address, graph: Graph) -> AsyncSession:
        """Starts a session. :param graph: its document, the path of its file, or the name of one that is offered"""
        if address.pipelines is None:
            raise error_of("Busy", "Cannot run a pipeline: the address of none was given; attach(…, pipelines=URL)")
        first = to_json("Cannot run a pipeline", {"type": "graph", "graph": _graph_of(graph), "window": _WINDOW})
        url = address.pipelines.replace("http", "ws", 1).rstrip("/") + "/v1/stream"
        socket = await connect(url, _PROTOCOL, address.token)
        try:
            await socket.send(first)
            ready = json.loads(await socket.recv())
            if ready["type"] != "ready":
                raise _error(ready["error"])
        except BaseException:
            await socket.close()
            raise
        return AsyncSession(socket, ready)

    async def send_input(self, item: Any, port: str | None = None) -> None:
        """
        Sends an item, a payload or a value; waits while too many are on their way.

        :raises SluiceError: if one that was sent before does not fit: ``TypeMismatch`` and others; the session goes on
        """
        message = encode_item(as_item(item, port))
        async with self._room:
            await self._room.wait_for(lambda: self._has_room() or self._refused is not None or not self.is_active)
            self._assert_fine()
            self._sent.append(len(message))
        try:
            await self._socket.send(message)
        except websockets().exceptions.ConnectionClosed:
            self._assert_fine()

    async def end_input(self, port: str | None = None) -> None:
        """Ends an input, or all of them: the graph gives what it still holds."""
        await self.send_input(End(), port)

    async def recv_output(self) -> Item | None:
        """
        Returns the next item of any output; ``None`` at the end.

        :raises SluiceError: what the graph has failed with, or at the end why an input was refused
        """
        message = await self._outputs.get()
        if message is None:
            self._outputs.put_nowait(None)
            if self._failure is not None:
                raise self._failure
            self.assert_taken()
            return None
        await self._tell_taken(len(message))
        return decode_item(message)

    def assert_taken(self) -> None:
        """Raises what an input was refused with, if no call has done so."""
        refused, self._refused = self._refused, None
        if refused is not None:
            raise refused

    async def close(self) -> None:
        """Stops the graph, and drops items on their way."""
        await self._socket.close()
        await asyncio.wait({self._reading})

    async def __aenter__(self) -> AsyncSession:
        return self

    async def __aexit__(self, kind: type[BaseException] | None, *_: object) -> None:
        await self.close()
        if kind is None:
            self.assert_taken()

    async def __aiter__(self) -> AsyncIterator[Item]:
        while (item := await self.recv_output()) is not None:
            yield item

    def _has_room(self) -> bool:
        return len(self._sent) < self._window["items"] and sum(self._sent) < self._window["bytes"]

    def _assert_fine(self) -> None:
        self.assert_taken()
        if not self.is_active:
            raise self._failure or error_of("Busy", "Cannot send to the session: it has ended")

    async def _tell_taken(self, size: int) -> None:
        self._untold[0] += 1
        self._untold[1] += size
        if self._untold[0] * 2 < _WINDOW["items"] and self._untold[1] * 2 < _WINDOW["bytes"]:
            return
        items, self._untold = self._untold[0], [0, 0]
        try:
            await self._socket.send(json.dumps({"type": "taken", "items": items}))
        except websockets().exceptions.ConnectionClosed:
            pass

    async def _read(self) -> None:
        try:
            async for message in self._socket:
                if isinstance(message, bytes):
                    self._outputs.put_nowait(message)
                elif await self._over(json.loads(message)):
                    break
            else:
                self._failure = _lost("it was closed")
        except websockets().exceptions.ConnectionClosed as error:
            self._failure = _lost(str(error))
        self.is_active = False
        self._outputs.put_nowait(None)
        async with self._room:
            self._room.notify_all()

    async def _over(self, said: Mapping[str, Any]) -> bool:
        """Takes a message about items. :returns: whether it is the last one"""
        if said["type"] == "failed":
            self._failure = _error(said["error"])
        if said["type"] in ("failed", "end"):
            return True
        async with self._room:
            if said["type"] == "refused":
                self._refused = _error(said["error"])
            # A refused item counts as taken, which a message of its own tells.
            if said["type"] == "taken":
                del self._sent[: said["items"]]
            self._room.notify_all()
        return False


async def execute(address: Address, graph: Graph, given: Input) -> list[Item]:
    """Runs a graph on items, and returns what comes out."""
    async with await AsyncSession.open(address, graph) as session:

        async def send() -> None:
            if isinstance(given, AsyncIterable):
                async for each in given:
                    await session.send_input(each)
            else:
                for each in given:
                    await session.send_input(each)
            await session.end_input()

        async def receive() -> list[Item]:
            return [item async for item in session]

        sending, receiving = asyncio.create_task(send()), asyncio.create_task(receive())
        try:
            await asyncio.wait({sending, receiving}, return_when=asyncio.FIRST_EXCEPTION)
            if not receiving.done():
                sending.result()
            found = await receiving
            session.assert_taken()
        finally:
            for task in (sending, receiving):
                task.cancel()
            await asyncio.wait({sending, receiving})
        # A graph that has had enough takes no more.
        error = None if sending.cancelled() else sending.exception()
        if error is not None and getattr(error, "code", None) != "Busy":
            raise error
        return found


def _graph_of(graph: Graph) -> Any:
    if isinstance(graph, Mapping):
        return dict(graph)
    if isinstance(graph, str) and not graph.endswith(".json"):
        return graph
    if not isinstance(graph, (str, Path)):
        message = f"Cannot run a pipeline: found {type(graph).__name__}, wanted a graph's document, path or name"
        raise ConfigError(message, key="graph")
    try:
        return json.loads(Path(graph).read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise error_of("InvalidGraph", f"Cannot read {graph}: {error}") from error


def _error(wire: Mapping[str, Any]) -> SluiceError:
    return error_of(wire["code"], wire["message"], dict(wire.get("fields") or {}))


def _lost(why: str) -> SluiceError:
    return SluiceError("LaneCrashed", f"Cannot finish the session: the connection was lost: {why}")
