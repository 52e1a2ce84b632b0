"""The errors that callers catch. Each has a stable ``code``, the one that the runtime gives it in every language."""

from __future__ import annotations

import builtins
from typing import Any


class SluiceError(RuntimeError):
    """
    A failure that a caller may handle.

    ``code`` is stable; the message says what was attempted, found and wanted, and what to do. ``details`` has what else
    is known, such as ``nodeId``, ``port``, ``key`` and ``available``, by the names of the runtime.
    """

    def __init__(self, code: str, message: str, **details: Any) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.details = details

    def __reduce__(self) -> tuple[Any, ...]:
        return (error_of, (self.code, self.message, self.details))


class InputError(SluiceError, ValueError):
    """Bad input: the command line ends with 2 for it."""


class ConfigError(InputError):
    """A configuration, or the description of a node, is wrong."""

    def __init__(self, message: str, code: str = "InvalidConfig", **details: Any) -> None:
        super().__init__(code, message, **details)


class MissingError(InputError, LookupError):
    """There is no node, port, link, type or session of that name."""


class PoolExhaustedError(SluiceError):
    """No slot for a frame is free, or the frame does not fit a slot."""


class BusyError(SluiceError):
    """A lossless link has no room, or another does the same at the moment."""


class TimeoutError(SluiceError, builtins.TimeoutError):
    """It took longer than it may."""


class NodeFailedError(SluiceError):
    """A node has failed, or its code does what it may not do at that time."""


_INPUT_CODES = (
    "TypeMismatch",
    "DestinationOccupied",
    "InvalidGraph",
    "InvalidMedia",
    "CycleWithoutDelay",
    "PluginRejected",
    "AccessDenied",
    "InvalidMessage",
)
_MISSING_CODES = ("PortNotFound", "NodeNotFound", "NodeTypeNotFound", "LinkNotFound", "SessionNotFound")

_CLASSES: dict[str, type[SluiceError]] = {
    **dict.fromkeys(_INPUT_CODES, InputError),
    **dict.fromkeys(_MISSING_CODES, MissingError),
    "PoolExhausted": PoolExhaustedError,
    "Busy": BusyError,
    "Timeout": TimeoutError,
    "NodeFailed": NodeFailedError,
    "LaneCrashed": NodeFailedError,
}


def error_of(code: str, message: str, details: dict[str, Any] | None = None) -> SluiceError:
    """Returns the error of a code, of the class that callers catch: :class:`SluiceError` itself for an unknown code."""
    if code == "InvalidConfig":
        return ConfigError(message, **(details or {}))
    return _CLASSES.get(code, SluiceError)(code, message, **(details or {}))
