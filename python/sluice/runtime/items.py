"""Binary items: how payloads travel between a program and the runtime, as ``docs/transports.md`` lays them out."""

from __future__ import annotations

import math
import struct
from collections.abc import Mapping
from typing import Any

import numpy as np

from .. import values
from ..errors import SluiceError, error_of
from .payloads import Audio, Data, Encoded, End, Item, Packet, Payload, Video, plane_shapes

_HEAD = struct.Struct("<4sBBHII5d5IHHHhI8x")
_MAGIC = b"SLTD"
_KINDS = ("audio", "video", "encoded", "packet", "data", "text", "bytes", "end")
_PIXELS = ("rgba8", "bgra8", "nv12", "i420")
_CODECS = ("h264", "hevc", "vp8", "vp9", "av1", "opus", "aac", "flac", "mp3", "jpeg")
_COLUMNS = ("<f8", "<f4", "<i4", "<u4", "u1")

_PORT, _SEQUENCE, _PTS, _DURATION, _DTS, _GAP, _KEY_COUNTS, _KEY, _DECODE_ONLY = (1 << bit for bit in range(9))

_Part = Any
"""Anything with the interface of buffers."""


def encode_item(item: Item) -> bytes:
    """Writes an item: its contents are copied once. :raises SluiceError: ``InvalidMessage`` for what does not fit"""
    payload = item.payload
    kind, fields, parts = _written(payload)
    flags = _GAP if getattr(payload, "discontinuity", False) else 0
    times: dict[str, float] = {}
    for name, flag in (("pts_ns", _PTS), ("duration_ns", _DURATION), ("dts_ns", _DTS)):
        value = getattr(payload, name, None)
        times[name] = 0.0 if value is None else float(value)
        flags |= 0 if value is None else flag
    if isinstance(payload, Encoded):
        flags |= 0 if payload.keyframe is None else _KEY_COUNTS | (_KEY if payload.keyframe else 0)
        flags |= _DECODE_ONLY if payload.decode_only else 0
    port = (item.port or "").encode()
    flags |= (_PORT if port else 0) | (0 if item.sequence is None else _SEQUENCE)
    labels = [port]
    for name, value in item.metadata.items():
        words = (name.encode(), value.encode())
        labels += [struct.pack("<HH", len(words[0]), len(words[1])), *words]
    unpadded = _HEAD.size + sum(len(each) for each in labels)
    start = (unpadded + 7) // 8 * 8
    size = start + sum(memoryview(part).nbytes for part in parts)
    head = _HEAD.pack(
        _MAGIC, 1, _KINDS.index(kind) + 1, flags, size, start, item.sequence or 0.0,
        times["pts_ns"], times["duration_ns"], times["dts_ns"], fields.get("rate", 0.0),
        fields.get("hertz", 0), fields.get("channels", 0), fields.get("width", 0), fields.get("height", 0),
        fields.get("count", 0), fields.get("format", 0), len(port), len(item.metadata), 0, 0,
    )  # fmt: skip
    return b"".join([head, *labels, bytes(start - unpadded), *parts])


def decode_item(message: bytes) -> Item:
    """Reads an item. Arrays are read-only views of the message. :raises SluiceError: ``InvalidMessage``"""
    try:
        return _read(message)
    except SluiceError:
        raise
    except (struct.error, ValueError, IndexError) as error:
        raise error_of("InvalidMessage", f"Cannot read an item: {error}") from error


def _written(payload: Payload) -> tuple[str, Mapping[str, Any], list[_Part]]:
    if isinstance(payload, Audio):
        samples = np.ascontiguousarray(np.atleast_2d(payload.samples), dtype="<f4")
        if samples.ndim != 2:
            raise error_of("InvalidMessage", f"Cannot send samples with {samples.ndim} axes: wanted channels and time")
        channels, count = samples.shape
        return "audio", {"hertz": payload.sample_rate_hz, "channels": channels, "count": count}, [samples]
    if isinstance(payload, Video):
        return "video", *_written_video(payload)
    if isinstance(payload, Encoded):
        fields = {
            "format": _number(payload.codec, _CODECS, "the codec"), "hertz": payload.sample_rate_hz,
            "channels": payload.channels, "width": payload.width, "height": payload.height,
        }  # fmt: skip
        return "encoded", fields, [payload.data]
    if isinstance(payload, Packet):
        return "packet", *_written_packet(payload)
    if isinstance(payload, End):
        return "end", {}, []
    if isinstance(payload.value, str):
        return "text", {}, [payload.value.encode()]
    if isinstance(payload.value, (bytes, bytearray, memoryview)):
        return "bytes", {}, [payload.value]
    return "data", {}, [values.encode(payload.value)]


