"""The runtime from Python, for programs with ``asyncio``. :class:`sluice.Runtime` is made of this one."""

from __future__ import annotations

import contextlib
from typing import Any

from ..errors import TimeoutError, error_of
from .app import AsyncAppSink, AsyncAppSource, make_sink, make_source
from .async_graph import AsyncGraph
from .edit import camel
from .events import AsyncEvents
from .payloads import Item
from .sessions import AsyncSession, Graph, Input, execute

_LOOK_SECONDS = 1.0
_OVER = ("completed", "stopped", "failed")


class AsyncRuntime(AsyncGraph):
    """
    A graph in a process of its own, which ends with this program; or, by :meth:`attach`, in one that runs already.
    ``async with AsyncRuntime() as runtime: …`` starts the process, and ends it.

    :param mode: ``live``, or ``offline``: as fast as it can
    :param graph: a graph file to begin with
    :param packages: further ``sluice.gen.ts`` files
    :param plugins: folders and files of plugins, also of nodes in Python
    :param command: the command ``sluice``; by default that of ``SLUICE_COMMAND``, the checkout or PATH
    :param options: further options of the runtime, such as ``ends_with_sources=False``, ``stop_timeout_ms=1000``
    """

    async def app_source(self, kind: str = "audio", *, id: str | None = None, **options: Any) -> AsyncAppSource:
        """
        Adds a source that this program feeds, with the output ``kind``.

        :param kind: ``audio``, ``video``, ``encoded``, ``packet`` or ``data``
        :param options: the format: ``sample_rate_hz`` and ``channels``; ``pixel_format``, ``width`` and ``height``;
            ``codec``; ``fields``
        :raises SluiceError: ``Busy`` for a runtime that is another program's
        """
        return await make_source(self, kind, {camel(name): value for name, value in options.items()}, id)

    async def app_sink(self, kind: str = "audio", *, id: str | None = None, ahead: int = 4) -> AsyncAppSink:
        """
        Adds a sink whose frames this program reads, with the input ``kind``. While it does not, its link fills, and does
        what its policy says.

        :param ahead: how many frames are fetched before they are asked for
        """
        return await make_sink(self, kind, id, ahead)

    async def execute(self, graph: Graph, given: Input = ()) -> list[Item]:
        """
        Runs another graph on items, payloads or values, and returns what comes out.

        :param graph: its document, or the path of its file; it exposes ``inputs`` and ``outputs``
        :raises SluiceError: ``TypeMismatch`` for what does not fit; what the graph has failed with
        """
        return await execute(self.address, graph, given)

    async def stream(self, graph: Graph) -> AsyncSession:
        """Starts a session: another graph, with a runtime of its own, that is sent items and gives some."""
        return await AsyncSession.open(self.address, graph)

    async def start(self, *, resume: bool = False) -> None:
        """Starts the graph. :param resume: nodes go on from their states :raises SluiceError: ``Busy``, a ``RuntimeError``"""
        await self.call("graph.start", resume=resume)

    async def stop(self) -> None:
        """Ends the sources, lets the rest drain, and returns at the end; does nothing if the graph does not run."""
        await self.call("graph.stop")

    async def restart(self, *, resume: bool = False) -> None:
        """Stops the graph, if it runs, and starts it again."""
        await self.call("graph.restart", resume=resume)

    async def pause(self) -> None:
        """Holds every node between two ticks. :raises SluiceError: ``Busy`` if the graph does not run"""
        await self.call("graph.pause")

    async def resume(self) -> None:
        """Goes on. :raises SluiceError: ``Busy`` if the graph is not paused"""
        await self.call("graph.resume")

    async def finished(self) -> str:
        """
        Waits for the end of the run.

        :returns: ``completed`` or ``stopped``
        :raises SluiceError: what the run has failed with; ``Busy`` if the graph was not started
        """
        async with await self.events("runtime") as events:
            while (graph := await self.graph())["state"] not in _OVER:
                if graph["state"] == "building":
                    raise error_of("Busy", "Cannot wait for the end: the graph was not started; call start()")
                # The state may follow its event.
                with contextlib.suppress(TimeoutError):
                    await events.next(timeout=_LOOK_SECONDS)
        if graph["state"] == "failed":
            error = dict(graph.get("error") or {"code": "NodeFailed", "message": "the graph failed"})
            raise error_of(error.pop("code"), error.pop("message"), error)
        return str(graph["state"])

    async def state(self) -> str:
        """Returns the state: ``building``, ``running``, ``paused``, ``completed``, ``stopped``, ``failed`` and others."""
        return str((await self.graph())["state"])

    async def stats(self) -> dict[str, Any]:
        """Returns every counter of nodes, links, lanes and pools; times are in nanoseconds."""
        return await self.address.read("/api/stats")

    async def events(self, *topics: str) -> AsyncEvents:
        """Follows the events of some topics, such as ``node:*``; without any, all. Begins now."""
        return await self._follow("events.subscribe", "events", topics=list(topics) or None)

    async def logs(self, *, node: str | None = None, level: str | None = None) -> AsyncEvents:
        """Follows the lines of the log, of one node perhaps, from a level up: ``debug``, ``info``, ``warn``, ``error``."""
        return await self._follow("logs.subscribe", "lines", node=node, level=level)

    async def is_rust_available(self) -> bool:
        """True if the native library is used; without it the runtime works in portable mode."""
        return bool((await self.graph())["driver"] == "native")

    async def _follow(self, method: str, field: str, **params: Any) -> AsyncEvents:
        return AsyncEvents(await self.subscribe(method, **params), field)
