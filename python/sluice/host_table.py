"""
The functions that the runtime gives its nodes, and the call that is running. A node's functions are called one at a time,
on one thread; ports and frames work in these calls and on that thread alone.
"""

from __future__ import annotations

import os
from threading import get_ident
from typing import TYPE_CHECKING, Any, NoReturn

from .errors import NodeFailedError, SluiceError, error_of
from .stage_abi import ABI_VERSION, HOST_FUNCTIONS, Host


class HostTable:
    """The functions by name, and the state of the running call."""

    __slots__ = (*HOST_FUNCTIONS, "call", "is_at_work", "thread", "tick")

    call: int | None
    """Address of the context; ``None`` between calls."""
    is_at_work: bool
    """``False`` in calls in which the node has no links, such as the one that makes it."""
    tick: int
    """Number of the call, by which a frame of an earlier one is known."""
    thread: int
    """The thread of the calls."""

    if TYPE_CHECKING:

        def __getattr__(self, name: str) -> Any: ...

    def __init__(self) -> None:
        self.call = None
        self.is_at_work = True
        self.tick = 0
        self.thread = get_ident()
        self._set(_no_host)

    def load(self, address: int) -> None:
        """Takes the functions of a ``SluiceHost``. :raises SluiceError: ``AbiMismatch`` for another version"""
        table = Host.from_address(address)
        if table.abi_version >> 16 != ABI_VERSION >> 16 or table.abi_version < ABI_VERSION:
            found, wanted = _version(table.abi_version), _version(ABI_VERSION)
            message = f"Cannot host nodes: the runtime has interface {found}, and this package needs {wanted}; "
            raise SluiceError("AbiMismatch", message + "install the package `sluice` that came with the runtime")
        for name in HOST_FUNCTIONS:
            setattr(self, name, getattr(table, name))
        self.thread = get_ident()

    def leave(self) -> None:
        """Refuses every function from now on."""
        self.call = None
        self.thread = _NOBODY
        self._set(_no_host)

    def _set(self, function: Any) -> None:
        for name in HOST_FUNCTIONS:
            setattr(self, name, function)


def _version(number: int) -> str:
    return f"{number >> 16}.{number & 0xFFFF}"


def _no_host(*_: object) -> NoReturn:
    raise NodeFailedError(
        "NodeFailed", "Cannot reach the runtime: this process hosts no node, such as a forked child; use a thread instead"
    )


_NOBODY = -1

HOST = HostTable()

# A forked child shares the memory by which the runtime and its parent speak, and must not speak there.
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=HOST.leave)


def context() -> int:
    """Returns the address of the running call's context. :raises NodeFailedError: outside of a call, or on another thread"""
    call = HOST.call
    if call is None or get_ident() != HOST.thread:
        if HOST.thread == _NOBODY:
            _no_host()
        raise NodeFailedError(
            "NodeFailed",
            "Cannot use the runtime here: ports, frames and the runtime's functions work while one of the node's methods "
            "runs, on its thread; keep the data, and have process() called by waker().wake()",
        )
    return call


def reason(fallback: str) -> str:
    """Returns why the last function refused."""
    text = HOST.reason(HOST.call)
    return fallback if text is None else text.decode("utf-8", "replace")


def refusal(code: str, attempt: str, fallback: str) -> SluiceError:
    """Returns the error for a function of the host that has refused."""
    return error_of(code, f"{attempt}: {reason(fallback)}")
