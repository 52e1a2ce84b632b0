"""The process or the connection under a runtime."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..errors import SluiceError, error_of
from .child import Child
from .edit import NodeLike, camel, given, id_of
from .registered import registered_plugins, with_python
from .rpc import Rpc, Subscription
from .server import Address, Owned

if TYPE_CHECKING:
    from typing_extensions import Self


class AsyncProcess:
    """What is opened, called and closed."""

    name = "python"
    """Who makes the changes, in the log."""

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
        chosen = given({"mode": mode, **{camel(name): value for name, value in options.items()}})
        known = [*plugins, *registered_plugins()]
        self._server: Owned | Address = Owned(command, graph, packages, known, chosen, cwd, with_python(env or {}))
        self._child: Child | None = None
        self._rpc: Rpc | None = None

    @classmethod
    def attach(cls, url: str, *, token: str | None = None, pipelines: str | None = None) -> Self:
        """
        Returns a runtime that is another program's, such as of ``sluice serve``. Closing it leaves that one alone.

        :param url: what the server has printed
        :param pipelines: where it offers pipelines, for :meth:`execute` and :meth:`stream`
        """
        runtime = cls()
        runtime._server = Address(url.rstrip("/"), token, pipelines)
        return runtime

    async def open(self) -> Self:
        """
        Starts the process, and connects; does nothing if that is done. ``async with`` does so too.

        :raises SluiceError: ``InvalidConfig`` for wrong options, ``AccessDenied`` for a wrong token, ``LaneCrashed`` if
            nobody is there
        """
        if self._rpc is not None:
            return self
        if isinstance(self._server, Owned):
            self._child = await self._server.start()
        try:
            self._rpc = await Rpc.open(self.address.url, self.address.token)
        except BaseException:
            await self.close()
            raise
        return self

    async def close(self) -> None:
        """Ends the process, if it is this runtime's: a live graph is stopped, and its files are completed."""
        rpc, self._rpc = self._rpc, None
        child, self._child = self._child, None
        if rpc is not None:
            await rpc.close()
        if child is not None:
            await child.end()

    async def __aenter__(self) -> Self:
        return await self.open()

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    @property
    def is_open(self) -> bool:
        """True from :meth:`open` until it is closed, or its connection is lost."""
        return self._rpc is not None and not self._rpc.is_lost

    @property
    def address(self) -> Address:
        """Where the server is, with its page and its token. :raises SluiceError: ``Busy`` if it is not open"""
        if isinstance(self._server, Address):
            return self._server
        if self._child is None:
            raise _closed()
        return Address(self._child.url, self._child.token, self._child.pipelines, self._child.app)

    @property
    def pid(self) -> int | None:
        """The number of the process, if it is this runtime's."""
        return None if self._child is None else self._child.pid

    async def call(self, method: str, **params: Any) -> Any:
        """Calls a method of the control plane, by docs/control.md. Parameters that are ``None`` are left out."""
        if self._rpc is None:
            raise _closed()
        return await self._rpc.call(method, **params)

    async def subscribe(self, method: str, **params: Any) -> Subscription:
        """Calls a method that answers a subscription."""
        if self._rpc is None:
            raise _closed()
        return await self._rpc.subscribe(method, **params)

    async def graph(self) -> dict[str, Any]:
        """Returns the graph: state, nodes, links, lanes and pools."""
        return await self.call("graph.get")

    async def snapshot(self, node: NodeLike) -> dict[str, Any]:
        """Returns a node as :meth:`graph` has it. :raises SluiceError: ``NodeNotFound``"""
        nodes: list[dict[str, Any]] = (await self.graph())["nodes"]
        found = next((each for each in nodes if each["id"] == id_of(node)), None)
        if found is None:
            available = [each["id"] for each in nodes]
            message = f'Cannot find node "{id_of(node)}"; nodes: {", ".join(available) or "none"}'
            raise error_of("NodeNotFound", message, {"nodeId": id_of(node), "available": available})
        return found


def _closed() -> SluiceError:
    return error_of("Busy", "Cannot use the runtime: it is closed, or was not opened")
