"""JSON of what nodes give: numpy's numbers and arrays, dataclasses and enumerations count as what they stand for."""

from __future__ import annotations

import dataclasses
import enum
import json
from typing import Any


def to_json(value: Any) -> str:
    """
    Returns a value as JSON.

    :raises TypeError: if it has no JSON form
    :raises ValueError: if a number in it is none that JSON has, or it contains itself
    """
    return json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"), default=_plain)


def _plain(value: Any) -> Any:
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {field.name: getattr(value, field.name) for field in dataclasses.fields(value)}
    if isinstance(value, enum.Enum):
        return value.value
    if isinstance(value, (set, frozenset)):
        return list(value)
    # Of numpy's arrays and numbers, without importing it.
    to_list = getattr(value, "tolist", None)
    if to_list is not None:
        return to_list()
    raise TypeError(f"a value of type {type(value).__name__} has no JSON form")
