"""Has a node called again after a time, though no frame comes."""

from __future__ import annotations

import threading
from collections.abc import Callable


class Alarm:
    """Wakes a node once after a time. While one time runs, others that are set are passed over."""

    def __init__(self, wake: Callable[[], None]) -> None:
        self._wake = wake
        self._timer: threading.Timer | None = None

    def set(self, seconds: float) -> None:
        """Wakes the node in so many seconds, unless it is to be woken already."""
        if self._timer is None or not self._timer.is_alive():
            self._timer = threading.Timer(seconds, self._wake)
            self._timer.daemon = True
            self._timer.start()

    def stop(self) -> None:
        """Does not wake the node any more."""
        if self._timer is not None:
            self._timer.cancel()
