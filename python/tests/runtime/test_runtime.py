"""Graphs that are built, started, changed and stopped from Python."""

from __future__ import annotations

import asyncio
import re
import runpy
from pathlib import Path

import numpy as np
import pytest

from sluice.errors import ConfigError, SluiceError
from sluice.runtime import AsyncRuntime, PortInfo, Runtime, is_rust_available


def kinds_until(events, kind: str) -> list[str]:
    """The kinds of events up to one."""
    seen: list[str] = []
    while not seen or seen[-1] != kind:
        event = events.next(timeout=10)
        assert event is not None
        seen.append(event["kind"])
    return seen


def test_a_graph_is_built_by_ports_started_and_stopped(runtime: Runtime) -> None:
    tone = runtime.add_processor("tone-source", config={"channels": 2})
    mixer = runtime.add_processor("mixer", {"channels": 2}, id="mix")
    meter = runtime.add_processor("level-meter", lane="meters")
    assert (tone.id, mixer.id, meter.id) == ("tone-source", "mix", "level-meter")
    runtime.connect(tone.output_port("audio"), mixer.input_port("audioIn_0", frame_type="AudioFrame<2>"))
    link = runtime.connect(mixer, "level-meter.audioIn", policy="lossless", capacity=3)
    assert (link.source, link.target) == ("mix.audioOut", "level-meter.audioIn")
    assert runtime.state() == "building"
    short = runtime.add_processor("tone-source", config={"channels": 2, "durationSeconds": 0.05}, id="short")
    runtime.connect(short, mixer.input_port("audioIn_1"))
    with runtime.events("runtime") as events, runtime.events("node:short") as nodes:
        runtime.start()
        assert runtime.state() == "running"
        while nodes.next(timeout=10)["data"]["state"] != "ended":
            pass
        runtime.stop()
        assert kinds_until(events, "ended") == ["started", "stopping", "ended"]
    runtime.stop()
    assert runtime.state() == "stopped"
    assert runtime.finished() == "stopped"
    read = {each["id"]: each for each in runtime.stats()["links"]}[link.id]
    assert read["written"] == read["read"] > 0
    (of_meter,) = [each for each in runtime.graph()["links"] if each["id"] == link.id]
    assert (of_meter["policy"], of_meter["capacity"]) == ("lossless", 3)


def test_ports_are_told_and_checked(runtime: Runtime) -> None:
    mixer = runtime.add_processor("mixer")
    assert mixer.get_input_ports()[7] == PortInfo("audioIn_7", "AudioFrame", False)
    assert mixer.get_output_ports() == [PortInfo("audioOut", "AudioFrame", False)]
    assert mixer._ports["inputs"] == runtime.add_processor("mixer")._ports["inputs"]
    assert runtime.add_processor("gain").get_input_ports() == [PortInfo("audioIn", "AudioFrame", True)]
    for wrong in ({"name": "audioIn_8"}, {"name": "audioIn"}, {}):
        with pytest.raises(SluiceError) as missing:
            mixer.input_port(**wrong)
        assert missing.value.code == "PortNotFound"
        assert "audioIn_7" in missing.value.details["available"]
    with pytest.raises(SluiceError, match="it is of type AudioFrame") as mismatch:
        mixer.input_port("audioIn_0", frame_type="VideoFrame")
    assert mismatch.value.code == "TypeMismatch"
    dynamic = runtime.add_processor("dynamic-mixer")
    tone = runtime.add_processor("tone-source")
    assert runtime.connect(tone, dynamic.input_port("audioIn")).target == "dynamic-mixer.audioIn_0"
    assert runtime.connect(tone, dynamic.input_port("audioIn")).target == "dynamic-mixer.audioIn_1"
    assert [port.name for port in dynamic.get_input_ports()] == ["audioIn_0", "audioIn_1"]
    with pytest.raises(SluiceError) as reversed_:
        runtime.connect(dynamic.input_port("audioIn_0"), tone.output_port("audio"))  # type: ignore[arg-type]
    assert reversed_.value.code == "TypeMismatch"


