"""What a graph is made of, and how that is changed."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .async_process import AsyncProcess
from .edit import Edit, NodeLike, Source, Target, Types, add_command, connect_command, disconnect_command, id_of
from .nodes import AsyncNode


@dataclass(frozen=True)
class Link:
    """A link of the graph."""

    id: str
    source: str
    """The output that it leads from: ``tone.audio``."""
    target: str


class AsyncGraph(AsyncProcess):
    """The part of a runtime that builds and changes."""

    _types: Types | None = None

    async def types(self) -> Types:
        """Returns the node types by name: documentation, ports, configuration."""
        if self._types is None:
            self._types = {each["type"]: each for each in await self.call("types.list")}
        return self._types

    async def add_processor(
        self,
        type: str,
        config: Mapping[str, Any] | None = None,
        *,
        id: str | None = None,
        lane: str | None = None,
        **options: Any,
    ) -> AsyncNode:
        """
        Adds a node, also while the graph runs.

        :param options: of the node, such as ``supervision`` and ``call_timeout_ms``
        :raises SluiceError: ``NodeTypeNotFound`` with the types that there are; ``InvalidConfig``, a ``ValueError``
        """
        (result,) = await self._transact([add_command(type, config, id, lane, options)])
        node = AsyncNode(self, result["node"], type, (await self.types()).get(type))
        node._know_ports(result["ports"])
        return node

    async def node(self, node: NodeLike) -> AsyncNode:
        """Returns a node of the graph. :raises SluiceError: ``NodeNotFound``"""
        found = await self.snapshot(node)
        made = AsyncNode(self, found["id"], found["type"], (await self.types()).get(found["type"]))
        made._know(found)
        return made

    async def connect(
        self,
        source: Source,
        target: Target,
        *,
        policy: str | None = None,
        capacity: int | None = None,
        convert: str | None = None,
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

    async def set(self, node: NodeLike, /, **values: Any) -> None:
        """Changes values of a node's configuration. :raises ConfigError: a ``ValueError``, if one is wrong"""
        if len(values) == 1:
            ((key, value),) = values.items()
            await self.call("node.setConfig", node=id_of(node), key=key, value=value, by=self.name)
        elif values:
            await self._transact([{"op": "set", "node": id_of(node), "values": values}])

    async def command(self, node: NodeLike, name: str, /, **args: Any) -> Any:
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

    async def _transact(self, commands: list[dict[str, Any]]) -> list[dict[str, Any]]:
        entry = await self.call("graph.edit", commands=commands, by=self.name)
        return list(entry["results"])
