"""App sources, app sinks and sessions of a :class:`Runtime`, whose calls wait."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from .app import AsyncAppSink, AsyncAppSource
from .nodes import Node
from .payloads import Item
from .sessions import AsyncSession

if TYPE_CHECKING:
    from .runtime import Runtime


class AppSource(Node):
    """A source that the program feeds."""

    def __init__(self, runtime: Runtime, source: AsyncAppSource) -> None:
        super().__init__(runtime, source)
        self._source = source

    def push(self, given: Any) -> None:
        """Passes one payload, or its content, to the graph; returns when every link has it, as :meth:`AsyncAppSource.push`."""
        self._runtime.wait_for(self._source.push(given))

    def end(self) -> None:
        """Ends the stream after what was pushed."""
        self._runtime.wait_for(self._source.end())

    def close(self) -> None:
        """Ends the stream, and lets the connection go. The node stays until it is removed."""
        self._runtime.wait_for(self._source.close())


class AppSink(Node):
    """A sink whose frames the program reads, in a loop or by :meth:`next`."""

    def __init__(self, runtime: Runtime, sink: AsyncAppSink) -> None:
        super().__init__(runtime, sink)
        self._sink = sink

    def next(self, timeout: float | None = None) -> Any:
        """Returns the next payload; ``None`` at the end of the run, as :meth:`AsyncAppSink.next`."""
        return self._runtime.wait_for(self._sink.next(timeout))

    def close(self) -> None:
        """Reads no more: nodes that feed only this sink end."""
        self._runtime.wait_for(self._sink.close())

    def __iter__(self) -> Iterator[Any]:
        while (payload := self.next()) is not None:
            yield payload


class Session:
    """As :class:`AsyncSession`. ``with`` closes it, a loop gives its outputs."""

    def __init__(self, runtime: Runtime, session: AsyncSession) -> None:
        self._runtime = runtime
        self.aio = session
        self.session_id = session.session_id
        self.inputs = session.inputs
        self.outputs = session.outputs

    @property
    def is_active(self) -> bool:
        """True while it takes or gives items."""
        return self.aio.is_active

    def send_input(self, item: Any, port: str | None = None) -> None:
        """Sends an item, a payload or a value; waits while too many are on their way."""
        self._runtime.wait_for(self.aio.send_input(item, port))

    def end_input(self, port: str | None = None) -> None:
        """Ends an input, or all of them: the graph gives what it still holds."""
        self._runtime.wait_for(self.aio.end_input(port))

    def recv_output(self) -> Item | None:
        """Returns the next item of any output; ``None`` at the end. :raises SluiceError: what the graph has failed with"""
        return self._runtime.wait_for(self.aio.recv_output())

    def close(self) -> None:
        """Stops the graph, and drops items on their way."""
        self._runtime.wait_for(self.aio.close())

    def __enter__(self) -> Session:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        self.close()
        if kind is None:
            self.aio.assert_taken()

    def __iter__(self) -> Iterator[Item]:
        while (item := self.recv_output()) is not None:
            yield item
