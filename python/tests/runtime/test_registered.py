"""Nodes in Python that the runtime of the same program runs."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from sluice.runtime import Runtime, auto_register, registered

HALVES = '''
from sluice import AudioFrame, Input, Node, Output, node

@node("com.example.halves", category="audio")
class Halves(Node):
    """Halves samples."""

    audio_in: Input[AudioFrame]
    audio: Output[AudioFrame]

    def process(self) -> None:
        for frame in self.audio_in:
            own = frame.writable()
            own.samples[:] *= 0.5
            self.audio.write(own)
'''


@pytest.fixture(autouse=True)
def forgotten() -> Iterator[None]:
    """Later tests start runtimes without these nodes."""
    yield
    registered._registered.clear()


def test_nodes_of_registered_files_are_added_and_run(tmp_path: Path) -> None:
    (tmp_path / "halves.py").write_text(HALVES)
    assert auto_register([tmp_path / "halves.py"]) == [tmp_path / "halves.py"]
    with Runtime(mode="offline") as runtime:
        source = runtime.app_source("audio", sample_rate_hz=8_000, channels=1)
        halves = runtime.add_processor("com.example.halves")
        sink = runtime.app_sink("audio")
        assert halves.get_input_ports()[0].port_type == "AudioFrame"
        runtime.connect(source, halves)
        runtime.connect(halves, sink)
        runtime.start()
        source.push(np.ones(80))
        source.end()
        assert [each.samples[0, 0] for each in sink] == [0.5]
        assert runtime.finished() == "completed"


def test_a_file_that_cannot_be_imported_only_warns(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "halves.py").write_text(HALVES)
    (tmp_path / "broken.py").write_text("import sluice\nimport no_such_module_at_all\n")
    auto_register(tmp_path)
    with Runtime() as runtime:
        assert "com.example.halves" in runtime.types()
    assert "no_such_module_at_all" in capfd.readouterr().err


def test_paths_that_are_missing_only_warn(tmp_path: Path) -> None:
    with pytest.warns(UserWarning, match="no such file"):
        assert auto_register(tmp_path / "none") == []
