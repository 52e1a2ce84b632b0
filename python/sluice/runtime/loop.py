"""An event loop in a thread of its own, so that programs without ``asyncio`` can use what is asynchronous."""

from __future__ import annotations

import asyncio
import os
import threading
from collections.abc import Coroutine
from typing import Any, TypeVar

from ..errors import error_of

T = TypeVar("T")


class LoopThread:
    """A loop. Any thread but its own may wait for what it runs."""

    def __init__(self) -> None:
        self._process = os.getpid()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="sluice-runtime", daemon=True)
        self._thread.start()

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """Runs a coroutine, and waits for its result. Ctrl-C cancels it."""
        why = self._reason_not_to_run()
        if why is not None:
            work.close()
            raise error_of("Busy", f"Cannot use the runtime: {why}")
        future = asyncio.run_coroutine_threadsafe(work, self._loop)
        try:
            return future.result()
        except BaseException:
            future.cancel()
            raise

    @property
    def is_here(self) -> bool:
        """False in a process that was forked: threads stay behind."""
        return self._process == os.getpid()

    def _reason_not_to_run(self) -> str | None:
        if not self.is_here:
            return "it belongs to the process that has forked this one"
        if self._loop.is_closed():
            return "it is closed"
        own = threading.current_thread() is self._thread
        return "this thread is its own; use AsyncRuntime there" if own else None

    def end(self) -> None:
        """Ends the thread."""
        if self._loop.is_closed():
            return
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.run_until_complete(self._loop.shutdown_default_executor())
        self._loop.close()
