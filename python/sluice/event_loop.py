"""Runs methods that are ``async def`` to completion, all on one event loop."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import asyncio

_loop: asyncio.AbstractEventLoop | None = None


def runner_of(method: Callable[..., Any]) -> Callable[..., Any]:
    """
    Returns a method as one that is not asynchronous. Tasks that it begins go on while an asynchronous method of the node
    runs, and wait in between.
    """
    if not inspect.iscoroutinefunction(method):
        return method

    def run(*arguments: Any, **named: Any) -> Any:
        global _loop
        if _loop is None:
            # Only nodes that need it wait for its import.
            import asyncio

            _loop = asyncio.new_event_loop()
            asyncio.set_event_loop(_loop)
        return _loop.run_until_complete(method(*arguments, **named))

    return run
