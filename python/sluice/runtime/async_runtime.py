"""The runtime from Python, for programs with ``asyncio``. :class:`sluice.Runtime` is made of this one."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..errors import SluiceError, error_of
from .child import Child
from .edit import (
    Edit,
    NodeLike,
    Source,
    Target,
    Types,
    add_command,
    camel,
    connect_command,
    disconnect_command,
    given,
    id_of,
)
from .events import AsyncEvents
from .nodes import AsyncNode
from .registered import registered_plugins, with_python
from .rpc import Rpc
from .server import Address, Owned

_OVER = ("completed", "stopped", "failed")


@dataclass(frozen=True)
class Link:
    """A link of the graph."""

    id: str
    source: str
    """The output that it leads from: ``tone.audio``."""
    target: str


class AsyncRuntime:
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

    name = "python"
    """Who makes the changes, in the log."""

    def __init__(
        self,
        *,
        mode: str | None = None,
        graph: str | Path | None = None,
        packages: Sequence[str | Path] = (),
        plugins: Sequence[str | Path] = (),
        command: str | Sequence[str] | None = None,
        cwd: str | Path | None = None,
        env: Mapping[str, str] | None = None,
        **options: Any,
    ) -> None:
        chosen = given({"mode": mode, **{camel(name): value for name, value in options.items()}})
        known = [*plugins, *registered_plugins()]
        self._server: Owned | Address = Owned(command, graph, packages, known, chosen, cwd, with_python(env or {}))
        self._child: Child | None = None
        self._rpc: Rpc | None = None
        self._types: Types | None = None

    @classmethod
    def attach(cls, url: str, *, token: str | None = None, pipelines: str | None = None) -> AsyncRuntime:
        """
        Returns a runtime that is another program's, such as of ``sluice serve``. Closing it leaves that one alone.

        :param url: what the server has printed
        :param pipelines: where it offers pipelines, for :meth:`execute` and :meth:`stream`
        """
        runtime = cls()
        runtime._server = Address(url.rstrip("/"), token, pipelines)
        return runtime

    async def open(self) -> AsyncRuntime:
        """
        Starts the process, and connects; does nothing if that is done. ``async with`` does so too.

        :raises SluiceError: ``InvalidConfig`` for wrong options, ``AccessDenied`` for a wrong token, ``LaneCrashed`` if
            nobody is there
        """
        if self._rpc is not None:
            return self
        if isinstance(self._server, Owned):
            self._child = await self._server.start()
        try:
            self._rpc = await Rpc.open(self.address.url, self.address.token)
        except BaseException:
            await self.close()
            raise
        return self

    async def close(self) -> None:
        """Ends the process, if it is this runtime's: a live graph is stopped, and its files are completed."""
        rpc, self._rpc = self._rpc, None
        child, self._child = self._child, None
        if rpc is not None:
            await rpc.close()
        if child is not None:
            await child.end()

    async def __aenter__(self) -> AsyncRuntime:
        return await self.open()

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    @property
    def address(self) -> Address:
        """Where the server is, with its page and its token. :raises SluiceError: ``Busy`` if it is not open"""
        if isinstance(self._server, Address):
            return self._server
        if self._child is None:
            raise _closed()
        return Address(self._child.url, self._child.token, self._child.pipelines)

    @property
    def pid(self) -> int | None:
        """The number of the process, if it is this runtime's."""
        return None if self._child is None else self._child.pid

    async def call(self, method: str, **params: Any) -> Any:
        """Calls a method of the control plane, by docs/control.md. Parameters that are ``None`` are left out."""
        if self._rpc is None:
            raise _closed()
        return await self._rpc.call(method, **params)

    # What the graph is made of.

    async def types(self) -> Types:
        """Returns the node types by name: documentation, ports, configuration."""
        if self._types is None:
            self._types = {each["type"]: each for each in await self.call("types.list")}
        return self._types

    async def add_processor(
        self, type: str, config: Mapping[str, Any] | None = None, *, id: str | None = None, lane: str | None = None, **options: Any
    ) -> AsyncNode:
        """
        Adds a node, also while the graph runs.

        :param options: of the node, such as ``supervision`` and ``call_timeout_ms``
        :raises SluiceError: ``NodeTypeNotFound`` with the types that there are; ``InvalidConfig``, a ``ValueError``
        """
        (result,) = await self._transact([add_command(type, config, id, lane, options)])
        return await self.node(result["node"])

    async def node(self, node: NodeLike) -> AsyncNode:
        """Returns a node of the graph. :raises SluiceError: ``NodeNotFound``"""
        found = await self.snapshot(node)
        made = AsyncNode(self, found["id"], found["type"], (await self.types()).get(found["type"]))
        made._know(found)
        return made

    async def connect(
        self, source: Source, target: Target, *, policy: str | None = None, capacity: int | None = None, convert: str | None = None
    ) -> Link:
        """
        Links an output to an input: ports, ``"node.port"``, or nodes (or their ids) that have one.

        :param policy: what happens when the link is full
        :param capacity: frames
        :raises SluiceError: ``PortNotFound``, ``TypeMismatch``, ``DestinationOccupied``
        """
        start = await self.node(source) if isinstance(source, str) and "." not in source else source
        end = await self.node(target) if isinstance(target, str) and "." not in target else target
        (result,) = await self._transact([connect_command(start, end, policy, capacity, convert)])
        return Link(result["link"], result["from"], result["to"])

    async def disconnect(self, target: Target | Link) -> None:
        """Removes the link of an input, or the given one. :raises SluiceError: ``LinkNotFound``"""
        await self._transact([disconnect_command(target.id if isinstance(target, Link) else target)])

    async def remove(self, node: NodeLike) -> None:
        """Removes a node with its links."""
        await self._transact([{"op": "remove", "node": id_of(node)}])

    async def set(self, node: NodeLike, **values: Any) -> None:
        """Changes values of a node's configuration. :raises ConfigError: a ``ValueError``, if one is wrong"""
        if len(values) == 1:
            ((key, value),) = values.items()
            await self.call("node.setConfig", node=id_of(node), key=key, value=value, by=self.name)
        elif values:
            await self._transact([{"op": "set", "node": id_of(node), "values": values}])

    async def command(self, node: NodeLike, name: str, **args: Any) -> Any:
        """Gives a node a command, and returns its answer."""
        answer = await self.call("node.command", node=id_of(node), name=name, args=args)
        return answer.get("answer")

    @asynccontextmanager
    async def edit(self) -> AsyncIterator[Edit]:
        """Collects commands, which take effect together at the end of the block. If it raises, none does."""
        edit = Edit(await self.types(), {each["id"] for each in (await self.graph())["nodes"]})
        yield edit
        if edit.commands:
            await self._transact(edit.commands)

    async def plan(self, commands: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
        """Says what commands would change, and changes nothing."""
        return await self.call("graph.plan", commands=list(commands))

    async def apply(self, document: Mapping[str, Any]) -> dict[str, Any]:
        """Changes the graph to a graph file's, by what differs alone. :returns: the entry of the log"""
        return await self.call("graph.apply", document=document, by=self.name)

    async def undo(self) -> dict[str, Any]:
        """Goes to the graph before the last change. :raises SluiceError: ``Busy`` if there is none"""
        return await self.call("graph.undo", by=self.name)

    async def redo(self) -> dict[str, Any]:
        """Takes the last undo back. :raises SluiceError: ``Busy`` if there is none"""
        return await self.call("graph.redo", by=self.name)

    async def log(self, after: int = 0) -> list[dict[str, Any]]:
        """Returns the entries of the command log after one of them, oldest first."""
        answer = await self.call("graph.log", after=after)
        return list(answer["entries"])

    async def document(self) -> dict[str, Any]:
        """Returns the graph as a graph file."""
        return await self.call("graph.document")

    async def save(self, path: str | Path | None = None, *, force: bool = False) -> str:
        """Writes the graph to its file, or to another one, over one that is there with ``force``. :returns: the path"""
        answer = await self.call("graph.save", path=None if path is None else str(path), force=force)
        return str(answer["path"])

    # How it runs.

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
                if await events.next() is None:
                    raise SluiceError("LaneCrashed", "Cannot wait for the end: the connection to the runtime is lost")
        if graph["state"] == "failed":
            error = dict(graph.get("error") or {"code": "NodeFailed", "message": "the graph failed"})
            raise error_of(error.pop("code"), error.pop("message"), error)
        return str(graph["state"])

    # What it does.

    async def graph(self) -> dict[str, Any]:
        """Returns the graph: state, nodes, links, lanes and pools."""
        return await self.call("graph.get")

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

    async def snapshot(self, node: NodeLike) -> dict[str, Any]:
        """Returns a node as :meth:`graph` has it. :raises SluiceError: ``NodeNotFound``"""
        nodes: list[dict[str, Any]] = (await self.graph())["nodes"]
        found = next((each for each in nodes if each["id"] == id_of(node)), None)
        if found is None:
            available = [each["id"] for each in nodes]
            message = f'Cannot find node "{id_of(node)}"; nodes: {", ".join(available) or "none"}'
            raise error_of("NodeNotFound", message, {"nodeId": id_of(node), "available": available})
        return found

    async def _transact(self, commands: list[dict[str, Any]]) -> list[dict[str, Any]]:
        entry = await self.call("graph.edit", commands=commands, by=self.name)
        return list(entry["results"])

    async def _follow(self, method: str, field: str, **params: Any) -> AsyncEvents:
        if self._rpc is None:
            raise _closed()
        return AsyncEvents(await self._rpc.subscribe(method, **params), field)


def _closed() -> SluiceError:
    return error_of("Busy", "Cannot use the runtime: it is closed, or was not opened")
