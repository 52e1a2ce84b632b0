"""
Reads a value. Any bytes give a value or an error, in time and memory that their number bounds. The open parts of a value
are a list of generators, so that Python's own limit of nesting does not apply.
"""

from __future__ import annotations

import datetime
import math
import struct
from collections.abc import Generator
from types import GeneratorType
from typing import Any, NoReturn

import numpy as np

from . import value_types as wire
from .value_types import Map, RegExp, ValueOfError

_HOLES_EACH = 8
"""A list has as many places without a value for each element, and for one more."""

_float = struct.Struct("<d").unpack_from
_int32 = struct.Struct("<i").unpack_from
_uint32 = struct.Struct("<I").unpack_from
_int64 = struct.Struct("<q").unpack_from

_UNFINISHED = object()

_Part = Generator[Any, Any, Any]


def decode(data: Any) -> Any:
    """
    Reads a value, which does not refer to the bytes.

    :param data: ``bytes``, or what has them
    :raises ValueError: if the bytes are no value, with the place, or hold what Python has no value for
    """
    reader = _Reader(bytes(data))
    value = reader.begin()
    open_parts: list[_Part] = []
    while True:
        if type(value) is GeneratorType:
            open_parts.append(value)
            if len(open_parts) > wire.MAX_DEPTH:
                reader.refuse(f"it nests deeper than {wire.MAX_DEPTH} levels")
            answer = None
        elif open_parts:
            answer = value
        else:
            reader.end()
            return value
        try:
            value = open_parts[-1].send(answer)
        except StopIteration as done:
            open_parts.pop()
            value = done.value


