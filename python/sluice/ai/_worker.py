"""Long work on a thread of its own, so that a node's methods return soon."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Iterable
from typing import Generic, TypeVar

I = TypeVar("I")  # noqa: E741
R = TypeVar("R")


class Worker(Generic[I, R]):
    """
    Works on items one after another, in the order in which they came. Both its queues are bounded: that of items
    refuses one more, and while that of results is full the work waits.
    """

    def __init__(
        self,
        work: Callable[[I], Iterable[R]],
        wake: Callable[[], None],
        most_items: int,
        most_results: int = 64,
    ) -> None:
        """
        :param work: gives the results of an item; runs on the thread
        :param wake: is called on the thread when there is a result, or room for an item
        """
        self._work, self._wake = work, wake
        self._most_items, self._most_results = most_items, most_results
        self._items: deque[I] = deque()
        self._results: deque[R] = deque()
        self._changed = threading.Condition()
        self._busy = self._stopped = False
        self._error: BaseException | None = None
        self._thread = threading.Thread(target=self._run, daemon=True, name="sluice-worker")
        self._thread.start()

    @property
    def is_idle(self) -> bool:
        """``True`` if there is neither an item nor a result. :raises BaseException: what the work has raised"""
        with self._changed:
            self._check()
            return not (self._busy or self._items or self._results)

    @property
    def has_room(self) -> bool:
        """``True`` if there is room for an item."""
        with self._changed:
            return len(self._items) < self._most_items

    def offer(self, item: I, wait_s: float = 0.0, must: bool = False) -> bool:
        """
        Takes an item, if there is room for it within a time.

        :param must: takes it in any case
        :raises BaseException: what the work has raised
        """
        with self._changed:
            has_room = must or self._changed.wait_for(
                lambda: len(self._items) < self._most_items or self._error, wait_s
            )
            self._check()
            if has_room:
                self._items.append(item)
                self._changed.notify_all()
            return bool(has_room)

    def take(self) -> R | None:
        """Returns the oldest result. :raises BaseException: what the work has raised, once its results were taken"""
        with self._changed:
            if not self._results:
                self._check()
                return None
            result = self._results.popleft()
            self._changed.notify_all()
            return result

    def wait(self, seconds: float) -> None:
        """Waits until there is a result, or nothing more to do."""
        with self._changed:
            self._changed.wait_for(lambda: self._results or self._error or not (self._busy or self._items), seconds)

    def stop(self) -> None:
        """Ends the thread after its next result."""
        with self._changed:
            self._stopped = True
            self._changed.notify_all()
        self._thread.join(2.0)

    def _check(self) -> None:
        if self._error is not None:
            raise self._error

    def _run(self) -> None:
        while (item := self._next()) is not None:
            try:
                for result in self._work(item):
                    if not self._give(result):
                        return
            except BaseException as error:  # noqa: BLE001 -- the node's own methods raise it
                with self._changed:
                    self._error = error
            with self._changed:
                self._busy = False
                self._changed.notify_all()
            self._wake()

    def _next(self) -> I | None:
        with self._changed:
            self._changed.wait_for(lambda: self._items or self._stopped)
            if self._stopped:
                return None
            self._busy = True
            item = self._items.popleft()
            self._changed.notify_all()
            return item

    def _give(self, result: R) -> bool:
        with self._changed:
            self._changed.wait_for(lambda: len(self._results) < self._most_results or self._stopped)
            if self._stopped:
                return False
            self._results.append(result)
            self._changed.notify_all()
        self._wake()
        return True
