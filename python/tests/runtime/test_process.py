"""The process of a runtime: how it starts, and that it ends."""

from __future__ import annotations

import os
import select
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from sluice.errors import ConfigError, SluiceError
from sluice.runtime import Runtime
from sluice.runtime.command import find_command

ROOT = Path(__file__).parents[2]


def until_gone(pid: int) -> None:
    """Waits for the end of a process that need not be a child."""
    try:
        watched = os.pidfd_open(pid)
    except ProcessLookupError:
        return
    try:
        assert select.select([watched], [], [], 20)[0], f"process {pid} is still there"
    finally:
        os.close(watched)


@pytest.mark.parametrize(
    "ending",
    [
        "os.kill(os.getpid(), 9)",
        "runtime.close()",
        *(pytest.param(each, marks=pytest.mark.rare) for each in ("sys.exit(3)", "del runtime", "os._exit(1)")),
    ],
)
def test_no_process_is_left_behind(ending: str) -> None:
    program = (
        "import os, sys\nfrom sluice.runtime import Runtime\nruntime = Runtime()\nruntime.add_processor('tone-source')\n"
        f"runtime.start()\nprint(runtime.pid, flush=True)\nsys.stdin.readline()\n{ending}\n"
    )
    child = subprocess.Popen(
        [sys.executable, "-c", program],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    assert child.stdin is not None and child.stdout is not None
    pid = int(child.stdout.readline())
    child.stdin.write(b"\n")
    child.stdin.close()
    child.wait(20)
    child.stdout.close()
    until_gone(pid)


def test_ctrl_c_comes_to_the_program_alone_and_files_are_completed(tmp_path: Path) -> None:
    program = """
import signal
from sluice.runtime import Runtime
signal.signal(signal.SIGINT, signal.default_int_handler)
with Runtime() as runtime:
    runtime.add_processor("tone-source")
    runtime.add_processor("wav-sink", {"path": "tone.wav"})
    runtime.connect("tone-source.audio", "wav-sink.audio")
    runtime.start()
    print(runtime.pid, flush=True)
    runtime.finished()
"""
    child = subprocess.Popen(
        [sys.executable, "-c", program],
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        start_new_session=True,
    )
    assert child.stdout is not None
    pid = int(child.stdout.readline())
    os.killpg(child.pid, signal.SIGINT)
    assert b"KeyboardInterrupt" in child.communicate(timeout=20)[1]
    until_gone(pid)
    assert [each.name for each in tmp_path.iterdir()] == ["tone.wav"]


@pytest.mark.rare
def test_a_forked_process_has_no_part_in_it() -> None:
    program = """
import os, sys
from sluice.runtime import Runtime
runtime = Runtime()
print(runtime.pid, flush=True)
if os.fork() == 0:
    try:
        runtime.state()
    except RuntimeError as error:
        print(error, flush=True)
    sys.stdin.read()
    sys.exit()
os.wait()[0] if len(sys.argv) > 1 else os.kill(os.getpid(), 9)
"""
    for waits in ([], ["wait"]):
        child = subprocess.Popen(
            [sys.executable, "-c", program, *waits],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
        )
        assert child.stdin is not None and child.stdout is not None
        pid = int(child.stdout.readline())
        assert b"forked" in child.stdout.readline()
        if not waits:
            until_gone(pid)
        child.stdin.close()
        child.wait(20)
        child.stdout.close()
        until_gone(pid)


def test_a_closed_runtime_refuses_calls(runtime: Runtime) -> None:
    pid = runtime.pid
    assert pid is not None
    runtime.close()
    until_gone(pid)
    runtime.close()
    with pytest.raises(RuntimeError):
        runtime.start()


def test_calls_fail_when_the_process_is_killed(runtime: Runtime) -> None:
    events = runtime.events()
    assert runtime.pid is not None
    os.kill(runtime.pid, signal.SIGKILL)
    assert [event for event in events if event["kind"] == "ended"] == []
    for _ in range(2):
        with pytest.raises(SluiceError) as lost:
            runtime.add_processor("gain")
        assert lost.value.code == "LaneCrashed"
    with pytest.raises(SluiceError):
        runtime.stats()
    runtime.close()


def test_another_runtime_is_attached_to(runtime: Runtime) -> None:
    url, token = runtime.address.url, runtime.address.token
    with Runtime.attach(url, token=token) as other:
        other.add_processor("gain")
        assert other.pid is None
    assert runtime.graph()["nodes"][0]["id"] == "gain"
    for wrong in ("wrong-token-wrong-token", None):
        with pytest.raises(SluiceError, match="token") as refused:
            Runtime.attach(url, token=wrong)
        assert refused.value.code == "AccessDenied"
    runtime.close()
    with pytest.raises(SluiceError) as gone:
        Runtime.attach(url, token=token)
    assert gone.value.code == "LaneCrashed"


def test_the_command_is_found(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assert find_command()[1:3] == ["run", "-A"]
    monkeypatch.setenv("SLUICE_COMMAND", f"{sys.executable} -c 'raise SystemExit(7)'")
    assert find_command() == [sys.executable, "-c", "raise SystemExit(7)"]
    with pytest.raises(SluiceError, match="ended with 7"):
        Runtime()
    with pytest.raises(ConfigError, match="no program"):
        Runtime(command="/no/such/sluice")
    monkeypatch.delenv("SLUICE_COMMAND")
    with pytest.raises(SluiceError, match="none.json"):
        Runtime(graph=tmp_path / "none.json")


def test_what_nodes_print_is_printed_here(runtime: Runtime, capsys: pytest.CaptureFixture[str]) -> None:
    runtime.add_processor("tone-source", {"durationSeconds": 0.05})
    runtime.add_processor("level-meter", {"intervalMs": 0})
    runtime.add_processor("console-sink")
    runtime.connect("tone-source.audio", "level-meter.audioIn")
    runtime.connect("level-meter.levels", "console-sink.data")
    runtime.start()
    runtime.finished()
    runtime.close()
    assert "peakDb" in capsys.readouterr().out
