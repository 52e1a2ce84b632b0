"""The structures in ctypes are those of the header."""

import ctypes
import re
from pathlib import Path

import pytest

from sluice import stage_abi as abi

HEADER = Path(__file__).parents[2] / "crates/abi/include/sluice_stage.h"

STRUCTURES = {
    "FrameInfo": abi.FrameInfo,
    "Field": abi.Field,
    "Shape": abi.Shape,
    "Plane": abi.Plane,
    "Host": abi.Host,
    "Port": abi.Port,
    "Stage": abi.Stage,
    "Plugin": abi.Plugin,
}

pytestmark = pytest.mark.skipif(not HEADER.exists(), reason="no checkout")


@pytest.mark.parametrize("name", STRUCTURES)
def test_layout_of_structure(name):
    text = HEADER.read_text()
    size = re.search(rf"sizeof\(Sluice{name}\) == (\d+)", text)
    offsets = re.findall(rf"offsetof\(Sluice{name}, (\w+)\) == (\d+)", text)
    made = STRUCTURES[name]
    assert ctypes.sizeof(made) == int(size[1])
    assert [(each[0], getattr(made, each[0]).offset) for each in made._fields_] == [
        (field, int(offset)) for field, offset in offsets
    ]


def test_numbers():
    numbers = dict(re.findall(r"#define SLUICE_(\w+) \(?(-?\d+)\)?\n", HEADER.read_text()))
    assert int(numbers["ABI_VERSION"]) == abi.ABI_VERSION
    for name in ("OK", "AGAIN", "NONE", "FAULT", "REFUSED", "AUDIO", "VIDEO", "ENCODED", "PACKET", "DATA"):
        assert int(numbers[name]) == getattr(abi, name), name
    for name in ("OPTIONAL", "KEYFRAME", "DISCONTINUITY", "GAP", "DECODE_ONLY", "READ", "WRITE"):
        assert int(numbers[name]) == getattr(abi, name), name
    for name, code in abi.FORMATS.items():
        assert int(numbers[re.sub("planar", "_PLANAR", name.lower()).upper()]) == code, name
    for name, code in abi.ELEMENTS.items():
        assert int(numbers[name.upper()]) == code, name
    for name, code in abi.MODES.items():
        assert int(numbers[name.upper()]) == code, name
    assert [int(numbers[each.upper()]) for each in abi.STATES] == [0, 1, 2]
    for name in ("ERROR", "WARN", "INFO", "DEBUG"):
        assert int(numbers[f"LOG_{name}"]) == getattr(abi, f"LOG_{name}")
