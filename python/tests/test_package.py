"""The package as a whole."""

import importlib.util
import subprocess
import sys
from pathlib import Path

import pytest

import sluice


def test_names_of_the_package_are_there():
    for name in set(sluice.__all__) - set(sluice.RUNTIME_NAMES):
        assert hasattr(sluice, name), name
    with pytest.raises(AttributeError, match="module 'sluice' has no attribute 'nothing'"):
        sluice.nothing  # noqa: B018


@pytest.mark.skipif(importlib.util.find_spec("websockets") is None, reason="no websockets")
def test_names_of_the_runtime_are_there():
    for name in sluice.RUNTIME_NAMES:
        assert getattr(sluice, name) is getattr(sluice.runtime, name)


def test_a_node_imports_neither_the_runtime_nor_an_event_loop():
    code = "import sys, sluice.host; print([each for each in ('sluice.runtime', 'asyncio') if each in sys.modules])"
    root = str(Path(__file__).parents[1])
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=root)
    assert run.stdout == "[]\n"
