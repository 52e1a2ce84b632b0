"""Texts in values."""

from __future__ import annotations

from typing import Any


def text_of(value: Any) -> str | None:
    """
    Returns the text of a value: a text, or an object with ``text``. ``None`` for one whose ``final`` is false.

    :raises TypeError: for other values
    """
    if isinstance(value, str):
        return value
    if isinstance(value, dict) and isinstance(value.get("text"), str):
        return value["text"] if value.get("final", True) is not False else None
    shown = repr(value)
    raise TypeError(f"the value is {shown[:80]}, wanted a text or an object with a text named `text`")
