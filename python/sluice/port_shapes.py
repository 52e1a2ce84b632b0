"""The shapes that frames are acquired with."""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Mapping
from typing import Any

from . import stage_abi as abi

_SIZE = ctypes.sizeof(abi.Shape)
_MOST = 2**31 - 1


def shape_of(kind: int, output: str, words: Mapping[str, Any]) -> abi.Shape:
    """Returns the shape of a frame. :raises TypeError: for words that its kind does not have"""
    make = _MAKERS[kind]
    for word, value in words.items():
        if isinstance(value, int) and not 0 <= value <= _MOST:
            raise ValueError(f'Cannot acquire a frame for output "{output}": {word} is {value}, wanted 0 to {_MOST}')
    try:
        return make(**words)
    except TypeError as error:
        problem = str(error).partition("() ")[2] or str(error)
        raise TypeError(f'Cannot acquire a frame for output "{output}": {problem}') from None


def _audio(*, channels: int, samples: int, rate_hz: int) -> abi.Shape:
    return abi.Shape(size=_SIZE, kind=abi.AUDIO, width=channels, height=int(rate_hz), count=samples)


def _video(*, width: int, height: int, format: str = "rgba8", pixel_aspect: tuple[int, int] = (0, 0)) -> abi.Shape:
    aspect = pixel_aspect[0] << 16 | pixel_aspect[1]
    return abi.Shape(
        size=_SIZE, kind=abi.VIDEO, format=_format(format), width=width, height=height, pixel_aspect=aspect
    )


def _encoded(*, codec: str, capacity: int, width: int = 0, height: int = 0) -> abi.Shape:
    return abi.Shape(
        size=_SIZE, kind=abi.ENCODED, format=_format(codec), width=width, height=height, capacity=capacity
    )


def _packet(*, fields: Mapping[str, str], capacity: int, count: int | None = None) -> abi.Shape:
    made = (abi.Field * len(fields))(*(abi.Field(name.encode(), _element(each)) for name, each in fields.items()))
    return abi.Shape(
        size=_SIZE,
        kind=abi.PACKET,
        count=capacity if count is None else count,
        capacity=capacity,
        field_count=len(fields),
        fields=made,
    )


def _data(*, capacity: int, serialized: bool = True) -> abi.Shape:
    format = "serialized" if serialized else "struct"
    return abi.Shape(size=_SIZE, kind=abi.DATA, format=abi.FORMATS[format], capacity=capacity)


_MAKERS: dict[int, Callable[..., abi.Shape]] = {
    abi.AUDIO: _audio,
    abi.VIDEO: _video,
    abi.ENCODED: _encoded,
    abi.PACKET: _packet,
    abi.DATA: _data,
}


def _format(name: str) -> int:
    code = abi.FORMATS.get(name)
    if code is None:
        raise TypeError(f'there is no format "{name}"; available: {", ".join(list(abi.FORMATS)[1:-2])}')
    return code


def _element(name: str) -> int:
    code = abi.ELEMENTS.get(name)
    if code is None:
        raise TypeError(f'there is no type "{name}" of a field; available: {", ".join(abi.ELEMENTS)}')
    return code
