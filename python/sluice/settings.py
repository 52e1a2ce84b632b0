"""The values of a node's configuration, as the runtime has them: numbers, texts, and JSON for the rest."""

from __future__ import annotations

import json
from collections.abc import Iterable
from ctypes import byref, c_double
from typing import Any

from .config_schema import ConfigField
from .host_table import HOST
from .stage_abi import OK


def read_settings(call: int, fields: Iterable[ConfigField]) -> dict[str, Any]:
    """
    Reads the values of fields. One that the graph does not give is the default.

    :param call: address of the context
    """
    return {field.name: _read(call, field) for field in fields}


def _read(call: int, field: ConfigField) -> Any:
    key = field.name.encode()
    number = c_double()
    if HOST.number(call, key, byref(number)) == OK:
        return field.read(_whole(number.value))
    text = HOST.text(call, key)
    if text is None:
        return field.own_default()
    said = text.decode("utf-8", "replace")
    return field.read(said if field.is_text else json.loads(said))


def _whole(number: float) -> float | int:
    return int(number) if number.is_integer() else number
