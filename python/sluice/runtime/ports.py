"""Ports of nodes as a program names them: links are made from outputs to inputs."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from ..errors import error_of


@dataclass(frozen=True)
class PortInfo:
    """What a port of a node is."""

    name: str
    port_type: str
    """The type of its frames, such as ``AudioFrame<2>``."""
    required: bool
    """True for an input that the node does nothing without."""


@dataclass(frozen=True)
class OutputPort:
    """An output of a node."""

    node: str
    name: str
    port_type: str

    def __str__(self) -> str:
        return f"{self.node}.{self.name}"


@dataclass(frozen=True)
class InputPort:
    """An input of a node."""

    node: str
    name: str
    port_type: str

    def __str__(self) -> str:
        return f"{self.node}.{self.name}"


def declared_ports(ports: Iterable[Mapping[str, Any]]) -> list[PortInfo]:
    """Returns the ports that a node of a type begins with, by the type's description."""
    found: list[PortInfo] = []
    for port in ports:
        count = port.get("array", port.get("dynamic", {}).get("initial"))
        names = [port["name"]] if count is None else [f"{port['name']}_{k}" for k in range(count)]
        found += [PortInfo(name, port["type"], not port["optional"]) for name in names]
    return found


def find_port(
    node: str,
    side: str,
    name: str | None,
    frame_type: str | None,
    now: Iterable[PortInfo],
    declared: Iterable[Mapping[str, Any]],
) -> PortInfo:
    """
    Returns the port of a name; without a name the only one.

    :param side: ``input`` or ``output``
    :param frame_type: the type that its frames are to have
    :param now: the ports that the node has
    :param declared: those of its type, where the dynamic ones are
    :raises SluiceError: ``PortNotFound``, ``TypeMismatch``
    """
    ports = list(now)
    if name is None:
        if len(ports) != 1:
            raise _missing(f"Cannot choose an {side} of {node!r}: it has {len(ports)}, say which", node, "", ports)
        port = ports[0]
    else:
        found = next((each for each in ports if each.name == name), None) or _dynamic(name, declared)
        if found is None:
            raise _missing(f"Cannot find {side} {name!r} of {node!r}", node, name, ports)
        port = found
    if frame_type is not None and not fits(frame_type, port.port_type):
        message = f'Cannot take {side} "{node}.{port.name}" as {frame_type}: it is of type {port.port_type}'
        details = {"nodeId": node, "port": port.name, "expected": frame_type, "actual": port.port_type}
        raise error_of("TypeMismatch", message, details)
    return port


def _dynamic(name: str, declared: Iterable[Mapping[str, Any]]) -> PortInfo | None:
    for port in declared:
        if "dynamic" in port and re.fullmatch(re.escape(port["name"]) + r"(_\d+)?", name):
            return PortInfo(name, port["type"], False)
        if "named" in port:
            return PortInfo(name, port["type"], False)
    return None


def _missing(why: str, node: str, name: str, ports: list[PortInfo]) -> Exception:
    available = [each.name for each in ports]
    listed = ", ".join(f'"{each}"' for each in available) or "none"
    return error_of("PortNotFound", f"{why}; ports: {listed}", {"nodeId": node, "port": name, "available": available})


def fits(wanted: str, actual: str) -> bool:
    """
    Whether a port may carry frames of a type. A port of ``Frame`` carries any, one of ``AudioFrame`` those of any number
    of channels; one of ``AudioFrame | VideoFrame`` both kinds.
    """
    return any(_fits_one(want, have) for want in _parts(wanted) for have in _parts(actual))


def _parts(text: str) -> list[tuple[str, str]]:
    # No separator stands within the arguments of a kind of frame that has alternatives.
    parts = [each.strip() for each in text.split("|")] if "<" not in text else [text.strip()]
    return [
        (name.strip(), rest.rstrip("> ").replace(" ", "")) for name, _, rest in (each.partition("<") for each in parts)
    ]


def _fits_one(wanted: tuple[str, str], actual: tuple[str, str]) -> bool:
    if "Frame" in (wanted[0], actual[0]):
        return True
    return wanted[0] == actual[0] and (
        not wanted[1] or not actual[1] or wanted[1] == actual[1] or actual[1] == "unknown"
    )
