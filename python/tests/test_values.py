"""Values in their encoding: docs/values.md."""

import dataclasses
import datetime
import enum
import math
import random

import numpy as np
import pytest

from sluice.values import Map, RegExp, ValueOfError, decode, encode

NOW = datetime.datetime(2026, 1, 2, 3, 4, 5, 678000, tzinfo=datetime.timezone.utc)

SAME = [
    None,
    True,
    False,
    0,
    63,
    64,
    -1,
    2**31 - 1,
    -(2**31),
    2**31,
    2**53 - 1,
    2**53,
    -(2**63),
    2**63,
    -(2**200),
    0.5,
    1e300,
    math.inf,
    "",
    "a" * 63,
    "a" * 64,
    "é",
    "🎧" * 40,
    "lone \ud800",
    [],
    [1, 2.5, 3, -0.5, "text", None],
    [2**40, 1, 2, "end"],
    {},
    {"a": {"b": [1]}, "": 0, "__proto__": 1},
    {1: "one", "two": 2},
    Map({"a": 1}),
    {1, 2},
    NOW,
    b"",
    b"bytes",
    RegExp("a+", "gi"),
]


@pytest.mark.parametrize("value", SAME, ids=repr)
def test_value_is_the_same_afterwards(value):
    found = decode(encode(value))
    assert found == value
    assert isinstance(found, type(value))


BYTES = {
    # Written by core/values/value_writer.ts.
    "01c5": 5,
    "0104e8030000": 1000,
    "0105000000000000f83f": 1.5,
    "01826869": "hi",
}


@pytest.mark.parametrize("data", BYTES)
def test_value_has_these_bytes(data):
    assert encode(BYTES[data]).hex() == data
    assert decode(bytes.fromhex(data)) == BYTES[data]


def test_numbers_keep_their_kind():
    assert str(decode(encode(-0.0))) == "-0.0"
    assert math.isnan(decode(encode(math.nan)))
    assert isinstance(decode(encode(3.0)), int)
    # A whole number that is written as f64 is an int, too.
    assert decode(bytes.fromhex("01050000000000001440")) == 5
    assert isinstance(decode(encode([0.5, 4.0]))[1], int)


def test_what_python_has_more_of():
    class Colour(enum.Enum):
        RED = "red"

    @dataclasses.dataclass
    class Point:
        x: float
        y: float

    assert decode(encode((1, 2))) == [1, 2]
    assert decode(encode(frozenset({1}))) == {1}
    assert decode(encode(Colour.RED)) == "red"
    assert decode(encode(Point(1, 2.5))) == {"x": 1, "y": 2.5}
    assert decode(encode(np.float32(0.5))) == 0.5
    assert decode(encode(np.int64(7))) == 7
    assert decode(encode(np.array([True, False]))) == [True, False]


@pytest.mark.parametrize("dtype", ["i1", "u1", "i2", "u2", "i4", "u4", "f2", "f4", "f8", "i8", "u8", ">f4"])
def test_array_is_a_view(dtype):
    array = np.arange(5).astype(dtype)
    found = decode(encode(array[::-1]))
    assert found.dtype == np.dtype(dtype).newbyteorder("<")
    assert found.tolist() == [4, 3, 2, 1, 0]
    assert not found.flags.writeable


def test_memoryview_is_a_data_view():
    assert bytes(decode(encode(memoryview(b"abc")))) == b"abc"


def test_views_of_one_buffer():
    # [buffer, Uint8Array of bytes 1 and 2 of it, DataView of all]
    data = "01" + "0c03" + "1203010203" + "13020102" + "0a01" + "13000003" + "0a01"
    buffer, part, whole = decode(bytes.fromhex(data))
    assert buffer == b"\x01\x02\x03"
    assert part.tolist() == [2, 3]
    assert bytes(whole) == buffer


def test_object_that_is_there_twice_is_one():
    shared = {"a": 1}
    first, second = decode(encode([shared, shared]))
    assert first is second
    array = np.zeros(2)
    first, second, third = decode(encode([array, array, shared]))
    assert first is second
    assert third == shared
    circle = []
    circle.append({"circle": circle})
    found = decode(encode(circle))
    assert found[0]["circle"] is found


def test_errors():
    try:
        try:
            raise KeyError("inner")
        except KeyError as error:
            raise ValueError("outer") from error
    except ValueError as error:
        found = decode(encode(error))
    assert isinstance(found, ValueOfError)
    assert (found.name, found.message, str(found)) == ("RangeError", "outer", "outer")
    assert "ValueError: outer" in found.stack
    assert found.cause.name == "Error"
    assert decode(encode(found)).message == "outer"
    lacking = decode(encode(ValueOfError("TypeError")))
    assert (lacking.name, lacking.message, lacking.stack, lacking.cause) == ("TypeError", None, None, None)


