"""The logger of a node. While one of the node's methods runs its lines go to the runtime; else to the standard streams,
which the runtime reads as well."""

from __future__ import annotations

import logging
import sys
from threading import get_ident

from . import stage_abi as abi
from .host_table import HOST


class _RuntimeHandler(logging.Handler):
    def emit(self, record: logging.LogRecord) -> None:
        try:
            text = self.format(record)
            # In setup() there is no node yet, so that its lines would be lost.
            if HOST.call is not None and get_ident() == HOST.thread and HOST.is_at_work:
                HOST.log(HOST.call, _level(record.levelno), text.replace("\0", "\ufffd").encode("utf-8", "replace"))
            else:
                print(text, file=sys.stderr if record.levelno >= logging.WARNING else sys.stdout, flush=True)
        except Exception:
            self.handleError(record)


def _level(number: int) -> int:
    if number >= logging.ERROR:
        return abi.LOG_ERROR
    if number >= logging.WARNING:
        return abi.LOG_WARN
    return abi.LOG_INFO if number >= logging.INFO else abi.LOG_DEBUG


def logger_of(identity: str) -> logging.Logger:
    """Returns the logger of a node type. All its lines go to the runtime, which chooses among them by its own level."""
    found = logging.getLogger(f"sluice.node.{identity}")
    if not found.handlers:
        found.addHandler(_RuntimeHandler())
        found.setLevel(logging.DEBUG)
        found.propagate = False
    return found
