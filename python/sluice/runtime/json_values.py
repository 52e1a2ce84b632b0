"""Values of configurations and commands as JSON, numbers and arrays of numpy among them."""

from __future__ import annotations

import json
from pathlib import PurePath
from typing import Any

import numpy as np

from ..errors import ConfigError


def to_json(attempt: str, value: Any) -> str:
    """
    Writes a value.

    :param attempt: what it is for: ``Cannot call graph.edit``
    :raises ConfigError: for what JSON lacks, such as NaN
    """
    try:
        return json.dumps(value, allow_nan=False, default=_plain)
    except (TypeError, ValueError) as error:
        raise ConfigError(f"{attempt}: a value has no JSON: {error}") from error


def _plain(value: Any) -> Any:
    if isinstance(value, (np.generic, np.ndarray)):
        return value.tolist()
    if isinstance(value, PurePath):
        return str(value)
    raise TypeError(f"found {type(value).__name__}, wanted numbers, texts, lists and dicts with texts as keys")
