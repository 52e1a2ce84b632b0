"""An edit: commands that take effect together, or not at all."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from ..errors import ConfigError, error_of
from .nodes import NodeName
from .ports import InputPort, OutputPort

NodeLike = NodeName | str
Source = OutputPort | NodeName | str
Target = InputPort | NodeName | str

Types = Mapping[str, Mapping[str, Any]]


class Edit:
    """Collects commands. Nothing reaches the graph until all of them do, at the end of the ``with`` block."""

    def __init__(self, types: Types, taken: set[str]) -> None:
        self._types = types
        self._taken = taken
        self.commands: list[dict[str, Any]] = []

    def add_processor(
        self,
        type: str,
        config: Mapping[str, Any] | None = None,
        *,
        id: str | None = None,
        lane: str | None = None,
        **options: Any,
    ) -> NodeName:
        """Adds a node, as ``Runtime.add_processor`` does. It has its id and its ports at once."""
        if type not in self._types:
            available = sorted(self._types)
            message = f'Cannot find node type "{type}"; "sluice nodes list" lists all {len(available)}'
            raise error_of("NodeTypeNotFound", message, {"available": available})
        node = NodeName(id or _default_id(type, self._taken), type, self._types[type])
        self._taken.add(node.id)
        self.commands.append(add_command(type, config, node.id, lane, options))
        return node

    def connect(
        self,
        source: Source,
        target: Target,
        *,
        policy: str | None = None,
        capacity: int | None = None,
        convert: str | None = None,
    ) -> None:
        """Links an output to an input."""
        self.commands.append(connect_command(source, target, policy, capacity, convert))

    def disconnect(self, target: Target) -> None:
        """Removes the link of an input; a text without a dot is the id of a link."""
        self.commands.append(disconnect_command(target))

    def remove(self, node: NodeLike) -> None:
        """Removes a node with its links."""
        self._taken.discard(id_of(node))
        self._do("remove", node)

    def replace(
        self, node: NodeLike, type: str, config: Mapping[str, Any] | None = None, *, lane: str | None = None
    ) -> None:
        """Puts a node of another type in the place of one, whose links and state it takes over."""
        self._do("replace", node, type=type, config=config, lane=lane)

    def move(self, node: NodeLike, lane: str) -> None:
        """Moves a node to another lane, with its state."""
        self._do("move", node, lane=lane)

    def set(self, node: NodeLike, /, **values: Any) -> None:
        """Changes values of a node's configuration."""
        self._do("set", node, values=values)

    def rename(self, node: NodeLike, to: str) -> None:
        """Gives a node another id; it starts anew."""
        self._do("rename", node, to=to)

    def command(self, node: NodeLike, name: str, /, **args: Any) -> None:
        """Gives a node a command, after all changes."""
        self._do("command", node, name=name, args=args)

    def _do(self, op: str, node: NodeLike, **values: Any) -> None:
        self.commands.append(given({"op": op, "node": id_of(node), **values}))


def add_command(
    type: str, config: Mapping[str, Any] | None, id: str | None, lane: str | None, options: Mapping[str, Any]
) -> dict[str, Any]:
    """Returns the command that adds a node. Its options have Python's names: ``call_timeout_ms``."""
    named = {camel(name): value for name, value in options.items()}
    values = dict(config) if isinstance(config, Mapping) else config
    return given({"op": "add", "type": type, "id": id, "config": values, "lane": lane, **named})


def connect_command(
    source: Source, target: Target, policy: str | None, capacity: int | None, convert: str | None
) -> dict[str, Any]:
    """Returns the command that links two ports."""
    start = source.output_port() if isinstance(source, NodeName) else source
    end = target.input_port() if isinstance(target, NodeName) else target
    if not isinstance(start, (str, OutputPort)) or not isinstance(end, (str, InputPort)):
        message = f"Cannot connect {start} to {end}: wanted an output and an input, in this order"
        raise error_of("TypeMismatch", message, {})
    return given(
        {
            "op": "connect",
            "from": str(start),
            "to": str(end),
            "policy": policy,
            "capacity": capacity,
            "convert": convert,
        }
    )


def disconnect_command(target: Target) -> dict[str, Any]:
    """Returns the command that removes a link."""
    end = target.input_port() if isinstance(target, NodeName) else target
    if not isinstance(end, (str, InputPort)):
        raise ConfigError(f"Cannot disconnect {end}: wanted an input, or the id of a link", key="target")
    return {"op": "disconnect", "to" if "." in str(end) else "link": str(end)}


def id_of(node: NodeLike) -> str:
    """Returns the id of a node."""
    return node if isinstance(node, str) else node.id


def given(values: Mapping[str, Any]) -> dict[str, Any]:
    """Returns what is not ``None``."""
    return {name: value for name, value in values.items() if value is not None}


def camel(name: str) -> str:
    """Returns the name of an option as the runtime has it: ``endsWithSources`` for ``ends_with_sources``."""
    return re.sub(r"_([a-z])", lambda found: found[1].upper(), name)


def _default_id(type: str, taken: set[str]) -> str:
    plain = re.sub(r"-$", "", re.sub(r"[^A-Za-z0-9_-]+", "-", type))
    number = 1
    while (name := plain if number == 1 else f"{plain}-{number}") in taken:
        number += 1
    return name
