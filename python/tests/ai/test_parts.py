"""The parts of the nodes that need neither models nor the runtime."""

from __future__ import annotations

import importlib.machinery
import sys
import threading
from pathlib import Path
from types import ModuleType, SimpleNamespace

import needs
import numpy as np
import pytest
from sluice.ai._voices import kokoro_files, open_voice
from sluice.ai._espeak import check_voice, clean, find_program, pieces, speak
from sluice.ai._recognisers import open_recogniser
from sluice.ai._speech_segmenter import Change, Limits, SpeechSegmenter, Window
from sluice.ai._tensors import picture, row_of, sound
from sluice.ai._texts import text_of
from sluice.ai._worker import Worker
from sluice.ai.text_filter import compiled

LIMITS = Limits(threshold=0.5, speech=2, silence=3, padding=1)


def heard(probabilities: str) -> list[tuple[bool, int, int] | int]:
    """Changes and passed windows for probabilities in tenths, with windows of 10 samples."""
    segmenter = SpeechSegmenter(LIMITS)
    found: list[Window | Change] = []
    for place, tenths in enumerate(probabilities):
        found.extend(segmenter.push(10 * place, np.full(10, place), int(tenths) / 10))
    found.extend(segmenter.finish())
    return [(each.is_start, each.start, each.end) if isinstance(each, Change) else each.start for each in found]


def test_speech_has_its_padding_and_ends_after_a_pause() -> None:
    assert heard("0009900000") == [(True, 20, 20), 20, 30, 40, 50, (False, 20, 60)]


def test_a_short_noise_is_no_speech_and_a_short_pause_is() -> None:
    assert heard("0090000") == []
    assert heard("0990099") == [(True, 0, 0), 0, 10, 20, 30, 40, 50, 60, (False, 0, 70)]


def test_speech_goes_on_just_below_the_threshold() -> None:
    assert heard("099444440000")[-1] == (False, 0, 90)


def test_segments_do_not_overlap() -> None:
    windows = [each for each in heard("099000099000") if isinstance(each, int)]
    assert windows == sorted(set(windows))


def test_a_worker_refuses_more_than_its_bound_and_keeps_the_order() -> None:
    gate = threading.Event()

    def work(item: int):
        gate.wait(5)
        yield item

    worker: Worker[int, int] = Worker(work, lambda: None, most_items=2)
    while not worker.offer(0) or not worker.has_room:
        pass
    taken = [worker.offer(each, wait_s=0.2 if each < 3 else 0) for each in (1, 2, 3)]
    assert taken == [True, True, False]
    gate.set()
    found = []
    while len(found) < 3:
        worker.wait(1)
        if (result := worker.take()) is not None:
            found.append(result)
    assert found == [0, 1, 2]
    worker.stop()


def test_a_worker_raises_what_its_work_raises_behind_its_results() -> None:
    def work(item: int):
        yield item
        raise ValueError("no model")

    worker: Worker[int, int] = Worker(work, lambda: None, most_items=2)
    worker.offer(1)
    worker._thread.join(0.2)
    worker.wait(1)
    assert worker.take() == 1
    with pytest.raises(ValueError, match="no model"):
        while True:
            worker.take()
    worker.stop()


def test_text_is_cleaned_and_cut_at_sentences() -> None:
    assert clean("a\x00b\x1b[2J\n[[x]]\ud800") == "a b [2J [ [x]]"
    assert pieces("One. Two! ... 3") == ["One.", "Two!", "3"]
    long = pieces("word " * 1_000)
    assert all(len(each) <= 400 for each in long)
    assert " ".join(long).split() == ["word"] * 1_000
    assert "".join(pieces("x" * 1_001)) == "x" * 1_001


def test_a_program_that_fails_is_told_with_what_it_says(tmp_path: Path) -> None:
    program = tmp_path / "espeak-ng"
    program.write_text("#!/bin/sh\necho no voice today >&2\nexit 3\n")
    program.chmod(0o755)
    with pytest.raises(RuntimeError, match=r"failed \(3\): no voice today"):
        list(speak(str(program), "a" * 1_000_000, "en", 160, 50, lambda: True))


def test_speech_that_is_not_wanted_ends_its_program(tmp_path: Path) -> None:
    program = tmp_path / "espeak-ng"
    # A header of WAV with a length that is not known, as printf writes it.
    head = "RIFF\\0\\0\\0\\0WAVEfmt \\20\\0\\0\\0"
    head += "\\1\\0\\1\\0\\42\\126\\0\\0\\104\\254\\0\\0\\2\\0\\20\\0data\\377\\377\\377\\177"
    program.write_text(f"#!/bin/sh\nprintf '{head}'\nexec cat /dev/zero\n")
    program.chmod(0o755)
    taken = []
    for rate, samples in speak(str(program), "hello", "en", 160, 50, lambda: len(taken) < 3):
        taken.append(len(samples))
        assert rate == 22_050
    assert len(taken) == 3


def test_texts_of_values() -> None:
    assert text_of("a") == text_of({"text": "a", "final": True}) == "a"
    assert text_of({"text": "a", "final": False}) is None
    with pytest.raises(TypeError, match="wanted a text"):
        text_of({"text": b"\x00"})