def test_a_link_is_removed_by_itself_or_its_input(runtime: Runtime) -> None:
    tone = runtime.add_processor("tone-source")
    gain = runtime.add_processor("gain")
    runtime.disconnect(runtime.connect(tone, gain))
    runtime.connect(tone, gain)
    runtime.disconnect(gain.input_port())
    assert runtime.graph()["links"] == []
    with pytest.raises(SluiceError) as gone:
        runtime.disconnect("link77")
    assert gone.value.code == "LinkNotFound"


def test_wrong_names_and_values_are_refused_with_what_there_is(runtime: Runtime) -> None:
    with pytest.raises(SluiceError) as unknown:
        runtime.add_processor("tone-sorce")
    assert unknown.value.code == "NodeTypeNotFound"
    assert "tone-source" in unknown.value.details["available"]
    with pytest.raises(ValueError, match="wanted a number") as wrong:
        runtime.add_processor("gain", {"gainDb": "loud"})
    assert isinstance(wrong.value, ConfigError) and wrong.value.code == "InvalidConfig"
    tone = runtime.add_processor("tone-source")
    runtime.add_processor("gain", id="gain")
    runtime.connect(tone, "gain.audioIn")
    with pytest.raises(SluiceError) as occupied:
        runtime.connect(tone, "gain.audioIn")
    assert occupied.value.code == "DestinationOccupied"
    with pytest.raises(SluiceError) as missing:
        runtime.node("tone")
    assert (missing.value.code, missing.value.details["available"]) == ("NodeNotFound", ["tone-source", "gain"])
    with pytest.raises(ValueError):
        tone.set(frequencyHz=-1)
    with pytest.raises(ConfigError, match="JSON"):
        tone.set(frequencyHz=float("nan"))
    with pytest.raises(ConfigError, match="config"):
        runtime.add_processor("gain", ["gainDb"])  # type: ignore[arg-type]
    with pytest.raises(ConfigError, match="found object"):
        runtime.add_processor("gain", {"gainDb": object()})
    tone.set(frequencyHz=np.float32(880), amplitude=np.float64(0.25))
    assert tone.describe()["config"]["frequencyHz"] == 880
    with pytest.raises(ValueError, match="no option"):
        Runtime(stop_timout_ms=1)


def test_a_call_at_the_wrong_time_is_a_runtime_error(runtime: Runtime) -> None:
    for call in (runtime.pause, runtime.resume, runtime.undo, runtime.finished):
        with pytest.raises(RuntimeError) as busy:
            call()
        assert isinstance(busy.value, SluiceError) and busy.value.code == "Busy"
    runtime.add_processor("tone-source")
    runtime.start()
    with pytest.raises(RuntimeError):
        runtime.start()
    runtime.pause()
    assert runtime.state() == "paused"
    runtime.resume()
    runtime.restart()
    assert runtime.state() == "running"


def test_an_edit_takes_effect_as_a_whole(runtime: Runtime) -> None:
    runtime.add_processor("tone-source", id="tone")
    runtime.start()
    with runtime.edit() as edit:
        gain = edit.add_processor("gain", {"gainDb": -6}, supervision="disable", call_timeout_ms=500)
        meter = edit.add_processor("level-meter", lane="meters")
        edit.connect("tone.audio", gain.input_port("audioIn", frame_type="AudioFrame"))
        edit.connect(gain, meter)
        edit.set("tone", frequencyHz=880)
        assert len(runtime.graph()["nodes"]) == 1
    entries = runtime.log()
    assert [len(entry["commands"]) for entry in entries] == [1, 5]
    assert entries[1]["by"] == "python"
    assert [node["id"] for node in runtime.graph()["nodes"]] == ["tone", "gain", "level-meter"]
    assert runtime.node("tone").describe()["config"]["frequencyHz"] == 880
    runtime.undo()
    assert len(runtime.graph()["nodes"]) == 1
    runtime.redo()
    assert len(runtime.graph()["links"]) == 2


