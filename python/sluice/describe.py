"""
``python -m sluice.describe SOURCE [CLASS …]`` tells the runtime of the nodes in a file, a folder or a module, as one
object of JSON on standard output. What the modules print meanwhile goes to standard error.
"""

from __future__ import annotations

import inspect
import os
import sys
from collections.abc import Sequence
from typing import Any

from . import stage_abi as abi
from .discover import Found, find_nodes
from .json_text import to_json
from .node_spec import NodeSpec, PortSpec

VERSION = 1


def describe(source: str, classes: Sequence[str] = ()) -> dict[str, Any]:
    """
    Describes the nodes of a source.

    :param classes: names of classes; without any, all are described
    """
    try:
        found = find_nodes(source)
    except FileNotFoundError as error:
        return {"version": VERSION, "stages": [], "files": [], "failed": [{"file": source, "error": str(error)}]}
    failed = [{"file": file, "error": error} for file, error in found.failed]
    stages: dict[str, dict[str, Any]] = {}
    for each in found.classes:
        if classes and each.__name__ not in classes:
            continue
        spec: NodeSpec = each.__sluice_node__  # type: ignore[attr-defined]
        file = inspect.getsourcefile(each) or source
        if spec.id in stages:
            failed.append({"file": file, "error": f'there are two nodes "{spec.id}"; name one of them otherwise'})
            continue
        stages[spec.id] = stage_of(spec)
    known = [each.__name__ for each in found.classes]
    for name in classes:
        if name not in known and not found.failed:
            said = f'there is no node class "{name}"; available: {", ".join(known) or "none"}'
            failed.append({"file": source, "error": said})
    return {"version": VERSION, "stages": list(stages.values()), "files": _files(found), "failed": failed}


def stage_of(spec: NodeSpec) -> dict[str, Any]:
    """Describes a node type, as the runtime has that of a plugin's stage."""
    return {
        "id": spec.id,
        "name": spec.name,
        "version": spec.version,
        "doc": spec.doc,
        "category": spec.category,
        "tags": list(spec.tags),
        "mode": spec.mode,
        "config": spec.config,
        "inputs": [_port(each) for each in spec.inputs],
        "outputs": [_port(each) for each in spec.outputs],
        "figures": list(spec.figures),
    }


def _port(port: PortSpec) -> dict[str, Any]:
    options = port.options
    return {
        "name": port.name,
        "doc": port.doc,
        "schema": port.schema,
        "formats": [abi.FORMATS[each] for each in options.formats],
        "kind": port.kind,
        "optional": options.optional,
        "burst": options.burst,
    }


def _files(found: Found) -> list[str]:
    """
    The files of modules that were imported from below the source, and those that could not be; without those of a virtual
    environment there, and of other hidden folders.
    """
    root = found.root + os.sep
    files = {os.path.realpath(file) for file, _ in found.failed if os.path.isfile(file)}
    for module in list(sys.modules.values()):
        path = os.path.realpath(getattr(module, "__file__", None) or "")
        parts = path[len(root) :].split(os.sep)
        is_own = found.root and path.startswith(root) and "site-packages" not in parts
        if is_own and not any(part.startswith(".") for part in parts):
            files.add(path)
    return sorted(files)


def main(arguments: Sequence[str]) -> int:
    """Runs the program. Returns its status."""
    if not arguments or arguments[0] in ("-h", "--help"):
        print("usage: python -m sluice.describe SOURCE [CLASS …]", file=sys.stderr)
        return 2
    # The output of C code goes there, too.
    answer = os.dup(1)
    os.dup2(2, 1)
    sys.argv = [arguments[0]]
    text = to_json(describe(arguments[0], arguments[1:]))
    sys.stdout.flush()
    with open(answer, "w", encoding="utf-8") as out:
        out.write(text + "\n")
    return 0


if __name__ == "__main__":
    status = main(sys.argv[1:])
    # Threads that a module has started do not keep the runtime waiting.
    sys.stderr.flush()
    os._exit(status)