def test_tensors_have_the_shape_that_the_model_wants() -> None:
    stereo = np.array([[1.0, 3.0], [3.0, 5.0]], np.float32)
    assert sound(stereo, ["batch", "n"]).tolist() == [2.0, 4.0]
    assert sound(stereo, ["batch", 2, "n"]).shape == (2, 2)
    pixels = np.full((4, 6, 4), 255, np.uint8)
    assert picture(pixels, ["n", 3, 4, 6], 1 / 255, 0).shape == (3, 4, 6)
    assert picture(pixels, ["n", 4, 6, 3], 1 / 255, 0).shape == (4, 6, 3)
    assert picture(pixels, ["n", 1, 4, 6], 1 / 255, -1).max() == pytest.approx(0, abs=1e-6)
    assert row_of(list(range(6)), ["n", 2, 3]).tolist() == [[0, 1, 2], [3, 4, 5]]
    for wrong in ("text", [1, [2, 3]], {"a": 1}):
        with pytest.raises(TypeError, match="wanted a number"):
            row_of(wrong, ["n", 2])


@needs.espeak
def test_an_unknown_voice_is_told() -> None:
    check_voice(find_program(), "en-us+f3")
    with pytest.raises(ValueError, match='no voice "nobody"'):
        check_voice(find_program(), "nobody")


def test_a_program_that_is_missing_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(RuntimeError, match="apt-get install espeak-ng"):
        find_program()


def test_a_wrong_pattern_is_told_with_its_place() -> None:
    with pytest.raises(ValueError, match=r'keep\[1\] is "\(", no regular expression'):
        compiled("keep", ["a", "("], True)


def test_a_model_of_whisper_hears_a_segment_as_a_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    heard: list[tuple[int, dict[str, object]]] = []

    class WhisperModel:
        def __init__(self, path: str, **options: object) -> None:
            assert (path, options["cpu_threads"], options["local_files_only"]) == (str(tmp_path), 2, True)

        def transcribe(self, audio: np.ndarray, **options: object) -> tuple[object, None]:
            heard.append((len(audio), options))
            return iter([SimpleNamespace(text=" Hello"), SimpleNamespace(text=" there. ")]), None

    module = ModuleType("faster_whisper")
    module.__spec__ = importlib.machinery.ModuleSpec("faster_whisper", None)
    module.WhisperModel = WhisperModel  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "faster_whisper", module)
    with pytest.raises(ValueError, match="wanted a folder with model.bin"):
        open_recogniser("whisper", str(tmp_path), [], "", 2)
    (tmp_path / "model.bin").touch()
    recogniser = open_recogniser("auto", str(tmp_path), [], "", 2)
    assert recogniser.finish() == ""
    for _ in range(2):
        assert recogniser.feed(np.zeros(100, np.float32)) == ""
    assert recogniser.finish() == "Hello there."
    assert heard == [(200, {"language": None, "beam_size": 1})]


def test_a_model_of_kokoro_speaks(tmp_path: Path) -> None:
    """With the package itself, and a model whose sound is a ramp as long as the text."""
    pytest.importorskip("kokoro_onnx")
    onnx = pytest.importorskip("onnx")
    helper, types = onnx.helper, onnx.TensorProto
    inputs = [
        helper.make_tensor_value_info("tokens", types.INT64, [1, None]),
        helper.make_tensor_value_info("style", types.FLOAT, [1, 256]),
        helper.make_tensor_value_info("speed", types.FLOAT, [1]),
    ]
    nodes = [
        helper.make_node("Cast", ["tokens"], ["floats"], to=types.FLOAT),
        helper.make_node("Tile", ["floats", "often"], ["long"]),
        helper.make_node("Div", ["long", "scale"], ["small"]),
        helper.make_node("Mul", ["small", "speed"], ["fast"]),
        helper.make_node("Reshape", ["fast", "flat"], ["audio"]),
    ]
    constants = [
        helper.make_tensor("often", types.INT64, [2], [1, 1_000]),
        helper.make_tensor("scale", types.FLOAT, [1], [200.0]),
        helper.make_tensor("flat", types.INT64, [1], [-1]),
    ]
    audio = helper.make_tensor_value_info("audio", types.FLOAT, [None])
    graph = helper.make_graph(nodes, "speech", inputs, [audio], constants)
    with pytest.raises(ValueError, match="wanted a folder with one .onnx of Kokoro"):
        kokoro_files(str(tmp_path))
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8), tmp_path / "k.onnx")
    with open(tmp_path / "voices-v1.0.bin", "wb") as file:
        np.savez(file, af_heart=np.zeros((510, 1, 256), np.float32), am_adam=np.zeros((510, 1, 256), np.float32))
    with pytest.raises(ValueError, match='no voice "x", wanted one of af_heart, am_adam'):
        open_voice("kokoro", str(tmp_path), "x", "en-us", 1)
    voice = open_voice("auto", str(tmp_path), "", "en-us", 1)
    [(rate, samples)] = voice.speak("Good morning to you.", 165, 50, lambda: True)
    assert rate == 24_000
    assert samples.dtype == np.float32 and len(samples) > 10_000 and np.abs(samples).max() > 0.1
    assert list(voice.speak("Nobody hears this.", 165, 50, lambda: False)) == []
