"""The graphs in ``examples`` that have nodes in Python."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import needs
import pytest
from graphs import EXAMPLES, figures, printed, run_file

pytestmark = needs.runtime


def moved(example: str, folder: Path) -> Path:
    """A copy of an example's graph that writes into a folder, and prints JSON."""
    graph = json.loads((EXAMPLES / example / "graph.json").read_text())
    for node in graph["nodes"].values():
        if "path" in node.get("config", {}):
            node["config"]["path"] = str(folder / Path(node["config"]["path"]).name)
        if node["type"] == "console-sink":
            node["config"] = {"format": "json"}
    path = folder / "graph.json"
    path.write_text(json.dumps(graph))
    return path


@needs.espeak
@needs.package("onnxruntime")
@needs.package("silero_vad")
@needs.package("pocketsphinx")
def test_the_agent_answers_and_is_interrupted(tmp_path: Path) -> None:
    status, found, error = run_file(moved("voice-agent", tmp_path), "voice-agent")
    assert status == 0, error
    heard = [each["text"] for each in printed("heard", found)]
    assert heard == ["go forward ten meters", "what can you do", "please stop"]
    assert [each["text"] for each in printed("answers", found)][0::2] == ["I go ten meters forward.", "I stop."]
    assert figures(found)["speak"]["interrupted_texts"] == 1
    assert (tmp_path / "answers.wav").stat().st_size > 50_000


def test_the_filter_keeps_its_band(tmp_path: Path) -> None:
    status, _, error = run_file(moved("python-sensor", tmp_path), "python-sensor")
    assert status == 0, error
    with (tmp_path / "band.csv").open() as file:
        rows = list(csv.reader(file))
    assert len(rows) == 20_001
    peaks = [max(abs(float(row[column])) for row in rows[10_000:]) for column in range(1, 5)]
    assert peaks[1] == pytest.approx(1, abs=0.1), "100 Hz passes"
    assert max(peaks[0], *peaks[2:]) < 0.2, "50, 150 and 200 Hz do not"


@pytest.mark.rare
def test_the_picture_filter_writes_edges(tmp_path: Path) -> None:
    status, found, error = run_file(moved("opencv-like", tmp_path), "opencv-like")
    assert status == 0, error
    assert len(list(tmp_path.glob("edges-*.png"))) == 10
    assert figures(found)["edges"]["mean"] > 10
