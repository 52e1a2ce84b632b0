"""
Nodes in Python for Sluice, a runtime for streams of media and sensor data, and the runtime from Python.

A node is a class with :func:`node`; its ports and configuration are annotations. The runtime runs it in a process of its
own, on the frames' own memory.
"""

from __future__ import annotations

import importlib.util
import sys
from typing import TYPE_CHECKING, Any

if importlib.util.find_spec("numpy") is None:
    raise ModuleNotFoundError(f'sluice needs numpy: run "{sys.executable} -m pip install numpy"', name="numpy")

from .config_schema import config
from .discover import discover_nodes
from .errors import (
    BusyError,
    ConfigError,
    InputError,
    MissingError,
    NodeFailedError,
    PoolExhaustedError,
    SluiceError,
    TimeoutError,
)
from .frame import Frame
from .frames import AudioFrame, DataFrame, EncodedFrame, PacketFrame, VideoFrame
from .node import Node, Waker, command, node
from .ports import Input, Output, port
from .stage_abi import DECODE_ONLY, DISCONTINUITY, GAP, KEYFRAME

if TYPE_CHECKING:
    from .runtime import (
        AsyncRuntime,
        Edit,
        Events,
        InputPort,
        Link,
        OutputPort,
        PortInfo,
        Runtime,
        auto_register,
        is_rust_available,
    )

__version__ = "0.1.0"

__all__ = [
    "AsyncRuntime",
    "AudioFrame",
    "BusyError",
    "ConfigError",
    "DECODE_ONLY",
    "DISCONTINUITY",
    "DataFrame",
    "Edit",
    "EncodedFrame",
    "Events",
    "Frame",
    "GAP",
    "Input",
    "InputError",
    "InputPort",
    "KEYFRAME",
    "Link",
    "MissingError",
    "Node",
    "NodeFailedError",
    "Output",
    "OutputPort",
    "PacketFrame",
    "PoolExhaustedError",
    "PortInfo",
    "Runtime",
    "SluiceError",
    "TimeoutError",
    "VideoFrame",
    "Waker",
    "auto_register",
    "command",
    "config",
    "discover_nodes",
    "is_rust_available",
    "node",
    "port",
]


RUNTIME_NAMES = (
    "AsyncRuntime",
    "Edit",
    "Events",
    "InputPort",
    "Link",
    "OutputPort",
    "PortInfo",
    "Runtime",
    "auto_register",
    "is_rust_available",
)
"""The names of :mod:`sluice.runtime` that this module has, too. It is imported when one of them is asked for."""


def __getattr__(name: str) -> Any:
    if name in RUNTIME_NAMES:
        return getattr(importlib.import_module("sluice.runtime"), name)
    raise AttributeError(f"module 'sluice' has no attribute {name!r}")
