"""The commands and live values of the nodes for speech, from Python."""

from __future__ import annotations

import time
from collections.abc import Callable

import needs
import pytest
from graphs import PLUGINS

pytestmark = [needs.runtime, needs.espeak, needs.package("websockets")]

LONG = "This sentence goes on and on, and then on for a while, so that there is time to interrupt it."


def until(holds: Callable[[], bool], seconds: float = 15) -> None:
    """Waits for something. :raises AssertionError: if it does not come true"""
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.05)


def test_a_command_ends_what_is_spoken_and_what_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    import sys

    from sluice.runtime import Runtime

    monkeypatch.setenv("SLUICE_PYTHON", sys.executable)
    with Runtime(plugins=PLUGINS) as runtime:
        script = runtime.add_processor(
            "test.script", {"lines": [{"value": LONG}, {"value": LONG}, {"atMs": 60_000, "value": ""}]}
        )
        voice = runtime.add_processor("python.text-to-speech")
        blocks = runtime.add_processor("test.block-times")
        runtime.connect(script.output_port("first"), voice.input_port("text"))
        runtime.connect(voice.output_port("audio"), blocks.input_port("audio"))

        def figures() -> dict[str, float]:
            (node,) = [each for each in runtime.stats()["nodes"] if each["id"] == voice.id]
            return node.get("figures") or {}

        runtime.start()
        until(lambda: figures().get("spoken_ms", 0) > 200)
        voice.set(words_per_minute=300)
        assert voice.command("interrupt") == 2
        spoken = figures()["spoken_ms"]
        until(lambda: figures()["interrupted_texts"] == 2 and figures()["interrupted_blocks"] > 0)
        time.sleep(0.3)
        assert figures()["spoken_ms"] <= spoken + 200
        assert voice.command("interrupt") == 0
        runtime.stop()