def _written_video(payload: Video) -> tuple[Mapping[str, Any], list[_Part]]:
    whole = payload.pixels if isinstance(payload.pixels, tuple) else (payload.pixels,)
    packed = payload.pixel_format in ("rgba8", "bgra8")
    width = payload.width or whole[0].shape[1] // (4 if packed and whole[0].ndim == 2 else 1)
    height = payload.height or whole[0].shape[0]
    planes = [np.ascontiguousarray(plane, dtype=np.uint8) for plane in whole]
    wanted = [rows * length for rows, length in plane_shapes(payload.pixel_format, width, height)]
    if [plane.size for plane in planes] != wanted:
        found = [plane.size for plane in planes]
        message = f"Cannot send a picture of {width} x {height} {payload.pixel_format}: planes of {found} bytes, wanted {wanted}"
        raise error_of("InvalidMessage", message)
    number = _number(payload.pixel_format, _PIXELS, "the pixel format")
    return {"format": number, "width": width, "height": height, "rate": payload.frame_rate or 0.0}, list(planes)


def _written_packet(payload: Packet) -> tuple[Mapping[str, Any], list[_Part]]:
    head, columns, count = b"", [], 0
    for name, column in payload.columns.items():
        numbers = np.ascontiguousarray(column)
        letters = numbers.dtype.newbyteorder("<").str.replace("|", "")
        text = name.encode()
        head += struct.pack("<BB", _number(letters, _COLUMNS, f"the numbers of {name!r}"), len(text)) + text
        columns.append(np.asarray(numbers, dtype=letters))
        count = numbers.size
    if any(column.size != count for column in columns):
        raise error_of("InvalidMessage", "Cannot send records: wanted as many numbers of each field")
    parts: list[_Part] = [head]
    at = len(head)
    for column in columns:
        parts += [bytes(-at % 8), column]
        at += -at % 8 + column.nbytes
    return {"count": count, "format": len(columns)}, parts


def _number(name: str, known: tuple[str, ...], what: str) -> int:
    if name in known:
        return known.index(name) + 1
    message = f"Cannot send {what} {name!r}: wanted one of {', '.join(known)}"
    raise error_of("InvalidMessage", message, {"available": list(known)})


def _read(message: bytes) -> Item:
    (
        magic, version, kind, flags, size, start, sequence, pts, duration, dts, rate,
        hertz, channels, width, height, count, form, port_bytes, entries, _gain, _aspect,
    ) = _HEAD.unpack_from(message)  # fmt: skip
    if magic != _MAGIC or version != 1 or size != len(message) or not _HEAD.size <= start <= size:
        raise error_of("InvalidMessage", "Cannot read an item: it is none of version 1, or is cut off")
    at = _HEAD.size + port_bytes
    port = message[_HEAD.size : at].decode() if flags & _PORT else None
    metadata = {}
    for _ in range(entries):
        name, value = struct.unpack_from("<HH", message, at)
        metadata[message[at + 4 : at + 4 + name].decode()] = message[at + 4 + name : at + 4 + name + value].decode()
        at += 4 + name + value
    times: dict[str, Any] = {"pts_ns": pts if flags & _PTS else None, "discontinuity": bool(flags & _GAP)}
    lasting: dict[str, Any] = {**times, "duration_ns": duration if flags & _DURATION else None}
    body = memoryview(message)[start:]
    payload: Payload
    word = _KINDS[kind - 1] if 1 <= kind <= len(_KINDS) else str(kind)
    if word == "audio":
        samples = np.frombuffer(body, "<f4", channels * count).reshape(channels, count)
        payload = Audio(samples, hertz, **times)
    elif word == "video":
        payload = _read_video(body, _PIXELS[form - 1], width, height, {"frame_rate": rate or None, **lasting})
    elif word == "encoded":
        keyframe = bool(flags & _KEY) if flags & _KEY_COUNTS else None
        payload = Encoded(
            _CODECS[form - 1], body, keyframe, dts_ns=dts if flags & _DTS else None, width=width, height=height,
            channels=channels, sample_rate_hz=hertz, decode_only=bool(flags & _DECODE_ONLY), **lasting,
        )  # fmt: skip
    elif word == "packet":
        payload = Packet(_read_columns(body, form, count), **lasting)
    elif word == "text":
        payload = Data(bytes(body).decode(), **lasting)
    elif word == "bytes":
        payload = Data(bytes(body), **lasting)
    elif word == "data":
        payload = Data(values.decode(bytes(body)), **lasting)
    elif word == "end":
        payload = End()
    else:
        raise error_of("InvalidMessage", f"Cannot read an item of kind {word}")
    return Item(payload, port, sequence if flags & _SEQUENCE else None, metadata)


def _read_video(body: memoryview, form: str, width: int, height: int, more: Mapping[str, Any]) -> Video:
    planes, at = [], 0
    for rows, length in plane_shapes(form, width, height):
        planes.append(np.frombuffer(body, np.uint8, rows * length, at).reshape(rows, length))
        at += rows * length
    pixels = planes[0].reshape(height, width, 4) if len(planes) == 1 else tuple(planes)
    return Video(pixels, form, width, height, **more)


def _read_columns(body: memoryview, fields: int, count: int) -> dict[str, Any]:
    kinds, at = {}, 0
    for _ in range(fields):
        length = body[at + 1]
        kinds[bytes(body[at + 2 : at + 2 + length]).decode()] = np.dtype(_COLUMNS[body[at] - 1])
        at += 2 + length
    columns = {}
    for name, kind in kinds.items():
        at = math.ceil(at / 8) * 8
        columns[name] = np.frombuffer(body, kind, count, at)
        at += count * kind.itemsize
    return columns
