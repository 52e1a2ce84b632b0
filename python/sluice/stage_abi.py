"""
The structures and numbers of ``crates/abi/include/sluice_stage.h`` as ctypes has them. A test compares them with the
header.
"""

from __future__ import annotations

import ctypes
from ctypes import PYFUNCTYPE, Structure, c_char_p, c_double, c_int32, c_size_t, c_uint32, c_void_p
from typing import Any

ABI_VERSION = (1 << 16) | 9

OK = 0
AGAIN = 1
NONE = 2
FAULT = -1
REFUSED = -3

MODES = {"push": 0, "loop": 1, "external": 2}
STATES = ("unlinked", "open", "ended")

AUDIO, VIDEO, ENCODED, PACKET, DATA = 1, 2, 3, 4, 5

FORMATS = {
    "f32Planar": 1,
    "rgba8": 16,
    "bgra8": 17,
    "nv12": 18,
    "i420": 19,
    "h264": 32,
    "hevc": 33,
    "vp8": 34,
    "vp9": 35,
    "av1": 36,
    "opus": 37,
    "aac": 38,
    "flac": 39,
    "mp3": 40,
    "jpeg": 41,
    "struct": 48,
    "serialized": 49,
}
"""Codes of formats by name."""

FORMAT_NAMES = {code: name for name, code in FORMATS.items()}

ELEMENTS = {"f64": 0, "f32": 1, "i32": 2, "u32": 3, "u8": 4}
"""Codes of elements by name."""

READ, WRITE = 0, 1
OPTIONAL = 1
KEYFRAME, DISCONTINUITY, GAP, DECODE_ONLY = 1, 2, 4, 8
LOG_ERROR, LOG_WARN, LOG_INFO, LOG_DEBUG = 0, 1, 2, 3

MAX_FIGURES = 16


class FrameInfo(Structure):
    """``SluiceFrameInfo``"""

    _fields_ = [
        ("size", c_uint32),
        ("kind", c_uint32),
        ("format", c_uint32),
        ("flags", c_uint32),
        ("width", c_uint32),
        ("height", c_uint32),
        ("count", c_uint32),
        ("planes", c_uint32),
        ("payload_bytes", c_uint32),
        ("slot_bytes", c_uint32),
        ("pts_ns", c_double),
        ("dts_ns", c_double),
        ("duration_ns", c_double),
        ("ingress_ns", c_double),
        ("sequence", c_double),
        ("gain_q8", c_int32),
        ("pixel_aspect", c_uint32),
    ]


INFO_LAYOUT = "<10I5diI"
"""``SluiceFrameInfo`` for :mod:`struct`."""


class Field(Structure):
    """``SluiceField``"""

    _fields_ = [("name", c_char_p), ("element", c_uint32), ("reserved", c_uint32)]


class Shape(Structure):
    """``SluiceShape``"""

    _fields_ = [
        ("size", c_uint32),
        ("kind", c_uint32),
        ("format", c_uint32),
        ("width", c_uint32),
        ("height", c_uint32),
        ("count", c_uint32),
        ("capacity", c_uint32),
        ("field_count", c_uint32),
        ("fields", ctypes.POINTER(Field)),
        ("pixel_aspect", c_uint32),
        ("reserved", c_uint32),
    ]


class Plane(Structure):
    """``SluicePlane``"""

    _fields_ = [
        ("size", c_uint32),
        ("element", c_uint32),
        ("count", c_uint32),
        ("capacity", c_uint32),
        ("rows", c_uint32),
        ("stride", c_uint32),
    ]


class Port(Structure):
    """``SluicePort``"""

    _fields_ = [
        ("name", c_char_p),
        ("doc", c_char_p),
        ("schema", c_char_p),
        ("formats", ctypes.POINTER(c_uint32)),
        ("format_count", c_uint32),
        ("kind", c_uint32),
        ("flags", c_uint32),
        ("burst", c_uint32),
    ]


def _host(result: Any, *arguments: Any) -> Any:
    # Keeps the interpreter's lock: no function of the host waits for long, and taking the lock again can, when other
    # threads of the node are busy.
    return PYFUNCTYPE(result, *arguments)


# The context and frames' numbers.
_C, _F, _TEXT = c_void_p, c_uint32, c_char_p

