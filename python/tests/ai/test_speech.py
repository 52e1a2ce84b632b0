"""The nodes for speech in the runtime, each run for several of the tests."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import needs
import pytest
from graphs import figures, printed, prints, run

pytestmark = [
    needs.runtime,
    needs.espeak,
    needs.package("onnxruntime"),
    needs.package("silero_vad"),
    needs.package("pocketsphinx"),
]

SAID = ("go forward ten meters", "what time is it")
OTHERS = ("open the door please", "the weather is good today", "turn on the light")
Lines = list[dict[str, Any]]


@pytest.fixture(scope="module")
def talk(tmp_path_factory: pytest.TempPathFactory) -> Lines:
    """Two sentences are spoken, found, understood, answered and spoken; and noise and silence are not."""
    lines = [{"atMs": 1_000, "value": SAID[0]}, {"atMs": 6_000, "value": {"text": SAID[1], "final": True}}]
    rules = [{"pattern": r"forward (?P<count>\w+) meters", "text": "Going {count} meters, since you said: {text}"}]
    nodes = {
        "script": {"type": "test.script", "config": {"lines": lines}},
        "voice": {"type": "python.text-to-speech"},
        "resample": {"type": "resampler", "config": {"sampleRateHz": 16_000}},
        "vad": {"type": "python.silero-vad"},
        "stt": {"type": "python.speech-to-text", "config": {"phrases": [*SAID, *OTHERS]}},
        "filter": {"type": "python.text-filter", "config": {"drop": ["weather"], "min_words": 2}},
        "rules": {"type": "python.text-expander", "config": {"rules": rules, "otherwise": "Pardon?"}},
        "blocks": {"type": "test.block-times"},
        "noise": {"type": "test.noise", "config": {"amplitude": 0.1, "step_ns": 20_400_000}},
        "noise_vad": {"type": "python.silero-vad"},
        "silence": {"type": "test.noise", "config": {"rate_hz": 8_000}},
        "silence_vad": {"type": "python.silero-vad"},
        **{name: prints() for name in ("events", "texts", "answers", "times", "noise_events", "silence_events")},
    }
    links = [
        "script.first > voice.text",
        "voice.audio > resample.audioIn",
        "voice.audio > blocks.audio",
        "blocks.block > times.data",
        "resample.audioOut > vad.audio",
        "vad.event > events.data",
        "vad.speech > stt.audio",
        "vad.event > stt.events",
        "stt.transcript > texts.data",
        "stt.transcript > filter.text",
        "filter.passed > rules.text",
        "rules.expanded > answers.data",
        "noise.audio > noise_vad.audio",
        "noise_vad.event > noise_events.data",
        "silence.audio > silence_vad.audio",
        "silence_vad.event > silence_events.data",
    ]
    status, found, error = run(tmp_path_factory.mktemp("talk"), nodes, links)
    assert status == 0, error
    return found


def test_speech_is_in_gapless_blocks_of_20_ms_at_its_time(talk: Lines) -> None:
    blocks = printed("times", talk)
    assert {(samples, rate) for _, samples, rate, _ in blocks} == {(441, 22_050)}
    starts = [pts for pts, *_ in blocks]
    second = next(place for place, pts in enumerate(starts) if pts >= 6_000_000_000)
    assert starts[0] == 1_000_000_000
    assert starts[second] == 6_000_000_000
    for part in (starts[:second], starts[second:]):
        assert {after - before for before, after in zip(part, part[1:], strict=False)} == {20_000_000}
        assert 0.5 <= 0.02 * len(part) <= 4, "seconds for four words"
    assert max(loudest for *_, loudest in blocks) > 0.1


def test_speech_is_found_and_noise_and_silence_are_not(talk: Lines) -> None:
    events = printed("events", talk)
    assert [each["state"] for each in events] == ["start", "end"] * 2
    assert abs(events[0]["startNs"] - 1_000_000_000) < 200_000_000
    assert abs(events[2]["startNs"] - 6_000_000_000) < 200_000_000
    assert all(each["endNs"] - each["startNs"] > 500_000_000 for each in events[1::2])
    assert all(each["probability"] > 0.5 for each in events)
    assert printed("noise_events", talk) == []
    assert printed("silence_events", talk) == []
    assert figures(talk)["noise_vad"]["gaps"] == 0, "a clock that drifts makes no gaps"
    assert figures(talk)["vad"]["gaps"] == 1


def test_most_words_are_understood(talk: Lines) -> None:
    texts = printed("texts", talk)
    assert [each["final"] for each in texts] == [True, True]
    words = [word for each in SAID for word in each.split()]
    understood = [word for each in texts for word in each["text"].split()]
    assert sum(word in understood for word in words) / len(words) >= 0.7
    assert figures(talk)["stt"]["segments"] == 2
    assert [each["endNs"] for each in texts] == [each["endNs"] for each in printed("events", talk)[1::2]]


def test_rules_answer(talk: Lines) -> None:
    answers = [each["text"] for each in printed("answers", talk)]
    assert answers == ["Going ten meters, since you said: go forward ten meters", "Pardon?"]


def test_a_start_of_speech_ends_what_is_spoken_and_odd_texts_are_survived(tmp_path: Path) -> None:
    long = "This sentence goes on and on, and then on for a while, so that there is time to interrupt it."
    lines = [
        {"value": long},
        {"port": "second", "atMs": 300, "value": {"state": "start"}},
        {"atMs": 2_000, "value": ""},
        {"atMs": 2_000, "value": "not yet"} | {"value": {"text": "not yet", "final": False}},
        {"atMs": 3_000, "value": "\x00\x01\x1b]0;a\x07 yes [[ \ufffe"},
        {"atMs": 8_000, "zeros": 1_000_000},
    ]
    nodes = {
        "script": {"type": "test.script", "config": {"lines": lines}},
        "voice": {"type": "python.text-to-speech", "config": {"max_characters": 40, "max_queued": 1}},
        "blocks": {"type": "test.block-times"},
        "times": prints(),
    }
    links = [
        "script.first > voice.text",
        "script.second > voice.events",
        "voice.audio > blocks.audio",
        "blocks.block > times.data",
    ]
    pools = {"data": {"slotBytes": 1_100_000}}
    status, found, error = run(tmp_path, nodes, links, pools=pools)
    assert status == 0, error
    starts = [pts // 1_000_000 for pts, *_ in printed("times", found)]
    assert [each for each in starts if each < 2_000] == list(range(0, 300, 20)), "it was spoken up to the interruption"
    assert 200 < len([each for each in starts if 3_000 <= each < 8_000]) * 20 < 2_500
    assert 1_000 < len([each for each in starts if each >= 8_000]) * 20 < 10_000, "40 of a million characters"
    counts = figures(found)["voice"]
    assert (counts["interrupted_texts"], counts["cut_texts"], counts["spoken_texts"]) == (1, 2, 2)
    assert counts["interrupted_blocks"] >= 1


def test_a_live_graph_keeps_pace_drops_what_is_too_much_and_ends_speech_when_nothing_comes(tmp_path: Path) -> None:
    long = "This sentence goes on and on, and then on for a while, so that there is time to interrupt it."
    talk = [
        {"value": long},
        {"port": "second", "atMs": 1_200, "value": {"isVoice": True}},
        {"atMs": 1_500, "value": "stop"},
    ]
    nodes = {
        "script": {"type": "test.script", "config": {"lines": talk}},
        "voice": {"type": "python.text-to-speech"},
        "blocks": {"type": "test.block-times"},
        "many": {"type": "test.script", "config": {"lines": [{"value": "hello"}] * 12}},
        "busy": {"type": "python.text-to-speech", "config": {"max_queued": 1}},
        "resample": {"type": "resampler", "config": {"sampleRateHz": 16_000}},
        "vad": {"type": "python.silero-vad"},
        "wait": {"type": "test.script", "config": {"lines": [{"port": "second", "atMs": 3_500, "value": "over"}]}},
        "over": prints(),
        "events": prints(),
        "times": prints(),
    }
    links = [
        "script.first > voice.text",
        "script.second > voice.events",
        "voice.audio > blocks.audio",
        "blocks.block > times.data",
        "many.first > busy.text",
        "busy.audio > resample.audioIn",
        "resample.audioOut > vad.audio",
        "vad.event > events.data",
        "wait.second > over.data",
    ]
    status, found, error = run(tmp_path, nodes, links, mode="live")
    assert status == 0, error
    counts = figures(found)
    assert counts["voice"]["interrupted_texts"] == 1
    assert counts["voice"]["interrupted_blocks"] >= 10
    assert counts["voice"]["spoken_texts"] == 1, "the text after the interruption is spoken"
    starts = [pts / 1e6 for pts, *_ in printed("times", found)]
    assert all(after - before >= 19.9 for before, after in zip(starts, starts[1:], strict=False))
    pairs = zip(starts, starts[1:], strict=False)
    first = next(place for place, (before, after) in enumerate(pairs, 1) if after - before > 21)
    assert 10 <= first <= 75, "it spoke at the clock's pace until it was interrupted"
    spoken, dropped = counts["busy"]["spoken_texts"], counts["busy"]["dropped_texts"]
    assert (spoken + dropped, dropped > 0) == (12, True)
    order = [
        line["value"] if line["node"] == "over" else line["value"]["state"]
        for line in found
        if line.get("node") in ("over", "events")
    ]
    assert order[:2] == ["start", "end"], "the speech ended though no silence came"
    assert "over" in order[2:]


def test_what_is_wrong_is_told(tmp_path: Path) -> None:
    script = {"type": "test.script", "config": {"lines": [{"value": 5}]}}
    loud = {"type": "test.noise", "config": {"rate_hz": 48_000}}
    cases = [
        (
            {"a": loud, "b": {"type": "python.silero-vad"}},
            "a.audio > b.audio",
            "at 48000 Hz, wanted 8000 or 16000: put a resampler",
        ),
        ({"a": script, "b": {"type": "python.text-to-speech"}}, "a.first > b.text", "the value is 5, wanted a text"),
        (
            {"a": loud, "b": {"type": "python.silero-vad", "config": {"model": "no.onnx"}}},
            "a.audio > b.audio",
            'there is no model at "no.onnx"',
        ),
        (
            {"a": loud, "b": {"type": "python.speech-to-text", "config": {"engine": "whisper", "model": "nowhere"}}},
            "a.audio > b.audio",
            "faster-whisper",
        ),
        (
            {"a": loud, "b": {"type": "python.speech-to-text", "config": {"phrases": ["frobnicate"]}}},
            "a.audio > b.audio",
            "words that the model does not know: frobnicate",
        ),
    ]
    for nodes, link, said in cases:
        status, _, error = run(tmp_path, nodes, [link])
        assert status != 0
        assert said in error
