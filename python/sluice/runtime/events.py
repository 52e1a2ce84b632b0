"""Events and lines of the log, as they happen."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Iterator
from typing import TYPE_CHECKING, Any

from ..errors import error_of
from .rpc import Subscription

if TYPE_CHECKING:
    from .runtime import Runtime


class AsyncEvents:
    """
    Events, oldest first, each a ``dict`` with ``topic``, ``kind``, ``level``, ``message`` and more. It ends when it or the
    runtime is closed, or the connection is lost. ``dropped`` counts those that were left out because too many came.
    """

    def __init__(self, subscription: Subscription, field: str) -> None:
        self._subscription = subscription
        self._field = field
        self._ready: deque[dict[str, Any]] = deque()
        self.recent: list[dict[str, Any]] = list(subscription.answer["recent"])
        """Those that were there before."""
        self.dropped = 0

    async def next(self, timeout: float | None = None) -> dict[str, Any] | None:
        """
        Returns the next event; ``None`` at the end.

        :param timeout: seconds
        :raises TimeoutError: if none comes within this time
        """
        while not self._ready:
            try:
                news = await asyncio.wait_for(self._subscription.next(), timeout)
            except asyncio.TimeoutError:
                raise error_of("Timeout", f"Cannot get an event: none came within {timeout} s") from None
            if news is None:
                return None
            method, params = news
            self._ready.extend(params.get(self._field, ()))
            self.dropped += params.get("dropped", 0)
        return self._ready.popleft()

    async def close(self) -> None:
        """Ends it."""
        await self._subscription.close()

    async def __aenter__(self) -> AsyncEvents:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def __aiter__(self) -> AsyncIterator[dict[str, Any]]:
        while (event := await self.next()) is not None:
            yield event


class Events:
    """As :class:`AsyncEvents`, of a :class:`Runtime`."""

    def __init__(self, runtime: Runtime, events: AsyncEvents) -> None:
        self._runtime = runtime
        self._events = events

    @property
    def recent(self) -> list[dict[str, Any]]:
        """Those that were there before."""
        return self._events.recent

    @property
    def dropped(self) -> int:
        """How many were left out."""
        return self._events.dropped

    def next(self, timeout: float | None = None) -> dict[str, Any] | None:
        """Returns the next event; ``None`` at the end. :param timeout: seconds :raises TimeoutError: if none comes"""
        return self._runtime.wait_for(self._events.next(timeout))

    def close(self) -> None:
        """Ends it."""
        self._runtime.wait_for(self._events.close())

    def __enter__(self) -> Events:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __iter__(self) -> Iterator[dict[str, Any]]:
        while (event := self.next()) is not None:
            yield event
