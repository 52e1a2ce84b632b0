"""
The decorator :func:`node` makes a class a node type, and :class:`Node` a base of it. A class that names :class:`Node` as
its base shows these methods in an editor.
"""

from __future__ import annotations

import inspect
import logging
import math
from collections.abc import Callable, Sequence
from typing import Any, ClassVar, Literal, TypeVar

from .errors import NodeFailedError
from .host_table import HOST, context, refusal
from .json_text import to_json
from .stage_abi import OK

T = TypeVar("T", bound=type)
M = TypeVar("M", bound=Callable[..., Any])


class Waker:
    """Has the node's ``process()`` called, from any thread. Several uses before it runs count as one."""

    __slots__ = ("_pointer",)

    def __init__(self, pointer: int) -> None:
        self._pointer = pointer

    def wake(self) -> None:
        """Has ``process()`` called soon, whatever the node's mode."""
        HOST.wake(self._pointer)

    def __del__(self) -> None:
        if HOST is not None and self._pointer:
            try:
                HOST.drop_waker(self._pointer)
            except NodeFailedError:
                pass


class Node:
    """
    The methods of every node, beside its ports and configuration. They work while one of the node's own runs, on its
    thread; ``log`` works everywhere.
    """

    figures: ClassVar[Sequence[str]] = ()
    """Names of up to 16 numbers that the node counts: attributes, or what :meth:`report` gives."""

    _again: bool = False
    _reported: dict[str, float]
    _log: logging.Logger

    @property
    def log(self) -> logging.Logger:
        """The node's logger. Its lines stand in the runtime's log, under the node's name."""
        return getattr(self, "_log", logging.getLogger("sluice.node"))

    def emit(self, name: str, value: Any = None) -> None:
        """
        Publishes an event.

        :param value: what has a JSON form
        """
        if HOST.emit(context(), name.encode(), to_json(value).encode()) != OK:
            raise refusal("NodeFailed", f'Cannot emit "{name}"', "the node is not at work")

    def report(self, **numbers: float) -> None:
        """Gives figures, which :attr:`figures` names. They stay until the next report of the same name."""
        for name, value in numbers.items():
            if name not in type(self).figures:
                known = ", ".join(type(self).figures) or "none"
                raise ValueError(f'"{name}" is none of the node\'s figures: {known}; add it to `figures` of the class')
            self.__dict__.setdefault("_reported", {})[name] = float(value)

    def now_ns(self) -> int:
        """Nanoseconds since the runtime's epoch, less the time for which the graph was paused."""
        return int(HOST.now_ns(context()))

    @property
    def is_live(self) -> bool:
        """``True`` if the graph is live, so that a source keeps to the clock; ``False`` in ``setup()``."""
        return HOST.is_live(context()) == 1

    def waker(self) -> Waker:
        """Returns what has ``process()`` called from any thread. Make one, and keep it."""
        pointer = HOST.waker(context())
        if not pointer:
            raise refusal("NodeFailed", "Cannot make a waker", "there is no memory")
        return Waker(pointer)

    def wait_until_ns(self, time_ns: float) -> None:
        """For a source: ``process()`` is not called before this time, on the clock of :meth:`now_ns`. Holds once."""
        HOST.wait_until(context(), time_ns)

    def finish(self) -> None:
        """Ends the node: ``flush()`` and the end of its streams follow."""
        HOST.finish(context())

    def run_again(self) -> None:
        """Has the running method called again without a new frame, once the outputs have room."""
        self._again = True

    def may_write(self) -> bool:
        """Tells whether every output has room for its burst, and its pool a free slot."""
        return HOST.may_write(context()) == 1

    def progress(self, done_ns: float, total_ns: float = math.inf) -> None:
        """Tells how far the node is, nanoseconds of media time."""
        HOST.progress(context(), done_ns, total_ns)


def node(
    name: str = "",
    *,
    category: str = "python",
    description: str = "",
    mode: Literal["push", "loop", "external"] = "push",
    version: str = "1.0.0",
    tags: Sequence[str] = (),
) -> Callable[[T], T]:
    """
    Makes a class a node type.

    :param name: with a dot, the name in graph files, such as ``com.example.gain``; without one, it is
        ``python.NAME``; by default it is made from the class's name
    :param category: where lists have it
    :param description: what it does; by default the class's docstring
    :param mode: ``push``: ``process()`` is called when frames have come; ``loop``: it is a source, called again and
        again; ``external``: it is called at the start, and when its waker is used
    :raises ConfigError: if something is declared wrongly, with the place
    """

    def decorate(made: T) -> T:
        from .node_spec import spec_of

        whole: Any = made
        if not issubclass(made, Node):
            space = {"__module__": made.__module__, "__qualname__": made.__qualname__, "__doc__": made.__doc__}
            make: Any = type(made)
            whole = make(made.__name__, (made, Node), space)
        whole.__sluice_node__ = spec_of(whole, made, name, category, description, mode, version, tuple(tags))
        return whole

    if callable(name):
        raise TypeError("write @node(), with brackets")
    return decorate


def command(description: str) -> Callable[[M], M]:
    """
    Makes a method a command, which scripts and the page give the node by the method's name, with its parameters. Its
    result is sent back as JSON; an exception refuses the command, and the node goes on.

    :param description: what it does, and what it gives, in a sentence
    """
    if callable(description):
        raise TypeError('write @command("…"), with a description')

    def decorate(method: M) -> M:
        inspect.signature(method)
        method.__sluice_command__ = description  # type: ignore[attr-defined]
        return method

    return decorate
