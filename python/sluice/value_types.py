"""Types for values that Python lacks, and the numbers in the bytes of the encoding."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

VERSION = 1
SHORT_STRING = 0x80
SMALL_NUMBER = 0xC0
SHORT_LIMIT = 64
MAX_DEPTH = 1000

(UNDEFINED, NULL, FALSE, TRUE, INT32, NUMBER, BIGINT64, BIGINT, UTF8, UTF16, REF, OBJECT, ARRAY, SPARSE_ARRAY) = range(14)
(MAP, SET, DATE, REG_EXP, BUFFER, VIEW, ERROR, BOXED, ABSENT, NUMBERS) = range(14, 24)

VIEW_TYPES = (None, "i1", "u1", "u1", "<i2", "<u2", "<i4", "<u4", "<f2", "<f4", "<f8", "<i8", "<u8")
"""Types of the elements of views, by the class of the view; ``None`` for ``DataView``."""

VIEW_CLASS_OF = {np.dtype(each): number for number, each in enumerate(VIEW_TYPES) if each is not None and number != 3}

ERROR_NAMES = ("Error", "EvalError", "RangeError", "ReferenceError", "SyntaxError", "TypeError", "URIError")

MOST_SAFE = 2**53 - 1
"""The largest whole number that is sure to be a number in JavaScript."""


class Map(dict):  # type: ignore[type-arg]
    """A ``Map`` of JavaScript, also where all keys are texts."""


class RegExp(NamedTuple):
    """A regular expression of JavaScript, as it is written there."""

    source: str
    flags: str


class ValueOfError(Exception):
    """An error of JavaScript. ``name`` is its class; parts that it lacks are ``None``."""

    def __init__(
        self, name: str, message: str | None = None, stack: str | None = None, cause: Any = None
    ) -> None:
        super().__init__(message or "")
        self.name = name
        self.message = message
        self.stack = stack
        self.cause = cause
