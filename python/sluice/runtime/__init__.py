"""
The runtime from Python: graphs that a program builds, starts, changes and watches.

The graph runs in a process of its own, ``sluice serve``, which ends with the program.
"""

from __future__ import annotations

from .async_runtime import AsyncRuntime, Link
from .edit import Edit
from .events import AsyncEvents, Events
from .nodes import AsyncNode, Node
from .ports import InputPort, OutputPort, PortInfo
from .registered import auto_register
from .runtime import Runtime, is_rust_available
from .server import Address

__all__ = [
    "Address",
    "AsyncEvents",
    "AsyncNode",
    "AsyncRuntime",
    "Edit",
    "Events",
    "InputPort",
    "Link",
    "Node",
    "OutputPort",
    "PortInfo",
    "Runtime",
    "auto_register",
    "is_rust_available",
]