def test_an_edit_that_raises_changes_nothing(runtime: Runtime) -> None:
    with pytest.raises(ZeroDivisionError), runtime.edit() as edit:
        edit.add_processor("gain")
        raise ZeroDivisionError
    with pytest.raises(SluiceError) as refused, runtime.edit() as edit:
        edit.add_processor("gain")
        edit.connect("gain.audioOut", "nobody.audioIn")
    assert refused.value.code == "NodeNotFound"
    with pytest.raises(SluiceError), runtime.edit() as edit:
        edit.add_processor("gain").output_port("audioOt")
    assert runtime.graph()["nodes"] == []


def test_the_graph_is_saved_and_opened(runtime: Runtime, tmp_path: Path) -> None:
    runtime.add_processor("tone-source", {"durationSeconds": 0.1}, id="tone")
    runtime.add_processor("wav-sink", {"path": str(tmp_path / "tone.wav")}, id="file")
    runtime.connect("tone.audio", "file.audio")
    saved = tmp_path / "graph.json"
    runtime.save(saved)
    with Runtime(graph=saved, mode="offline") as other:
        assert other.document()["nodes"].keys() == {"tone", "file"}
        other.start()
        assert other.finished() == "completed"
    assert (tmp_path / "tone.wav").stat().st_size > 4 * 4_800


def test_the_runtime_works_in_coroutines() -> None:
    async def run() -> list[str]:
        async with AsyncRuntime(mode="offline") as runtime:
            async with runtime.edit() as edit:
                tone = edit.add_processor("tone-source", {"durationSeconds": 0.1})
                edit.connect(tone, edit.add_processor("level-meter"))
            async with await runtime.events("runtime") as events:
                await runtime.start()
                assert await runtime.finished() == "completed"
                seen: list[str] = []
                async for event in events:
                    seen.append(event["kind"])
                    if seen[-1] == "ended":
                        break
            meter = await runtime.node("level-meter")
            assert (await meter.describe())["figures"]["peakDb_0"] > -7
            assert await runtime.is_rust_available() in (True, False)
            return seen

    assert asyncio.run(run())[-1] == "ended"


def test_a_run_that_fails_raises_its_error(runtime: Runtime, tmp_path: Path) -> None:
    runtime.add_processor("wav-source", {"path": str(tmp_path / "none.wav")})
    with pytest.raises(SluiceError, match="none.wav"):
        runtime.start()
        runtime.finished()


@pytest.mark.rare
def test_the_native_library_is_looked_for(runtime: Runtime) -> None:
    assert is_rust_available() is runtime.is_rust_available()
    with Runtime(native="off") as portable:
        assert portable.is_rust_available() is False


def test_the_documentation_runs(capsys: pytest.CaptureFixture[str]) -> None:
    page = (Path(__file__).parents[3] / "docs" / "python.md").read_text("utf-8")
    section = page[page.index("## The runtime from Python") :]
    blocks = re.findall(r"^```python\n(.*?)^```", section, re.DOTALL | re.MULTILINE)
    assert len(blocks) == 3
    for block in blocks:
        exec(compile(block, "python.md", "exec"), {})
    assert capsys.readouterr().out == "(1, 320) 0.0\nvoice 0.5011872\n"


def test_the_example_runs(capsys: pytest.CaptureFixture[str]) -> None:
    runpy.run_path(str(Path(__file__).parents[2] / "examples" / "mixer.py"), run_name="__main__")
    printed = capsys.readouterr().out
    assert "PortInfo(name='audioIn_0', port_type='AudioFrame', required=False)" in printed
    assert "ended by ['started', 'stopping', 'ended']" in printed
