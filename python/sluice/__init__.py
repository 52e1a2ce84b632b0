"""
Nodes in Python for Sluice, a runtime for streams of media and sensor data, and the runtime from Python.

A node is a class with :func:`node`; its ports and configuration are annotations. The runtime runs it in a process of its
own, on the frames' own memory.
"""

from __future__ import annotations

import importlib.util
import sys
from typing import Any

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
from .frames import AudioFrame, DataFrame, EncodedFrame, Frame, PacketFrame, VideoFrame
from .node import Node, Waker, command, node
from .ports import Input, Output, port
from .stage_abi import DECODE_ONLY, DISCONTINUITY, GAP, KEYFRAME

__version__ = "0.1.0"

__all__ = [
    "DECODE_ONLY",
    "DISCONTINUITY",
    "GAP",
    "KEYFRAME",
    "AudioFrame",
    "BusyError",
    "ConfigError",
    "DataFrame",
    "EncodedFrame",
    "Frame",
    "Input",
    "InputError",
    "MissingError",
    "Node",
    "NodeFailedError",
    "Output",
    "PacketFrame",
    "PoolExhaustedError",
    "SluiceError",
    "TimeoutError",
    "VideoFrame",
    "Waker",
    "command",
    "config",
    "discover_nodes",
    "node",
    "port",
]


def __getattr__(name: str) -> Any:
    # The runtime's mirror, which nodes do not need, is imported when it is asked for.
    if not name.startswith("_"):
        from importlib import import_module
        from importlib.util import find_spec

        if find_spec("sluice.runtime") is not None:
            runtime = import_module("sluice.runtime")
            if name == "runtime":
                return runtime
            if name in getattr(runtime, "__all__", ()):
                return getattr(runtime, name)
    raise AttributeError(f"module 'sluice' has no attribute {name!r}")
