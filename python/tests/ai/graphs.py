"""Runs graphs with the nodes of ``sluice.ai`` in the runtime."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
ROOT = HERE.parents[2]
EXAMPLES = ROOT / "examples"
PLUGINS = (ROOT / "python/sluice/ai", HERE / "nodes")


def run(folder: Path, nodes: dict[str, Any], links: list[str], **keys: Any) -> tuple[int, list[dict[str, Any]], str]:
    """
    Runs a graph.

    :param links: each as ``"a.out > b.in"``
    :returns: the status, what ``console-sink`` nodes have printed, and standard error
    """
    graph = {"version": 1, "mode": "offline", "nodes": nodes, "links": [_link(each) for each in links], **keys}
    path = folder / "graph.json"
    path.write_text(json.dumps(graph))
    return run_file(path)


def run_file(path: Path, example: str = "") -> tuple[int, list[dict[str, Any]], str]:
    """Runs a graph file, with the nodes of an example if one is named. Returns the like of :func:`run`."""
    plugins = (*PLUGINS, EXAMPLES / example) if example else PLUGINS
    command = [
        deno(),
        "run",
        "-A",
        "cli/main.ts",
        "run",
        "--json",
        *(f"--plugins={each}" for each in plugins),
        str(path),
    ]
    environment = {**os.environ, "SLUICE_PYTHON": sys.executable, "NO_COLOR": "1"}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=120, check=False)
    lines = [json.loads(line) for line in (done.stdout + done.stderr).splitlines() if line.startswith("{")]
    return done.returncode, lines, done.stderr


def printed(node: str, lines: list[dict[str, Any]]) -> list[Any]:
    """The values that a node has printed."""
    return [line["value"] for line in lines if line.get("node") == node]


def figures(lines: list[dict[str, Any]]) -> dict[str, dict[str, float]]:
    """The figures of nodes at the end, by their names."""
    summary = next(line for line in lines if line.get("event") == "summary")
    return {node["id"]: node.get("figures", {}) for node in summary["nodes"]}


def prints() -> dict[str, Any]:
    """A node that prints values."""
    return {"type": "console-sink", "config": {"format": "json"}}


def deno() -> str:
    """The program; "" if it is missing."""
    return shutil.which("deno") or ""


def _link(text: str) -> dict[str, str]:
    source, _, target = text.partition(" > ")
    return {"from": source, "to": target}
