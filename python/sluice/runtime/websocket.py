"""Connects by WebSocket, by the package ``websockets`` of whatever version is there."""

from __future__ import annotations

import asyncio
import inspect
from typing import Any

from ..errors import ConfigError, SluiceError, error_of

_OPEN_SECONDS = 10.0
_STATUS_CODES = {400: "InvalidMessage", 401: "AccessDenied", 403: "AccessDenied", 404: "SessionNotFound", 503: "Busy"}


def websockets() -> Any:
    """Returns the package. :raises ConfigError: if it is not installed"""
    try:
        import websockets as package
    except ImportError as error:
        message = 'Cannot talk to the runtime: the package "websockets" is missing; pip install "sluice[runtime]"'
        raise ConfigError(message, key="websockets") from error
    return package


async def connect(url: str, protocol: str, token: str | None) -> Any:
    """
    Opens a connection.

    :param url: begins with ``ws:`` or ``wss:``
    :raises SluiceError: ``AccessDenied`` for a wrong token, ``Busy`` if the server takes no more, ``LaneCrashed`` if
        nobody listens
    """
    package = websockets()
    protocols = [protocol] if token is None else [protocol, f"sluice.token.{token}"]
    options: dict[str, Any] = {
        "max_size": None,
        "compression": None,
        "ping_interval": None,
        "open_timeout": _OPEN_SECONDS,
    }
    # Newer versions would go by a proxy, even to this machine.
    if "proxy" in inspect.signature(package.connect).parameters:
        options["proxy"] = None
    try:
        return await package.connect(url, subprotocols=protocols, **options)
    except package.exceptions.InvalidHandshake as error:
        raise _refusal(url, error) from error
    except (asyncio.TimeoutError, TimeoutError) as error:
        raise error_of("Timeout", f"Cannot connect to {url}: no answer within {_OPEN_SECONDS:.0f} s") from error
    except (OSError, ValueError) as error:
        raise SluiceError("LaneCrashed", f"Cannot connect to {url}: {error}; is the runtime still there?") from error


def _refusal(url: str, error: Any) -> SluiceError:
    answer = getattr(error, "response", None)
    status: int = getattr(error, "status_code", None) or getattr(answer, "status_code", None) or 0
    if status == 401:
        return error_of("AccessDenied", f"Cannot connect to {url}: the token is missing or wrong", {"key": "token"})
    return error_of(
        _STATUS_CODES.get(status, "InvalidMessage"), f"Cannot connect to {url}: it refused with {status or error}"
    )
