"""
A node type as the runtime calls it: the functions of a stage, each of which runs a method of an instance. An exception, of
whatever kind, becomes a fault with its last line; the whole of it goes to the node's log.
"""

from __future__ import annotations

import ctypes
import gc
import inspect
import json
import os
import sys
import traceback
from collections.abc import Callable
from typing import Any

from . import stage_abi as abi
from .discover import describe_error
from .event_loop import runner_of
from .host_table import HOST
from .json_text import to_json
from .node_log import logger_of
from .node_spec import NodeSpec
from .ports import Input, Output
from .settings import read_settings
from .values import decode, encode

_FIRST = 1
"""Stands for the address of an instance; a process has one at a time."""


class StageFunctions:
    """The functions of a node type. They are called one at a time, on one thread."""

    def __init__(self, made: Any, root: str = "") -> None:
        """
        :param root: the folder of the user's modules: an error names the place in these
        """
        self._class = made
        self._root = root
        self.spec: NodeSpec = self._class.__sluice_node__
        self._node: Any = None
        self._settings: dict[str, Any] = {}
        self._process: Callable[[], Any] = _nothing
        self._flush: Callable[[], Any] = _nothing
        has = {name: callable(getattr(made, name, None)) for name in ("flush", "snapshot", "restore", "configure")}
        wanted = {
            "create": self._create,
            "process": self._run_process,
            "flush": self._run_flush if has["flush"] else None,
            "control": self._control if any(field.live for field in self.spec.fields) else None,
            "snapshot": self._snapshot if has["snapshot"] else None,
            "restore": self._restore if has["restore"] else None,
            "count": self._count if self.spec.figures else None,
            "destroy": self._destroy,
            "command": self._command if self.spec.commands else None,
        }
        self.table = {
            name: abi.STAGE_FUNCTIONS[name](each)
            for name, each in wanted.items()
            if each is not None
        }
        """The functions by name, for :class:`sluice.descriptor.Descriptor`."""

    def _create(self, call: int, instance: Any) -> int:
        def make() -> None:
            node = self._class.__new__(self._class)
            space = node.__dict__
            space["_log"] = logger_of(self.spec.id)
            for index, port in enumerate(self.spec.inputs):
                space[port.name] = Input(port.name, index, port.kind)
            for index, port in enumerate(self.spec.outputs):
                space[port.name] = Output(port.name, index, port.kind)
            self._settings = read_settings(call, self.spec.fields)
            space.update(self._settings)
            node.__init__()
            self._node = node
            self._process = runner_of(node.process)
            self._flush = runner_of(getattr(node, "flush", _nothing))
            runner_of(getattr(node, "setup", _nothing))()
            instance[0] = _FIRST
            # The collector need not look at these objects again while frames flow.
            gc.collect()
            gc.freeze()

        return self._call(call, make, is_at_work=False)

    def _run_process(self, _instance: int, call: int) -> int:
        HOST.call = call
        HOST.tick += 1
        try:
            returned = self._process()
            if HOST.call is None:
                _leave_fork()
            if returned is not None:
                self._tell_returned(returned)
            node = self._node
            if node._again:
                node._again = False
                return abi.AGAIN
            return abi.OK
        except BaseException as error:
            return self._fault(error)
        finally:
            HOST.call = None

    def _tell_returned(self, value: Any) -> None:
        """Warns once: what is returned goes nowhere."""
        self._process = _silent(self._process)
        ports = ", ".join(f"self.{port.name}.write()" for port in self.spec.outputs)
        self._node.log.warning(
            "process() has returned %s, which goes nowhere%s", type(value).__name__, ports and f"; write it by {ports}"
        )

    def _run_flush(self, _instance: int, call: int) -> int:
        status = self._call(call, self._flush)
        if status == abi.OK and self._node._again:
            self._node._again = False
            return abi.AGAIN
        return status

    def _control(self, _instance: int, call: int, _key: bytes) -> int:
        # All values of an edit are there at the first key: the node is told of all at once.
        def change() -> None:
            after = read_settings(call, [field for field in self.spec.fields if field.live])
            changed = {key for key, value in after.items() if value != self._settings.get(key)}
            if not changed:
                return
            before = {key: self._settings[key] for key in changed}
            self._node.__dict__.update({key: after[key] for key in changed})
            try:
                configure = getattr(self._node, "configure", None)
                if configure is not None:
                    runner_of(configure)(changed)
            except BaseException:
                self._node.__dict__.update(before)
                raise
            self._settings.update({key: after[key] for key in changed})

        return self._call(call, change, is_refusal=True)

    def _command(self, _instance: int, call: int, name: bytes, text: bytes) -> int:
        def run() -> None:
            key = name.decode()
            if key not in self.spec.commands:
                raise LookupError(f'there is no command "{key}"; available: {", ".join(self.spec.commands)}')
            given = json.loads(text) if text else {}
            arguments = {} if given is None else given if isinstance(given, dict) else None
            if arguments is None:
                raise TypeError(f"{key} takes an object of arguments by name")
            method = getattr(self._node, key)
            try:
                inspect.signature(method).bind(**arguments)
            except TypeError as error:
                raise TypeError(f"{key}{inspect.signature(method)}: {error}") from None
            HOST.answer(call, to_json(runner_of(method)(**arguments)).encode())

        return self._call(call, run, is_refusal=True)

    def _snapshot(self, _instance: int, call: int) -> int:
        def keep() -> None:
            state = encode(runner_of(self._node.snapshot)())
            HOST.keep(call, state, len(state))

        return self._call(call, keep, is_at_work=False)

    def _restore(self, _instance: int, call: int, start: int, length: int) -> int:
        def restore() -> None:
            runner_of(self._node.restore)(decode(ctypes.string_at(start, length)))

        return self._call(call, restore, is_at_work=False)

    def _count(self, _instance: int, values: Any, count: int) -> int:
        try:
            reported = self._node.__dict__.get("_reported") or {}
            for place, name in enumerate(self.spec.figures[:count]):
                value = reported.get(name)
                values[place] = float(getattr(self._node, name, 0.0) if value is None else value)
            return abi.OK
        except BaseException as error:
            return self._fault(error)

    def _destroy(self, _instance: int) -> int:
        try:
            runner_of(getattr(self._node, "teardown", _nothing))()
            return abi.OK
        except BaseException as error:
            return self._fault(error)
        finally:
            self._node = None
            self._process = self._flush = _nothing

    def _call(
        self, call: int, body: Callable[[], Any], is_refusal: bool = False, is_at_work: bool = True
    ) -> int:
        HOST.call, HOST.is_at_work = call, is_at_work
        HOST.tick += 1
        try:
            body()
            if HOST.call is None:
                _leave_fork()
            return abi.OK
        except BaseException as error:
            return self._fault(error, is_refusal)
        finally:
            HOST.call, HOST.is_at_work = None, True

    def _fault(self, error: BaseException, is_refusal: bool = False) -> int:
        try:
            text = describe_error(error, self._root)
            if not is_refusal:
                traceback.print_exception(type(error), error, _without_ours(error.__traceback__))
                sys.stderr.flush()
            if os.getpid() != _PID:
                _leave_fork()
            if HOST.call is not None:
                HOST.fault(HOST.call, text.replace("\0", "\ufffd").encode("utf-8", "replace"))
        except BaseException:
            # Such as where there is no memory: the fault stands without its text.
            pass
        return abi.FAULT


def _silent(method: Callable[[], Any]) -> Callable[[], None]:
    def run() -> None:
        method()

    return run


_PID = os.getpid()


def _leave_fork() -> None:
    """Ends a child that a method has forked and that comes back from it: it must not answer in its parent's place."""
    os._exit(0)


def _without_ours(trace: Any) -> Any:
    """The part of a traceback below the functions of this module."""
    while trace is not None and trace.tb_frame.f_code.co_filename == __file__ and trace.tb_next is not None:
        trace = trace.tb_next
    return trace


def _nothing() -> None:
    pass
