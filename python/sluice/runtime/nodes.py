"""Nodes of a running graph, as a program holds them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from .ports import InputPort, OutputPort, PortInfo, declared_ports, find_port

if TYPE_CHECKING:
    from .async_graph import AsyncGraph
    from .runtime import Runtime


class NodeName:
    """A node by its id, with what is known of its ports. Ports can be named at once, also within an edit."""

    def __init__(self, id: str, type: str, described: Mapping[str, Any] | None) -> None:
        self.id = id
        self.type = type
        self._declared: dict[str, Sequence[Mapping[str, Any]]] = {
            side: [] if described is None else described[side] for side in ("inputs", "outputs")
        }
        self._ports = {side: declared_ports(ports) for side, ports in self._declared.items()}

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.id} ({self.type})>"

    def input_port(self, name: str | None = None, frame_type: str | None = None) -> InputPort:
        """
        Returns an input, to connect to; without a name the only one.

        :param frame_type: the type that its frames are to have, such as ``"AudioFrame<2>"``
        :raises SluiceError: ``PortNotFound`` with the names that there are, ``TypeMismatch``
        """
        port = find_port(self.id, "input", name, frame_type, self._ports["inputs"], self._declared["inputs"])
        return InputPort(self.id, port.name, port.port_type)

    def output_port(self, name: str | None = None, frame_type: str | None = None) -> OutputPort:
        """Returns an output, to connect; without a name the only one. Raises as :meth:`input_port`."""
        port = find_port(self.id, "output", name, frame_type, self._ports["outputs"], self._declared["outputs"])
        return OutputPort(self.id, port.name, port.port_type)

    def _know_ports(self, ports: Iterable[Mapping[str, Any]]) -> None:
        """Takes the ports that a change has told of, which does not say what is required."""
        optional = {each["name"] for each in self._declared["inputs"] if each["optional"]}
        for side in ("inputs", "outputs"):
            told = [each for each in ports if each["direction"] + "s" == side]
            self._know({side: [{**each, "optional": re.sub(r"_\d+$", "", each["name"]) in optional} for each in told]})

    def _know(self, described: Mapping[str, Any]) -> None:
        """Takes the ports that it has now."""
        for side in self._ports.keys() & described.keys():
            self._ports[side] = [
                PortInfo(each["name"], each["type"], _is_required(side, each)) for each in described[side]
            ]


def _is_required(side: str, port: Mapping[str, Any]) -> bool:
    return side == "inputs" and not port["optional"]


class AsyncNode(NodeName):
    """A node of an :class:`AsyncRuntime`."""

    def __init__(self, runtime: AsyncGraph, id: str, type: str, described: Mapping[str, Any] | None) -> None:
        super().__init__(id, type, described)
        self._runtime = runtime

    async def get_input_ports(self) -> list[PortInfo]:
        """Returns the inputs that the node has now."""
        await self._refresh()
        return list(self._ports["inputs"])

    async def get_output_ports(self) -> list[PortInfo]:
        """Returns the outputs that the node has now."""
        await self._refresh()
        return list(self._ports["outputs"])

    async def describe(self) -> dict[str, Any]:
        """Returns the node with its configuration, counters and figures of its own."""
        return await self._runtime.call("node.describe", node=self.id)

    async def set(self, /, **values: Any) -> None:
        """Changes values of its configuration. :raises ConfigError: a ``ValueError``, if one is wrong"""
        await self._runtime.set(self, **values)

    async def command(self, name: str, /, **args: Any) -> Any:
        """Gives it a command, and returns its answer."""
        return await self._runtime.command(self, name, **args)

    async def bypass(self, on: bool = True) -> None:
        """Has frames pass it by, or no longer."""
        await self._runtime.call("node.bypass", node=self.id, on=on, by=self._runtime.name)

    async def restart(self) -> None:
        """Restarts it without its state."""
        await self._runtime.call("node.restart", node=self.id)

    async def remove(self) -> None:
        """Removes it with its links; a sink completes its file."""
        await self._runtime.remove(self)

    async def _refresh(self) -> None:
        self._know(await self._runtime.snapshot(self))


class Node(NodeName):
    """A node of a :class:`Runtime`."""

    def __init__(self, runtime: Runtime, node: AsyncNode) -> None:
        self._runtime = runtime
        self._node = node
        self.id = node.id
        self.type = node.type
        self._declared = node._declared
        self._ports = node._ports

    def get_input_ports(self) -> list[PortInfo]:
        """Returns the inputs that the node has now."""
        return self._runtime.wait_for(self._node.get_input_ports())

    def get_output_ports(self) -> list[PortInfo]:
        """Returns the outputs that the node has now."""
        return self._runtime.wait_for(self._node.get_output_ports())

    def describe(self) -> dict[str, Any]:
        """Returns the node with its configuration, counters and figures of its own."""
        return self._runtime.wait_for(self._node.describe())

    def set(self, /, **values: Any) -> None:
        """Changes values of its configuration. :raises ConfigError: a ``ValueError``, if one is wrong"""
        self._runtime.wait_for(self._node.set(**values))

    def command(self, name: str, /, **args: Any) -> Any:
        """Gives it a command, and returns its answer."""
        return self._runtime.wait_for(self._node.command(name, **args))

    def bypass(self, on: bool = True) -> None:
        """Has frames pass it by, or no longer."""
        self._runtime.wait_for(self._node.bypass(on))

    def restart(self) -> None:
        """Restarts it without its state."""
        self._runtime.wait_for(self._node.restart())

    def remove(self) -> None:
        """Removes it with its links; a sink completes its file."""
        self._runtime.wait_for(self._node.remove())
