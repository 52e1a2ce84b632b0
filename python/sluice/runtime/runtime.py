"""The runtime from Python."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from .async_graph import Link
from .blocking import AppSink, AppSource, Session
from .edit import Edit, NodeLike, Source, Target, Types
from .events import Events
from .nodes import Node
from .payloads import Item
from .process import Process
from .sessions import Graph, Input


class Runtime(Process):
    """
    A graph in a process of its own, which it starts at once, and which ends with :meth:`close`, a ``with`` block, or this
    program, in whatever way that ends. The parameters are those of :class:`AsyncRuntime`.

    Any thread may call it; calls wait until the runtime has done what they ask.
    """

    def types(self) -> Types:
        """Returns the node types by name: documentation, ports, configuration."""
        return self.wait_for(self.aio.types())

    def add_processor(
        self,
        type: str,
        config: Mapping[str, Any] | None = None,
        *,
        id: str | None = None,
        lane: str | None = None,
        **options: Any,
    ) -> Node:
        """
        Adds a node, also while the graph runs.

        :param options: of the node, such as ``supervision`` and ``call_timeout_ms``
        :raises SluiceError: ``NodeTypeNotFound`` with the types that there are; ``InvalidConfig``, a ``ValueError``
        """
        return Node(self, self.wait_for(self.aio.add_processor(type, config, id=id, lane=lane, **options)))

    def node(self, node: NodeLike) -> Node:
        """Returns a node of the graph. :raises SluiceError: ``NodeNotFound``"""
        return Node(self, self.wait_for(self.aio.node(node)))

    def connect(
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
        return self.wait_for(self.aio.connect(source, target, policy=policy, capacity=capacity, convert=convert))

    def disconnect(self, target: Target | Link) -> None:
        """Removes the link of an input, or the given one. :raises SluiceError: ``LinkNotFound``"""
        self.wait_for(self.aio.disconnect(target))

    def remove(self, node: NodeLike) -> None:
        """Removes a node with its links."""
        self.wait_for(self.aio.remove(node))

    def set(self, node: NodeLike, /, **values: Any) -> None:
        """Changes values of a node's configuration. :raises ConfigError: a ``ValueError``, if one is wrong"""
        self.wait_for(self.aio.set(node, **values))

    def command(self, node: NodeLike, name: str, /, **args: Any) -> Any:
        """Gives a node a command, and returns its answer."""
        return self.wait_for(self.aio.command(node, name, **args))

    @contextmanager
    def edit(self) -> Iterator[Edit]:
        """Collects commands, which take effect together at the end of the block. If it raises, none does."""
        whole = self.aio.edit()
        edit = self.wait_for(_entered(whole))
        yield edit
        self.wait_for(_left(whole))

    def plan(self, commands: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
        """Says what commands would change, and changes nothing."""
        return self.wait_for(self.aio.plan(commands))

    def apply(self, document: Mapping[str, Any]) -> dict[str, Any]:
        """Changes the graph to a graph file's, by what differs alone. :returns: the entry of the log"""
        return self.wait_for(self.aio.apply(document))

    def undo(self) -> dict[str, Any]:
        """Goes to the graph before the last change. :raises SluiceError: ``Busy`` if there is none"""
        return self.wait_for(self.aio.undo())

    def redo(self) -> dict[str, Any]:
        """Takes the last undo back. :raises SluiceError: ``Busy`` if there is none"""
        return self.wait_for(self.aio.redo())

    def log(self, after: int = 0) -> list[dict[str, Any]]:
        """Returns the entries of the command log after one of them, oldest first."""
        return self.wait_for(self.aio.log(after))

    def document(self) -> dict[str, Any]:
        """Returns the graph as a graph file."""
        return self.wait_for(self.aio.document())

    def save(self, path: str | Path | None = None, *, force: bool = False) -> str:
        """Writes the graph to its file, or to another one, over one that is there with ``force``. :returns: the path"""
        return self.wait_for(self.aio.save(path, force=force))

    def app_source(self, kind: str = "audio", *, id: str | None = None, **options: Any) -> AppSource:
        """Adds a source that this program feeds, as :meth:`AsyncRuntime.app_source`."""
        return AppSource(self, self.wait_for(self.aio.app_source(kind, id=id, **options)))

    def app_sink(self, kind: str = "audio", *, id: str | None = None, ahead: int = 4) -> AppSink:
        """Adds a sink whose frames this program reads, as :meth:`AsyncRuntime.app_sink`."""
        return AppSink(self, self.wait_for(self.aio.app_sink(kind, id=id, ahead=ahead)))

    def execute(self, graph: Graph, given: Input = ()) -> list[Item]:
        """Runs another graph on items, payloads or values, as :meth:`AsyncRuntime.execute`."""
        return self.wait_for(self.aio.execute(graph, given))

    def stream(self, graph: Graph) -> Session:
        """Starts a session: another graph, with a runtime of its own, that is sent items and gives some."""
        return Session(self, self.wait_for(self.aio.stream(graph)))

    def start(self, *, resume: bool = False) -> None:
        """Starts the graph. :param resume: nodes go on from their states :raises SluiceError: ``Busy``, a ``RuntimeError``"""
        self.wait_for(self.aio.start(resume=resume))

    def stop(self) -> None:
        """Ends the sources, lets the rest drain, and returns at the end; does nothing if the graph does not run."""
        self.wait_for(self.aio.stop())

    def restart(self, *, resume: bool = False) -> None:
        """Stops the graph, if it runs, and starts it again."""
        self.wait_for(self.aio.restart(resume=resume))

    def pause(self) -> None:
        """Holds every node between two ticks. :raises SluiceError: ``Busy`` if the graph does not run"""
        self.wait_for(self.aio.pause())

    def resume(self) -> None:
        """Goes on. :raises SluiceError: ``Busy`` if the graph is not paused"""
        self.wait_for(self.aio.resume())

    def finished(self) -> str:
        """Waits for the end of the run, as :meth:`AsyncRuntime.finished`."""
        return self.wait_for(self.aio.finished())

    def graph(self) -> dict[str, Any]:
        """Returns the graph: state, nodes, links, lanes and pools."""
        return self.wait_for(self.aio.graph())

    def state(self) -> str:
        """Returns the state: ``building``, ``running``, ``paused``, ``completed``, ``stopped``, ``failed`` and others."""
        return self.wait_for(self.aio.state())

    def stats(self) -> dict[str, Any]:
        """Returns every counter of nodes, links, lanes and pools; times are in nanoseconds."""
        return self.wait_for(self.aio.stats())

    def events(self, *topics: str) -> Events:
        """Follows the events of some topics, such as ``node:*``; without any, all. Begins now."""
        return Events(self, self.wait_for(self.aio.events(*topics)))

    def logs(self, *, node: str | None = None, level: str | None = None) -> Events:
        """Follows the lines of the log, of one node perhaps, from a level up: ``debug``, ``info``, ``warn``, ``error``."""
        return Events(self, self.wait_for(self.aio.logs(node=node, level=level)))

    def is_rust_available(self) -> bool:
        """True if the native library is used; without it the runtime works in portable mode."""
        return self.wait_for(self.aio.is_rust_available())


def is_rust_available(command: str | Sequence[str] | None = None) -> bool:
    """True if runtimes here use the native library; starts one to look."""
    with Runtime(command=command) as runtime:
        return runtime.is_rust_available()


async def _entered(whole: Any) -> Edit:
    return await whole.__aenter__()


async def _left(whole: Any) -> None:
    await whole.__aexit__(None, None, None)