HOST_FUNCTIONS: dict[str, Any] = {
    "read": _host(_F, _C, c_uint32),
    "peek": _host(c_int32, _C, c_uint32, c_void_p),
    "acquire": _host(_F, _C, c_uint32, c_void_p),
    "info": _host(c_int32, _C, _F, c_void_p),
    "plane": _host(c_void_p, _C, _F, c_uint32, c_void_p),
    "plane_mut": _host(c_void_p, _C, _F, c_uint32, c_void_p),
    "column": _host(c_int32, _C, _F, _TEXT),
    "writable": _host(_F, _C, _F),
    "set_times": _host(c_int32, _C, _F, c_double, c_double, c_double),
    "set_flags": _host(c_int32, _C, _F, c_uint32),
    "set_length": _host(c_int32, _C, _F, c_uint32),
    "write": _host(c_int32, _C, c_uint32, _F),
    "forward": _host(c_int32, _C, c_uint32, _F),
    "release": _host(c_int32, _C, _F),
    "may_write": _host(c_int32, _C),
    "wait_until": _host(None, _C, c_double),
    "finish": _host(None, _C),
    "progress": _host(None, _C, c_double, c_double),
    "now_ns": _host(c_double, _C),
    "is_live": _host(c_int32, _C),
    "number": _host(c_int32, _C, _TEXT, ctypes.POINTER(c_double)),
    "text": _host(_TEXT, _C, _TEXT),
    "log": _host(None, _C, c_uint32, _TEXT),
    "emit": _host(c_int32, _C, _TEXT, _TEXT),
    "fault": _host(None, _C, _TEXT),
    "reason": _host(_TEXT, _C),
    "keep": _host(None, _C, _TEXT, c_size_t),
    "waker": _host(c_void_p, _C),
    "wake": _host(None, c_void_p),
    "drop_waker": _host(None, c_void_p),
    "answer": _host(None, _C, _TEXT),
    "planes": _host(c_int32, _C, _F, c_uint32, c_void_p, c_void_p, c_uint32),
    "field": _host(c_int32, _C, _F, c_uint32, c_void_p),
    "read_many": _host(c_uint32, _C, c_uint32, c_void_p, c_uint32),
    "write_many": _host(c_uint32, _C, c_uint32, c_void_p, c_uint32),
    "input_state": _host(c_int32, _C, c_uint32),
    "present": _host(c_int32, _C, _TEXT, c_uint32, c_double, c_double),
    "presented": _host(c_int32, _C, _TEXT, c_uint32, c_void_p, c_void_p),
    "acquire_foreign": _host(_F, _C, c_uint32, c_void_p, c_void_p),
    "foreign": _host(c_void_p, _C, _F, c_uint32),
    "hold_main": _host(c_int32, _C),
    "release_main": _host(None),
    "run_on_main": _host(c_int32, c_void_p, c_uint32),
    "is_linked": _host(c_int32, _C, c_uint32),
}
"""The types of the functions in ``SluiceHost``, in its order."""


class Host(Structure):
    """``SluiceHost``"""

    _fields_ = [("abi_version", c_uint32), ("size", c_uint32), *HOST_FUNCTIONS.items()]


_call = ctypes.CFUNCTYPE

STAGE_FUNCTIONS: dict[str, Any] = {
    "create": _call(c_int32, _C, ctypes.POINTER(c_void_p)),
    "process": _call(c_int32, c_void_p, _C),
    "flush": _call(c_int32, c_void_p, _C),
    "control": _call(c_int32, c_void_p, _C, _TEXT),
    "snapshot": _call(c_int32, c_void_p, _C),
    "restore": _call(c_int32, c_void_p, _C, c_void_p, c_size_t),
    "count": _call(c_int32, c_void_p, ctypes.POINTER(c_double), c_uint32),
    "destroy": _call(c_int32, c_void_p),
    "command": _call(c_int32, c_void_p, _C, _TEXT, _TEXT),
    "devices": _call(c_int32, ctypes.POINTER(c_char_p)),
}
"""The types of the functions in ``SluiceStage``, in its order."""


class Stage(Structure):
    """``SluiceStage``"""

    _fields_ = [
        ("id", c_char_p),
        ("name", c_char_p),
        ("version", c_char_p),
        ("doc", c_char_p),
        ("config_schema", c_char_p),
        ("inputs", ctypes.POINTER(Port)),
        ("outputs", ctypes.POINTER(Port)),
        ("figures", ctypes.POINTER(c_char_p)),
        ("input_count", c_uint32),
        ("output_count", c_uint32),
        ("figure_count", c_uint32),
        ("mode", c_uint32),
        *STAGE_FUNCTIONS.items(),
    ]


class Plugin(Structure):
    """``SluicePlugin``"""

    _fields_ = [
        ("abi_version", c_uint32),
        ("size", c_uint32),
        ("stage_size", c_uint32),
        ("port_size", c_uint32),
        ("stages", ctypes.POINTER(Stage)),
        ("stage_count", c_uint32),
        ("reserved", c_uint32),
    ]
