"""The process of a runtime that this program owns: ``sluice serve --owned``."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import secrets
import sys
import weakref
from collections.abc import Mapping, Sequence
from typing import Any

from ..errors import SluiceError, error_of
from .json_values import to_json

_START_SECONDS = 60.0
_LINE_BYTES = 16 * 2**20
_END_SECONDS = 10.0

_PIPES: weakref.WeakSet[Any] = weakref.WeakSet()
"""What keeps the children of this program alive."""


class Child:
    """
    A server that ends with this program: it reads standard input, which the system closes when the program ends in
    whatever way. It has a session of its own, so that Ctrl-C comes to this program alone, which then ends it.
    """

    def __init__(self, process: asyncio.subprocess.Process, serving: Mapping[str, Any], token: str) -> None:
        self._process = process
        _let_go_after_fork(process)
        self._printing = asyncio.create_task(_print_on(process.stdout))
        self.url: str = serving["url"]
        self.pipelines: str = serving["pipelines"]
        self.app: str = serving["app"]
        self.token = token

    @property
    def pid(self) -> int:
        """The number of the process."""
        return self._process.pid

    @staticmethod
    async def start(
        command: Sequence[str],
        arguments: Sequence[str],
        options: Mapping[str, Any],
        cwd: str | None,
        env: Mapping[str, str],
    ) -> Child:
        """
        Starts the process, and waits until it serves.

        :param options: of the runtime, as a script has them
        :raises SluiceError: with the reason if it refuses the options, a file or a plugin; ``Timeout``
        """
        line = to_json("Cannot start the runtime", options).encode() + b"\n"
        token = secrets.token_urlsafe(32)
        process = await asyncio.create_subprocess_exec(
            *command,
            "serve",
            "--owned",
            "--json",
            *arguments,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            cwd=cwd,
            env={**os.environ, **env, "SLUICE_TOKEN": token},
            start_new_session=True,
            limit=_LINE_BYTES,
        )
        assert process.stdin is not None
        try:
            with contextlib.suppress(ConnectionError):
                process.stdin.write(line)
                await process.stdin.drain()
            serving = await asyncio.wait_for(_until_serving(process), _START_SECONDS)
        except BaseException as error:
            _kill(process)
            await process.wait()
            if isinstance(error, asyncio.TimeoutError):
                message = f"Cannot start the runtime: {command[0]} did not serve within {_START_SECONDS:.0f} s"
                raise error_of("Timeout", message) from None
            raise
        return Child(process, serving, token)

    async def end(self) -> None:
        """Ends the process: it stops the graph, which completes its files."""
        stdin = self._process.stdin
        assert stdin is not None
        stdin.close()
        try:
            await asyncio.wait_for(self._process.wait(), _END_SECONDS)
        except asyncio.TimeoutError:
            _kill(self._process)
            await self._process.wait()
        # A program that a node has started may hold the pipe for longer.
        await asyncio.wait({self._printing}, timeout=0.2)
        self._printing.cancel()

    async def code(self) -> int:
        """Waits for the end of the process, and returns its exit code: that of a signal is negative."""
        return await self._process.wait()


def _let_go_after_fork(process: asyncio.subprocess.Process) -> None:
    """Has forked processes close their copy of the pipe, which would keep the child from its end."""
    assert process.stdin is not None
    pipe = process.stdin.transport.get_extra_info("pipe")
    _PIPES.add(pipe)


def _close_pipes() -> None:
    for pipe in list(_PIPES):
        with contextlib.suppress(OSError, ValueError):
            os.close(pipe.fileno())


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_close_pipes)


async def _until_serving(process: asyncio.subprocess.Process) -> Mapping[str, Any]:
    assert process.stdout is not None
    while line := await process.stdout.readline():
        event = _event(line)
        if event.get("event") == "serving":
            return event
        if event.get("event") == "error":
            fields = {name: value for name, value in event.items() if name not in ("event", "code", "message")}
            raise error_of(event["code"], event["message"], fields)
        _print(line)
    code = await process.wait()
    message = f"Cannot start the runtime: its process ended with {code}; what it said is on standard error"
    raise SluiceError("LaneCrashed", message, exitCode=code)


def _event(line: bytes) -> dict[str, Any]:
    with contextlib.suppress(ValueError):
        event = json.loads(line)
        if isinstance(event, dict):
            return event
    return {}


async def _print_on(stdout: asyncio.StreamReader | None) -> None:
    assert stdout is not None
    while data := await stdout.read(65_536):
        _print(data)


def _print(data: bytes) -> None:
    # Nodes print: to where this program does, which need not be a file.
    with contextlib.suppress(ValueError, OSError):
        sys.stdout.write(data.decode(errors="replace"))
        sys.stdout.flush()


def _kill(process: asyncio.subprocess.Process) -> None:
    with contextlib.suppress(ProcessLookupError):
        process.kill()
