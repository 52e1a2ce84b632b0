"""
Writes a value. Its open parts are a list of generators, so that Python's own limit of nesting does not apply.
"""

from __future__ import annotations

import dataclasses
import datetime
import enum
import math
import struct
import traceback
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from . import value_types as wire
from .value_types import Map, RegExp, ValueOfError

_float = struct.Struct("<Bd").pack
_int32 = struct.Struct("<Bi").pack
_int64 = struct.Struct("<Bq").pack
_uint32 = struct.Struct("<BI").pack


def encode(value: Any) -> bytes:
    """
    Writes a value. :mod:`sluice.values` says what becomes what.

    :raises TypeError: for a value that has no encoding, with its type
    :raises ValueError: for one that nests deeper than 1,000 levels
    """
    writer = _Writer()
    open_parts: list[Iterator[Any]] = [iter((value,))]
    while open_parts:
        for part in open_parts[-1]:
            inner = writer.write(part)
            if inner is not None:
                if len(open_parts) > wire.MAX_DEPTH:
                    raise ValueError(f"Cannot write a value: it nests deeper than {wire.MAX_DEPTH} levels")
                open_parts.append(inner)
                break
        else:
            open_parts.pop()
    return bytes(writer.out)


class _Writer:
    __slots__ = ("_kept", "_next", "_numbers", "out")

    def __init__(self) -> None:
        self.out = bytearray((wire.VERSION,))
        self._numbers: dict[int, int] = {}
        self._next = 0
        # An object that is gone would give its identity to another one.
        self._kept: list[Any] = []

    def write(self, value: Any) -> Iterator[Any] | None:
        """Writes a value, or its beginning: then the iterator gives its parts, and writes what is between them."""
        kind = type(value)
        if kind is str:
            self._string(value)
            return None
        if kind is int:
            self._int(value)
            return None
        if kind is float:
            self._number(value)
            return None
        if value is None or kind is bool:
            self.out.append(wire.NULL if value is None else wire.TRUE if value else wire.FALSE)
            return None
        if isinstance(value, enum.Enum):
            return self.write(value.value)
        if isinstance(value, np.generic):
            return self.write(value.item())
        if isinstance(value, (str, int, float)) and not isinstance(value, bool):
            base = next(each for each in (str, int, float) if isinstance(value, each))
            return self.write(base(value))
        return self._object(value)

    def _number(self, value: float) -> None:
        if value.is_integer() and -(2**31) <= value < 2**31 and (value or math.copysign(1, value) > 0):
            self._int(int(value))
        else:
            self.out += _float(wire.NUMBER, value)

    def _int(self, value: int) -> None:
        if 0 <= value < wire.SHORT_LIMIT:
            self.out.append(wire.SMALL_NUMBER | value)
        elif -(2**31) <= value < 2**31:
            self.out += _int32(wire.INT32, value)
        elif -wire.MOST_SAFE <= value <= wire.MOST_SAFE:
            self.out += _float(wire.NUMBER, value)
        elif -(2**63) <= value < 2**63:
            self.out += _int64(wire.BIGINT64, value)
        else:
            self.out += bytes((wire.BIGINT, int(value < 0)))
            self._string(f"{abs(value):x}")

    def _string(self, text: str) -> None:
        length = len(text)
        if length < wire.SHORT_LIMIT and text.isascii():
            self.out.append(wire.SHORT_STRING | length)
            self.out += text.encode("ascii")
            return
        try:
            data = text.encode("utf-8")
            self.out += _uint32(wire.UTF8, len(data))
        except UnicodeEncodeError:
            # A half of a pair has no form in UTF-8.
            data = text.encode("utf-16-le", "surrogatepass")
            self.out += _uint32(wire.UTF16, len(data) // 2)
        self.out += data

    def _object(self, value: Any) -> Iterator[Any] | None:
        before = self._numbers.get(id(value))
        if before is not None:
            self.out.append(wire.REF)
            self._count(before)
            return None
        self._numbers[id(value)] = self._next
        self._next += 1
        self._kept.append(value)
        if isinstance(value, RegExp):
            self.out.append(wire.REG_EXP)
            self._string(value.source)
            self._string(value.flags)
            return None
        if isinstance(value, Mapping):
            is_object = not isinstance(value, Map) and all(isinstance(key, str) for key in value)
            return self._properties(value) if is_object else self._map(value)
        if isinstance(value, (list, tuple)):
            return self._array(value)
        if isinstance(value, (set, frozenset)):
            return self._set(value)
        if isinstance(value, np.ndarray):
            return self._ndarray(value)
        if isinstance(value, (bytes, bytearray)):
            self.out.append(wire.BUFFER)
            self._count(len(value))
            self.out += value
            return None
        if isinstance(value, memoryview):
            return self._view(0, value.nbytes, value.tobytes())
        if isinstance(value, datetime.datetime):
            self.out += _float(wire.DATE, math.floor(value.timestamp() * 1000))
            return None
        if isinstance(value, BaseException):
            return self._error(value)
        if dataclasses.is_dataclass(value) and not isinstance(value, type):
            fields = dataclasses.fields(value)
            return self._properties({field.name: getattr(value, field.name) for field in fields})
        name = type(value).__name__
        raise TypeError(f"Cannot write a value: a {name} has no encoding; send its data as a dict, a list or an array")

    def _properties(self, value: Mapping[str, Any]) -> Iterator[Any]:
        self.out.append(wire.OBJECT)
        self._count(len(value))
        for key, part in value.items():
            self._string(key)
            yield part

    def _map(self, value: Mapping[Any, Any]) -> Iterator[Any]:
        self.out.append(wire.MAP)
        self._count(len(value))
        for key, part in value.items():
            yield key
            yield part

    def _set(self, value: set[Any] | frozenset[Any]) -> Iterator[Any]:
        self.out.append(wire.SET)
        self._count(len(value))
        yield from value

    def _array(self, value: list[Any] | tuple[Any, ...]) -> Iterator[Any]:
        self.out.append(wire.ARRAY)
        self._count(len(value))
        place = 0
        while place < len(value):
            if _is_broken(value[place]):
                run = place + 1
                while run < len(value) and _is_number(value[run]):
                    run += 1
                self._numbers_of(value[place:run])
                place = run
            else:
                yield value[place]
                place += 1

    def _numbers_of(self, run: Any) -> None:
        if len(run) == 1:
            self.out += _float(wire.NUMBER, run[0])
            return
        self.out += _uint32(wire.NUMBERS, len(run))
        self.out += struct.pack(f"<{len(run)}d", *run)

    def _ndarray(self, value: np.ndarray) -> Iterator[Any] | None:
        if value.ndim != 1:
            raise TypeError(
                f"Cannot write a value: an array of {value.ndim} axes has no encoding; send its shape and ravel() of it"
            )
        if value.dtype == bool:
            return self._array(value.tolist())
        number = wire.VIEW_CLASS_OF.get(value.dtype.newbyteorder("<"))
        if number is None:
            raise TypeError(f"Cannot write a value: an array of {value.dtype} has no encoding; convert it by astype()")
        little = value.astype(value.dtype.newbyteorder("<"), copy=False)
        return self._view(number, len(value), little.tobytes())

    def _view(self, number: int, length: int, data: bytes) -> Iterator[Any]:
        # The buffer is an object of its own.
        self._next += 1
        self.out += bytes((wire.VIEW, number))
        self._count(0)
        self._count(length)
        self.out.append(wire.BUFFER)
        self._count(len(data))
        self.out += data
        # It counts as a level.
        return iter(())

    def _error(self, value: BaseException) -> Iterator[Any]:
        if isinstance(value, ValueOfError):
            name, message, stack, cause = value.name, value.message, value.stack, value.cause
        else:
            name, message, cause = _error_name(value), str(value), value.__cause__
            stack = "".join(traceback.format_exception(type(value), value, value.__traceback__, chain=False)).rstrip()
        number = wire.ERROR_NAMES.index(name) if name in wire.ERROR_NAMES else 0
        self.out += bytes((wire.ERROR, number))
        for part in (message, stack):
            if part is None:
                self.out.append(wire.ABSENT)
            else:
                self._string(part)
        if cause is None:
            self.out.append(wire.ABSENT)
        else:
            yield cause

    def _count(self, count: int) -> None:
        while count > 0x7F:
            self.out.append((count & 0x7F) | 0x80)
            count >>= 7
        self.out.append(count)


def _error_name(value: BaseException) -> str:
    if isinstance(value, TypeError):
        return "TypeError"
    if isinstance(value, SyntaxError):
        return "SyntaxError"
    return "RangeError" if isinstance(value, (ValueError, OverflowError)) else "Error"


def _is_number(value: Any) -> bool:
    kind = type(value)
    return kind is float or (kind is int and -wire.MOST_SAFE <= value <= wire.MOST_SAFE)


def _is_broken(value: Any) -> bool:
    """Tells whether a number begins a run that is written without tags: it is no whole number of 32 bits."""
    if type(value) is float:
        return not (value.is_integer() and -(2**31) <= value < 2**31)
    return type(value) is int and _is_number(value) and not -(2**31) <= value < 2**31