def test_what_is_only_read():
    assert decode(bytes.fromhex("0100")) is None
    assert decode(bytes.fromhex("010c0316c116")) == [None, 1, None]
    assert decode(bytes.fromhex("010b02816116" + "8162c1")) == {"b": 1}
    # A sparse array of 3 with [1] = 5, and boxed numbers of which one is there twice.
    assert decode(bytes.fromhex("010d03018131c5")) == [None, 5, None]
    assert decode(bytes.fromhex("010c0215c50a01")) == [5, 5]
    assert decode(bytes.fromhex("0110000000000000f87f")) is None


def test_nesting():
    def nested(levels):
        value = []
        for _ in range(levels - 1):
            value = [value]
        return value

    found = decode(encode(nested(1000)))
    depth = 1
    while found:
        found = found[0]
        depth += 1
    assert depth == 1000
    with pytest.raises(ValueError, match="nests deeper than 1000 levels"):
        encode(nested(1001))
    with pytest.raises(ValueError, match="nests deeper than 1000 levels"):
        decode(b"\x01" + b"\x0c\x01" * 1000 + b"\x0c\x00")
    decode(b"\x01" + b"\x0c\x01" * 999 + b"\x0c\x00")


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (object(), "a object has no encoding"),
        (lambda: 0, "a function has no encoding"),
        (1j, "a complex has no encoding"),
        (np.zeros((2, 2)), "an array of 2 axes has no encoding"),
        (np.zeros(2, complex), "an array of complex128 has no encoding"),
    ],
    ids=str,
)
def test_value_without_encoding(value, message):
    with pytest.raises(TypeError, match=message):
        encode({"part": [value]})


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ("", "its bytes end early"),
        ("02c1", "the first byte is 2, wanted 1"),
        ("01c1c1", "the value ends before its bytes"),
        ("0118", "24 is no tag of a value"),
        ("0116", "22 is no tag of a value"),
        ("0181ff", "a short string is not ASCII"),
        ("0108ffffffff", "its bytes end early"),
        ("010801000000ff", "a string is no UTF-8"),
        ("010cffffffff0f", "4294967295 parts do not fit"),
        ("010cffffffff1f", "a count is too large"),
        ("010cffffffffff0f", "a count is too large"),
        ("010a00", "no object 0 has begun"),
        ("0113020001" + "0a00", "no object 0 has begun"),
        ("0113020101" + "120100", "is not in its buffer of 1"),
        ("0113040101" + "1204000000ff", "is not in its buffer of 4"),
        ("01130d00001200", "no class of views"),
        ("0113020000" + "0c00", "the buffer of a view was to stand here"),
        ("01140716", "no class of errors"),
        ("010d8080808001" + "00", "which no list in Python holds"),
        ("010d0101" + "8131" + "c1", 'the element "1"'),
        ("010d0101" + "8161" + "c1", 'the element "a"'),
        ("010701" + "8167", "no hexadecimal digits"),
        ("010e010c00c1", "a key of a Map is of type list"),
        ("010e02c1c103c1", "two keys of a Map are True"),
        ("010f010b00", "a value of a Set is of type dict"),
        ("01150c00", "a primitive was to stand here"),
        ("010c0117000000000000000000000000", "0 numbers do not fit the array"),
        ("010c01170200000000000000000000000000000000000000", "2 numbers do not fit the array"),
        ("0110000000000000f07f", "beyond the years of Python"),
        ("010b01c1c1", "a string was to stand here"),
    ],
)
def test_bytes_that_are_no_value(data, message):
    with pytest.raises(ValueError, match=message):
        decode(bytes.fromhex(data))


def test_any_bytes_are_a_value_or_refused():
    tape = random.Random(1)
    whole = [encode(value) for value in SAME] + [encode(SAME), encode(np.arange(9)), encode(ValueError("x"))]
    for _ in range(20_000):
        data = bytearray(tape.choice(whole))
        for _ in range(tape.randint(0, 4)):
            at = tape.randrange(len(data))
            data[at] = tape.choice((tape.randrange(256), tape.randrange(24), 0xFF, 0x80))
        if tape.random() < 0.3:
            del data[tape.randrange(len(data)) :]
        try:
            decode(data)
        except ValueError as error:
            assert str(error).startswith("Cannot read a value of ")
