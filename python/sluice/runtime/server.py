"""The server that a runtime talks to: a process of its own, or one that runs already."""

from __future__ import annotations

import asyncio
import http.client
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from ..errors import SluiceError, error_of
from .child import Child
from .command import find_command

_HTTP_SECONDS = 30.0


@dataclass(frozen=True)
class Owned:
    """A process that is to be started."""

    command: str | Sequence[str] | None = None
    graph: str | Path | None = None
    packages: Sequence[str | Path] = ()
    plugins: Sequence[str | Path] = ()
    options: Mapping[str, Any] = field(default_factory=dict)
    cwd: str | Path | None = None
    env: Mapping[str, str] = field(default_factory=dict)

    async def start(self) -> Child:
        """Starts it. :raises SluiceError: as :meth:`Child.start`"""
        arguments = [] if self.graph is None else [str(self.graph)]
        for option, paths in (("--packages", self.packages), ("--plugins", self.plugins)):
            for path in paths:
                arguments += [option, str(path)]
        cwd = None if self.cwd is None else str(self.cwd)
        return await Child.start(find_command(self.command), arguments, self.options, cwd, self.env)


@dataclass(frozen=True)
class Address:
    """Where a server is."""

    url: str
    """Of the page and the control plane."""
    token: str | None = None
    pipelines: str | None = None
    """Of its pipelines, if it offers any."""
    app: str | None = None
    """Of app sources and sinks, which only an owned runtime has."""

    async def read(self, path: str) -> Any:
        """Reads a path of the control plane. :raises SluiceError: ``AccessDenied``, ``LaneCrashed``"""
        return await asyncio.get_running_loop().run_in_executor(None, self._read, path)

    def _read(self, path: str) -> Any:
        parts = urlsplit(self.url)
        kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
        connection = kind(parts.hostname or "", parts.port, timeout=_HTTP_SECONDS)
        try:
            connection.request(
                "GET", path, headers={} if self.token is None else {"Authorization": f"Bearer {self.token}"}
            )
            answer = connection.getresponse()
            body = answer.read()
        except (OSError, http.client.HTTPException) as error:
            raise SluiceError("LaneCrashed", f"Cannot read {path} of {self.url}: {error}") from error
        finally:
            connection.close()
        if answer.status != 200:
            code = {401: "AccessDenied", 404: "NodeNotFound", 503: "Busy"}.get(answer.status, "InvalidMessage")
            raise error_of(code, f"Cannot read {path} of {self.url}: it answered {answer.status}")
        return json.loads(body)
