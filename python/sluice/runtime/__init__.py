"""
The runtime from Python: graphs that a program builds, starts, changes and watches.

The graph runs in a process of its own, ``sluice serve``, which ends with the program.
"""

from __future__ import annotations

from .app import AsyncAppSink, AsyncAppSource
from .async_graph import Link
from .async_runtime import AsyncRuntime
from .blocking import AppSink, AppSource, Session
from .edit import Edit
from .events import AsyncEvents, Events
from .nodes import AsyncNode, Node
from .payloads import Audio, Data, Encoded, End, Item, Packet, Video
from .pipelines import execute_pipeline
from .ports import InputPort, OutputPort, PortInfo
from .registered import auto_register
from .runtime import Runtime, is_rust_available
from .server import Address
from .sessions import AsyncSession

__all__ = [
    "Address",
    "AppSink",
    "AppSource",
    "AsyncAppSink",
    "AsyncAppSource",
    "AsyncEvents",
    "AsyncNode",
    "AsyncRuntime",
    "AsyncSession",
    "Audio",
    "Data",
    "Edit",
    "Encoded",
    "End",
    "Events",
    "InputPort",
    "Item",
    "Link",
    "Node",
    "OutputPort",
    "Packet",
    "PortInfo",
    "Runtime",
    "Session",
    "Video",
    "auto_register",
    "execute_pipeline",
    "is_rust_available",
]
