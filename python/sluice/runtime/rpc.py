"""Calls and subscriptions of a control plane: JSON-RPC over a WebSocket, as docs/control.md describes it."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import json
import struct
from collections.abc import Callable
from typing import Any

from ..errors import SluiceError, error_of
from .json_values import to_json
from .websocket import connect, websockets

PROTOCOL = "sluice.v1"

_Answer = Callable[[Any], None]


class Subscription:
    """What comes for one subscription, in order: notifications as ``(method, params)``, readings as bytes."""

    def __init__(self, rpc: Rpc, number: int, answer: Any) -> None:
        self._rpc = rpc
        self._queue: asyncio.Queue[Any] = asyncio.Queue()
        self._over = False
        self.number = number
        self.answer = answer

    def put(self, news: Any) -> None:
        """Adds what has come; ``None`` ends it."""
        self._queue.put_nowait(news)

    async def next(self) -> Any:
        """Returns what comes next; ``None`` at the end, which is that of the connection, or of a closed subscription."""
        if self._over:
            return None
        news = await self._queue.get()
        self._over = news is None
        return news

    async def close(self) -> None:
        """Ends the subscription."""
        self.put(None)
        if self._rpc.forget(self.number):
            with contextlib.suppress(SluiceError):
                await self._rpc.call("unsubscribe", subscription=self.number)


class Rpc:
    """A connection. Every call is answered, or fails once the connection is lost."""

    def __init__(self, socket: Any, url: str) -> None:
        self._socket = socket
        self._url = url
        self._ids = itertools.count(1)
        self._waiting: dict[int, tuple[asyncio.Future[Any], _Answer | None]] = {}
        self._subscriptions: dict[int, Subscription] = {}
        self._lost: SluiceError | None = None
        self._reading = asyncio.create_task(self._read())

    @staticmethod
    async def open(url: str, token: str | None) -> Rpc:
        """Connects to a server. :param url: of the page :raises SluiceError: as :func:`connect`"""
        address = url.replace("http", "ws", 1).rstrip("/") + "/rpc"
        return Rpc(await connect(address, PROTOCOL, token), url)

    @property
    def is_lost(self) -> bool:
        """True once nothing can be called any more."""
        return self._lost is not None

    async def call(self, method: str, **params: Any) -> Any:
        """
        Calls a method. Parameters that are ``None`` are left out.

        :raises SluiceError: with the code of the runtime; ``LaneCrashed`` if the connection is lost
        """
        return await self._call(method, params, None)

    async def subscribe(self, method: str, **params: Any) -> Subscription:
        """Calls a method that answers a subscription: nothing that comes after the answer is missed."""
        made: list[Subscription] = []

        def begin(answer: Any) -> None:
            made.append(Subscription(self, answer["subscription"], answer))
            self._subscriptions[made[0].number] = made[0]

        await self._call(method, params, begin)
        return made[0]

    def forget(self, number: int) -> bool:
        """Drops a subscription. :returns: whether the server still has it"""
        return self._subscriptions.pop(number, None) is not None and self._lost is None

    async def close(self) -> None:
        """Closes the connection; calls under way fail, subscriptions end."""
        self._lose("the runtime was closed")
        await self._socket.close()
        await asyncio.wait({self._reading})

    async def _call(self, method: str, params: dict[str, Any], begin: _Answer | None) -> Any:
        if self._lost is not None:
            raise SluiceError(self._lost.code, f"Cannot call {method}: {self._lost.message}")
        number = next(self._ids)
        given = {name: value for name, value in params.items() if value is not None}
        message = {"jsonrpc": "2.0", "id": number, "method": method, "params": given}
        text = to_json(f"Cannot call {method}", message)
        future = asyncio.get_running_loop().create_future()
        self._waiting[number] = (future, begin)
        try:
            await self._socket.send(text)
        except websockets().exceptions.ConnectionClosed:
            # The reader sees it too, and fails the call with the reason.
            pass
        finally:
            future.add_done_callback(lambda _: self._waiting.pop(number, None))
        return await future

    async def _read(self) -> None:
        reason = "the connection was closed"
        try:
            async for message in self._socket:
                if isinstance(message, str):
                    self._take(json.loads(message))
                else:
                    self._tell(struct.unpack_from("<I", message, 4)[0], message)
        except websockets().exceptions.ConnectionClosed as error:
            reason = f"the connection was lost: {error}"
        self._lose(reason)

    def _take(self, message: Any) -> None:
        for each in message if isinstance(message, list) else [message]:
            if "method" in each:
                self._tell(each["params"].get("subscription"), (each["method"], each["params"]))
                continue
            future, begin = self._waiting.pop(each.get("id"), (None, None))
            if future is None or future.done():
                continue
            if "error" in each:
                future.set_exception(_error(each["error"]))
                continue
            if begin is not None:
                begin(each["result"])
            future.set_result(each["result"])

    def _tell(self, number: int | None, news: Any) -> None:
        if number is None:
            for each in self._subscriptions.values():
                each.put(news)
        elif number in self._subscriptions:
            self._subscriptions[number].put(news)

    def _lose(self, reason: str) -> None:
        if self._lost is not None:
            return
        self._lost = SluiceError("LaneCrashed", f"{reason} ({self._url})")
        for future, _ in list(self._waiting.values()):
            if not future.done():
                future.set_exception(SluiceError("LaneCrashed", f"Cannot finish the call: {self._lost.message}"))
        for subscription in self._subscriptions.values():
            subscription.put(None)


def _error(error: dict[str, Any]) -> SluiceError:
    details = dict(error.get("data") or {})
    code = details.pop("code", "Internal")
    details.pop("message", None)
    if code == "InvalidParams":
        code = "InvalidConfig"
    return error_of(code, error["message"], details)
