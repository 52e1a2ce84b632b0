"""Runs pipelines without a runtime at hand."""

from __future__ import annotations

import threading

from .payloads import Item
from .runtime import Runtime
from .sessions import Graph, Input

_lock = threading.Lock()
_shared: Runtime | None = None


def execute_pipeline(graph: Graph, given: Input = (), *, runtime: Runtime | None = None) -> list[Item]:
    """
    Runs a graph on items, payloads or values, and returns what comes out.

    :param graph: its document, or the path of its file; it exposes ``inputs`` and ``outputs``
    :param runtime: whose process runs it; by default one that all such calls share, and that ends with the program
    :raises SluiceError: what is wrong with the graph, with an input, or what it has failed with
    """
    return (runtime or _common()).execute(graph, given)


def _common() -> Runtime:
    global _shared
    with _lock:
        if _shared is None or not _shared.is_open:
            _shared = Runtime()
        return _shared
