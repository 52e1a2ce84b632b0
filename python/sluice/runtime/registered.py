"""Folders and files of nodes that every runtime knows that this program starts from now on."""

from __future__ import annotations

import sys
import warnings
from collections.abc import Iterable, Mapping
from pathlib import Path

_registered: list[Path] = []


def auto_register(paths: str | Path | Iterable[str | Path]) -> list[Path]:
    """
    Has runtimes that are made from now on know the nodes of these plugins: ``.py`` files, folders of them, and folders of
    plugins in other languages. What is not there only warns; so does, in the log of the runtime, a file that cannot be
    imported.

    :returns: the paths that are there, absolute
    """
    listed = [paths] if isinstance(paths, (str, Path)) else list(paths)
    found: list[Path] = []
    for path in listed:
        absolute = Path(path).resolve()
        if not absolute.exists():
            warnings.warn(f"Cannot register nodes of {path}: there is no such file or folder", stacklevel=2)
            continue
        found.append(absolute)
        if absolute not in _registered:
            _registered.append(absolute)
    return found


def registered_plugins() -> list[Path]:
    """Returns the registered paths."""
    return list(_registered)


def with_python(env: Mapping[str, str]) -> dict[str, str]:
    """Adds the interpreter of this program, which is that of nodes in Python unless they name another one."""
    return {"SLUICE_PYTHON": sys.executable, **env}
