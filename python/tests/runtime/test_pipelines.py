"""Pipelines that are run from Python."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator
from pathlib import Path

import numpy as np
import pytest

from sluice.errors import SluiceError
from sluice.runtime import AsyncRuntime, Audio, Item, Runtime, execute_pipeline

QUIETER = {
    "version": 1,
    "nodes": {"quieter": {"type": "gain", "config": {"gainDb": -6.0206}}},
    "inputs": {"voice": "quieter.audioIn"},
    "outputs": {"voice": "quieter.audioOut"},
}


def test_a_graph_is_run_on_items(tmp_path: Path) -> None:
    loud = Audio(np.ones((1, 320), np.float32), 16_000)
    (output,) = execute_pipeline(QUIETER, [loud])
    assert (output.port, output.sequence) == ("voice", 0)
    np.testing.assert_allclose(output.payload.samples, 0.5, atol=1e-4)
    path = tmp_path / "quieter.json"
    path.write_text(json.dumps(QUIETER))
    assert len(execute_pipeline(path, [Item(loud, "voice", metadata={"by": "ü"})] * 200)) == 200
    assert execute_pipeline(QUIETER) == []


def test_a_session_takes_and_gives_items() -> None:
    async def run() -> None:
        async with AsyncRuntime() as runtime:
            async with await runtime.stream(QUIETER) as session:
                assert (session.inputs, session.outputs, session.is_active) == (["voice"], ["voice"], True)
                for value in (1, 0.5):
                    await session.send_input(Audio(np.full(160, value), 16_000), port="voice")
                    item = await session.recv_output()
                    assert item is not None and abs(item.payload.samples[0, 9] - value / 2) < 1e-3
                await session.end_input()
                assert await session.recv_output() is None
                assert not session.is_active
                with pytest.raises(RuntimeError):
                    await session.send_input("late")

            async def many() -> AsyncIterator[Audio]:
                for _ in range(300):
                    yield Audio(np.zeros((2, 4_096), np.float32), 48_000)

            assert len(await runtime.execute(QUIETER, many())) == 300

    asyncio.run(run())


def test_what_does_not_fit_is_refused(runtime: Runtime) -> None:
    with pytest.raises(SluiceError) as text:
        runtime.execute(QUIETER, ["text"])
    assert text.value.code == "TypeMismatch"
    with pytest.raises(SluiceError) as port:
        runtime.execute(QUIETER, [Item(Audio(np.zeros(9), 8_000), "other")])
    assert port.value.code == "PortNotFound"
    with pytest.raises(SluiceError, match="by itself"):
        runtime.execute(QUIETER, [np.zeros(9)])
    with pytest.raises(SluiceError) as unknown:
        runtime.execute({**QUIETER, "nodes": {"quieter": {"type": "gane"}}})
    assert unknown.value.code == "NodeTypeNotFound"
    with pytest.raises(SluiceError):
        runtime.execute("nameless")
    with pytest.raises(ValueError, match="Cannot read none.json"):
        runtime.execute("none.json")
    with pytest.raises(ValueError, match="found int"):
        runtime.execute(5)  # type: ignore[arg-type]
    with runtime.stream(QUIETER) as session:
        session.send_input("text")
        with pytest.raises(SluiceError) as late:
            for _ in range(1_000):
                session.send_input(Audio(np.zeros(9), 8_000))
                session.recv_output()
        assert late.value.code == "TypeMismatch"
        session.send_input(Audio(np.zeros(9), 8_000))
        assert session.recv_output() is not None


def test_a_session_that_ends_raises_what_an_input_was_refused_with(runtime: Runtime) -> None:
    with pytest.raises(SluiceError, match="wanted"):
        with runtime.stream(QUIETER) as session:
            session.send_input(3)
            session.end_input()
            list(session)
    with pytest.raises(SluiceError, match="wanted"):
        with runtime.stream(QUIETER) as session:
            session.send_input(3)
            session.end_input()
            while session.is_active:
                time.sleep(0.01)