class _Reader:
    __slots__ = ("_at", "_data", "_end", "_objects")

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0
        self._end = len(data)
        self._objects: list[Any] = []

    def begin(self) -> Any:
        version = self._byte()
        if version != wire.VERSION:
            self.refuse(f"the first byte is {version}, wanted {wire.VERSION}")
        return self._value()

    def end(self) -> None:
        if self._at != self._end:
            self.refuse("the value ends before its bytes")

    def refuse(self, what: str) -> NoReturn:
        raise ValueError(f"Cannot read a value of {self._end} bytes: {what} (byte {self._at})")

    def _value(self) -> Any:
        """A value, or the part that makes one and yields others that it needs."""
        tag = self._byte()
        if tag >= wire.SMALL_NUMBER:
            return tag - wire.SMALL_NUMBER
        if tag >= wire.SHORT_STRING:
            return self._ascii(tag - wire.SHORT_STRING)
        if tag == wire.NUMBER:
            return _number(_float(self._data, self._take(8))[0])
        if tag == wire.INT32:
            return _int32(self._data, self._take(4))[0]
        if tag == wire.OBJECT:
            return self._object(self._count_of(2))
        if tag == wire.ARRAY:
            return self._array(self._count_of(1))
        read = _RARE.get(tag)
        if read is None:
            self.refuse(f"{tag} is no tag of a value")
        return read(self)

    def _ascii(self, length: int) -> str:
        at = self._take(length)
        try:
            return self._data[at : at + length].decode("ascii")
        except UnicodeDecodeError:
            self.refuse("a short string is not ASCII")

    def _utf8(self) -> str:
        length = _uint32(self._data, self._take(4))[0]
        at = self._take(length)
        try:
            return self._data[at : at + length].decode("utf-8")
        except UnicodeDecodeError:
            self.refuse("a string is no UTF-8")

    def _utf16(self) -> str:
        length = 2 * _uint32(self._data, self._take(4))[0]
        at = self._take(length)
        return self._data[at : at + length].decode("utf-16-le", "surrogatepass")

    def _text(self) -> str:
        text = self._data[self._at] if self._at < self._end else 0
        if wire.SHORT_STRING <= text < wire.SMALL_NUMBER or text in (wire.UTF8, wire.UTF16):
            return self._value()
        self.refuse("a string was to stand here")

    def _bigint(self) -> int:
        is_negative = self._byte() == 1
        digits = self._text()
        if not digits or not set(digits) <= set("0123456789abcdef"):
            self.refuse("a bigint has no hexadecimal digits")
        magnitude = int(digits, 16)
        return -magnitude if is_negative else magnitude

    def _ref(self) -> Any:
        number = self._count()
        if number >= len(self._objects) or self._objects[number] is _UNFINISHED:
            self.refuse(f"no object {number} has begun")
        return self._objects[number]

    def _object(self, count: int) -> _Part:
        made: dict[str, Any] = {}
        self._objects.append(made)
        for _ in range(count):
            key = self._text()
            if self._is_absent():
                continue
            value = self._value()
            made[key] = (yield value) if type(value) is GeneratorType else value
        return made

    def _array(self, count: int) -> _Part:
        made: list[Any] = []
        self._objects.append(made)
        while len(made) < count:
            if self._is_absent():
                made.append(None)
            elif self._at < self._end and self._data[self._at] == wire.NUMBERS:
                self._numbers(made, count - len(made))
            else:
                value = self._value()
                made.append((yield value) if type(value) is GeneratorType else value)
        return made

    def _numbers(self, made: list[Any], most: int) -> None:
        self._at += 1
        count = _uint32(self._data, self._take(4))[0]
        if count == 0 or count > most:
            self.refuse(f"{count} numbers do not fit the array")
        made.extend(map(_number, struct.unpack_from(f"<{count}d", self._data, self._take(8 * count))))

    def _sparse_array(self) -> _Part:
        length = self._count()
        count = self._count_of(2)
        if length > _HOLES_EACH * (count + 1):
            self.refuse(f"an array of {length} places has {count} elements, which no list in Python holds")
        made: list[Any] = [None] * length
        self._objects.append(made)
        for _ in range(count):
            key = self._text()
            if not (key.isascii() and key.isdigit()) or (len(key) > 1 and key[0] == "0") or int(key) >= length:
                self.refuse(f'an array has the element "{key[:20]}", which no list in Python holds')
            if self._is_absent():
                continue
            value = self._value()
            made[int(key)] = (yield value) if type(value) is GeneratorType else value
        return made

    def _map(self) -> _Part:
        count = self._count_of(2)
        made = Map()
        self._objects.append(made)
        for _ in range(count):
            key = self._value()
            key = self._held("key of a Map", (yield key) if type(key) is GeneratorType else key)
            if key in made:
                self.refuse(f"two keys of a Map are {key!r} in Python")
            value = self._value()
            made[key] = (yield value) if type(value) is GeneratorType else value
        return made

    def _set(self) -> _Part:
        count = self._count_of(1)
        made: set[Any] = set()
        self._objects.append(made)
        for _ in range(count):
            value = self._value()
            value = self._held("value of a Set", (yield value) if type(value) is GeneratorType else value)
            if value in made:
                self.refuse(f"two values of a Set are {value!r} in Python")
            made.add(value)
        return made

    def _held(self, what: str, value: Any) -> Any:
        try:
            hash(value)
        except (TypeError, ValueError):
            self.refuse(f"a {what} is of type {type(value).__name__}, which cannot be one in Python; send a list of pairs")
        return value

    def _date(self) -> datetime.datetime | None:
        time_ms = _float(self._data, self._take(8))[0]
        if math.isnan(time_ms):
            return self._began(None)
        try:
            return self._began(_EPOCH + datetime.timedelta(milliseconds=time_ms))
        except OverflowError:
            self.refuse(f"a Date is {time_ms} ms from 1970, beyond the years of Python")

    def _reg_exp(self) -> RegExp:
        return self._began(RegExp(self._text(), self._text()))

    def _buffer(self) -> bytes:
        length = self._count()
        at = self._take(length)
        return self._began(self._data[at : at + length])

    def _view(self) -> _Part:
        number = self._byte()
        if number >= len(wire.VIEW_TYPES):
            self.refuse("no class of views has this number")
        offset, length = self._count(), self._count()
        place = len(self._objects)
        self._objects.append(_UNFINISHED)
        # A part, so that it counts as a level.
        if self._at < self._end and self._data[self._at] not in (wire.BUFFER, wire.REF):
            self.refuse("the buffer of a view was to stand here")
        buffer = self._value()
        if not isinstance(buffer, bytes):
            self.refuse("the buffer of a view was to stand here")
        made = self._objects[place] = self._view_of(wire.VIEW_TYPES[number], buffer, offset, length)
        return made
        yield

    def _view_of(self, dtype: str | None, buffer: bytes, offset: int, length: int) -> Any:
        size = 1 if dtype is None else np.dtype(dtype).itemsize
        if offset % size or offset + length * size > len(buffer):
            self.refuse(f"a view of {length} elements at byte {offset} is not in its buffer of {len(buffer)}")
        if dtype is None:
            return memoryview(buffer)[offset : offset + length]
        return np.frombuffer(buffer, dtype, length, offset) if length else np.frombuffer(b"", dtype)

    def _error(self) -> _Part:
        number = self._byte()
        if number >= len(wire.ERROR_NAMES):
            self.refuse("no class of errors has this number")
        made = ValueOfError(wire.ERROR_NAMES[number])
        self._objects.append(made)
        if not self._is_absent():
            made.message = self._text()
            made.args = (made.message,)
        if not self._is_absent():
            made.stack = self._text()
        if not self._is_absent():
            cause = self._value()
            made.cause = (yield cause) if type(cause) is GeneratorType else cause
        return made

    def _boxed(self) -> Any:
        place = len(self._objects)
        self._objects.append(_UNFINISHED)
        tag = self._data[self._at] if self._at < self._end else 0
        if not (tag >= wire.SHORT_STRING or wire.FALSE <= tag <= wire.UTF16):
            self.refuse("a primitive was to stand here")
        self._objects[place] = self._value()
        return self._objects[place]

    def _began(self, made: Any) -> Any:
        self._objects.append(made)
        return made

    def _is_absent(self) -> bool:
        if self._at >= self._end or self._data[self._at] != wire.ABSENT:
            return False
        self._at += 1
        return True

    def _count_of(self, least: int) -> int:
        count = self._count()
        if count * least > self._end - self._at:
            self.refuse(f"{count} parts do not fit")
        return count

    def _count(self) -> int:
        count = 0
        for shift in range(0, 35, 7):
            byte = self._byte()
            count |= (byte & 0x7F) << shift
            if byte < 0x80:
                if count >> 32:
                    break
                return count
        self.refuse("a count is too large")

    def _byte(self) -> int:
        at = self._at
        if at >= self._end:
            self.refuse("its bytes end early")
        self._at = at + 1
        return self._data[at]

    def _take(self, count: int) -> int:
        at = self._at
        if count > self._end - at:
            self.refuse("its bytes end early")
        self._at = at + count
        return at


_EPOCH = datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc)


def _number(value: float) -> float | int:
    if value.is_integer() and -wire.MOST_SAFE <= value <= wire.MOST_SAFE and (value or math.copysign(1, value) > 0):
        return int(value)
    return value


_RARE: dict[int, Any] = {
    wire.UNDEFINED: lambda _: None,
    wire.NULL: lambda _: None,
    wire.FALSE: lambda _: False,
    wire.TRUE: lambda _: True,
    wire.BIGINT64: lambda reader: _int64(reader._data, reader._take(8))[0],
    wire.BIGINT: _Reader._bigint,
    wire.UTF8: _Reader._utf8,
    wire.UTF16: _Reader._utf16,
    wire.REF: _Reader._ref,
    wire.SPARSE_ARRAY: _Reader._sparse_array,
    wire.MAP: _Reader._map,
    wire.SET: _Reader._set,
    wire.DATE: _Reader._date,
    wire.REG_EXP: _Reader._reg_exp,
    wire.BUFFER: _Reader._buffer,
    wire.VIEW: _Reader._view,
    wire.ERROR: _Reader._error,
    wire.BOXED: _Reader._boxed,
}
