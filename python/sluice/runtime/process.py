"""The process or the connection under a :class:`Runtime`, and the thread that waits for it."""

from __future__ import annotations

import weakref
from collections.abc import Coroutine, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from .async_runtime import AsyncRuntime
from .loop import LoopThread
from .server import Address

if TYPE_CHECKING:
    from typing_extensions import Self

T = TypeVar("T")


class Process:
    """What is opened, called and closed."""

    def __init__(
        self,
        *,
        mode: str | None = None,
        graph: str | Path | None = None,
        packages: Sequence[str | Path] = (),
        plugins: Sequence[str | Path] = (),
        command: str | Sequence[str] | None = None,
        cwd: str | Path | None = None,
        env: Mapping[str, str] | None = None,
        **options: Any,
    ) -> None:
        self._open(
            AsyncRuntime(
                mode=mode, graph=graph, packages=packages, plugins=plugins, command=command, cwd=cwd, env=env, **options
            )
        )

    @classmethod
    def attach(cls, url: str, *, token: str | None = None, pipelines: str | None = None) -> Self:
        """Connects to a runtime of another program, as :meth:`AsyncRuntime.attach`. :raises SluiceError: ``AccessDenied``"""
        runtime = cls.__new__(cls)
        runtime._open(AsyncRuntime.attach(url, token=token, pipelines=pipelines))
        return runtime

    def _open(self, runtime: AsyncRuntime) -> None:
        self.aio = runtime
        """The same runtime, for coroutines that :meth:`wait_for` runs."""
        self._loop = LoopThread()
        # Runs also at the end of the program, and when nobody refers to the runtime any more.
        self._end = weakref.finalize(self, _end, runtime, self._loop)
        try:
            self.wait_for(runtime.open())
        except BaseException:
            self._end()
            raise

    def wait_for(self, work: Coroutine[Any, Any, T]) -> T:
        """Runs a coroutine in the runtime's thread, and waits for its result."""
        return self._loop.run(work)

    def close(self) -> None:
        """Ends the process, if it is this runtime's: a live graph is stopped, and its files are completed."""
        self._end()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def is_open(self) -> bool:
        """True until it is closed, or its connection is lost."""
        return self.aio.is_open

    @property
    def address(self) -> Address:
        """Where the server is, with its page and its token."""
        return self.aio.address

    @property
    def pid(self) -> int | None:
        """The number of the process, if it is this runtime's."""
        return self.aio.pid

    def call(self, method: str, **params: Any) -> Any:
        """Calls a method of the control plane, by docs/control.md. Parameters that are ``None`` are left out."""
        return self.wait_for(self.aio.call(method, **params))


def _end(runtime: AsyncRuntime, loop: LoopThread) -> None:
    if not loop.is_here:
        return
    try:
        loop.run(runtime.close())
    finally:
        loop.end()
