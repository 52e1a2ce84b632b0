"""Finds the nodes in files, folders and modules."""

from __future__ import annotations

import dataclasses
import fnmatch
import importlib
import importlib.util
import os
import sys
import traceback
import warnings
from collections.abc import Iterable, Iterator, Sequence
from types import ModuleType
from typing import Any


FOLDER_VARIABLE = "SLUICE_PLUGIN_FOLDER"
"""Names the folder of the plugin whose nodes this process has: its modules can be imported."""


@dataclasses.dataclass
class Found:
    """The nodes and the failures at a source."""

    classes: list[type]
    """Decorated classes, in the order of their modules and in these."""
    failed: list[tuple[str, str]]
    """Files that could not be imported, and why."""
    root: str
    """The folder that the modules are in."""


def discover_nodes(
    paths: str | os.PathLike[str] | Iterable[str | os.PathLike[str]],
    include_patterns: Sequence[str] = (),
    exclude_patterns: Sequence[str] = (),
) -> list[type]:
    """
    Finds node classes. A module that cannot be imported is a warning, and the others are found all the same.

    :param paths: files, folders (of which all modules are taken that do not begin with ``_`` or ``test_``), and names of
        modules
    :param include_patterns: patterns of files' names, such as ``"audio_*.py"``; without any, all are taken
    :param exclude_patterns: patterns of files' names that are left out
    :raises FileNotFoundError: if there is nothing at a path
    """
    sources = [paths] if isinstance(paths, (str, os.PathLike)) else list(paths)
    classes: list[type] = []
    for source in sources:
        found = find_nodes(os.fspath(source), include_patterns, exclude_patterns)
        for file, error in found.failed:
            warnings.warn(f"{file}: {error}", RuntimeWarning, stacklevel=2)
        classes.extend(each for each in found.classes if each not in classes)
    return classes


def find_nodes(source: str, include: Sequence[str] = (), exclude: Sequence[str] = ()) -> Found:
    """As :func:`discover_nodes` for one source, with the failures."""
    root, names = modules_of(source, include, exclude)
    found = Found([], [], root)
    for file, module in _import_all(source, root, names, found):
        found.classes.extend(classes_in(module, whole=not file))
    return found


def find_node(source: str, identity: str) -> type:
    """
    Finds the node of a name, and imports no more modules than it takes: first those whose text has the name.

    :raises LookupError: if there is none, with the reason
    """
    root, names = modules_of(source, (), ())
    found = Found([], [], root)
    last = identity.rpartition(".")[2].replace("-", "")
    names.sort(key=lambda pair: not _mentions(pair[0], last))
    known: list[str] = []
    for file, module in _import_all(source, root, names, found):
        for each in classes_in(module, whole=not file):
            if identity_of(each) == identity:
                return each
            known.append(identity_of(each))
    reasons = [f"{os.path.basename(file)}: {error}" for file, error in found.failed]
    if reasons:
        raise LookupError("; ".join(reasons))
    raise LookupError(f'there is no node "{identity}" in "{source}"; available: {", ".join(known) or "none"}')


def identity_of(node: Any) -> str:
    """The name of a node class in graph files."""
    return node.__sluice_node__.id


def classes_in(module: ModuleType, whole: bool = False) -> list[type]:
    """The node classes that a module defines. :param whole: also those of modules below it that it names"""
    name = module.__name__

    def is_own(each: Any) -> bool:
        if not isinstance(each, type) or "__sluice_node__" not in each.__dict__:
            return False
        return each.__module__ == name or (whole and each.__module__.startswith(f"{name}."))

    return list(dict.fromkeys(each for each in vars(module).values() if is_own(each)))


def modules_of(source: str, include: Sequence[str], exclude: Sequence[str]) -> tuple[str, list[tuple[str, str]]]:
    """
    The folder of a source's modules, and their files and names; the file of a module that is given by its name is "".

    :raises FileNotFoundError: if there is nothing at the path
    """
    if os.path.isfile(source):
        path = os.path.realpath(source)
        return os.path.dirname(path), [(path, _module_name(path))]
    if os.path.isdir(source):
        folder = os.path.realpath(source)
        files = sorted(each for each in os.listdir(folder) if _is_module(each, include, exclude))
        paths = [os.path.join(folder, each) for each in files]
        return folder, [(path, _module_name(path)) for path in paths]
    if all(part.isidentifier() for part in source.split(".")):
        return "", [("", source)]
    raise FileNotFoundError(f'there is no file or folder "{source}", and it is no name of a module')


_MOST_SAID = 2_000
"""Characters of an error that are told; its traceback has all."""


def describe_error(error: BaseException, root: str = "") -> str:
    """The last line of an error, with the file and line that it comes from: of the user's own, where one is there."""
    text = " ".join(str(error).split())
    if len(text) > _MOST_SAID:
        text = f"{text[:_MOST_SAID]}…"
    if isinstance(error, ValueError) and text == "assignment destination is read-only":
        text += ": a frame that was read; change what frame.writable() gives, and write that"
    said = f"{type(error).__name__}: {text}" if text else type(error).__name__
    if isinstance(error, SyntaxError) and error.filename:
        return f"{type(error).__name__}: {error.msg} ({os.path.basename(error.filename)}:{error.lineno})"
    frames = traceback.extract_tb(error.__traceback__)
    package = os.path.dirname(os.path.abspath(__file__)) + os.sep
    outside = [each for each in frames if not each.filename.startswith((package, "<frozen"))]
    own = [each for each in outside if root and each.filename.startswith(root + os.sep)] or outside
    if not own:
        return said
    return f"{said} ({os.path.basename(own[-1].filename)}:{own[-1].lineno})"


def _import_all(
    source: str, root: str, names: list[tuple[str, str]], found: Found
) -> Iterator[tuple[str, ModuleType]]:
    folder = os.environ.get(FOLDER_VARIABLE)
    if folder and folder not in sys.path:
        sys.path.insert(0, folder)
    for file, name in names:
        try:
            module = _import_file(file, name) if file else importlib.import_module(name)
        except (KeyboardInterrupt, GeneratorExit):
            raise
        except BaseException as error:
            found.failed.append((file or source, describe_error(error, root)))
            continue
        if not file:
            found.root = os.path.dirname(os.path.realpath(getattr(module, "__file__", None) or ""))
        yield file, module


def _import_file(path: str, name: str) -> ModuleType:
    """Imports a file as the module that it is for others beside it; their folder is searched for imports."""
    known = sys.modules.get(name)
    if known is not None and os.path.realpath(getattr(known, "__file__", None) or "") == path:
        return known
    folder = os.path.dirname(path)
    for _ in range(name.count(".")):
        folder = os.path.dirname(folder)
    if folder not in sys.path:
        sys.path.insert(0, folder)
    if known is None and importlib.util.find_spec(name.partition(".")[0]) is not None:
        spec = importlib.util.find_spec(name)
        if spec is not None and spec.origin is not None and os.path.realpath(spec.origin) == path:
            return importlib.import_module(name)
    # A module of the same name is there already, such as one of the standard library.
    own = f"sluice_nodes_{name.replace('.', '_')}"
    spec = importlib.util.spec_from_file_location(own, path)
    if spec is None or spec.loader is None:
        raise ImportError(f'"{path}" is no module')
    module = importlib.util.module_from_spec(spec)
    sys.modules[own] = module
    try:
        spec.loader.exec_module(module)
    except BaseException:
        del sys.modules[own]
        raise
    return module


def _module_name(path: str) -> str:
    folder, file = os.path.split(path)
    parts = [] if file == "__init__.py" else [file.removesuffix(".py")]
    while os.path.isfile(os.path.join(folder, "__init__.py")):
        folder, last = os.path.split(folder)
        parts.insert(0, last)
    return ".".join(parts)


def _is_module(file: str, include: Sequence[str], exclude: Sequence[str]) -> bool:
    if not file.endswith(".py") or file.startswith(("_", "test_", ".")) or file.endswith("_test.py"):
        return False
    if file in ("conftest.py", "setup.py") or any(fnmatch.fnmatch(file, each) for each in exclude):
        return False
    return not include or any(fnmatch.fnmatch(file, each) for each in include)


def _mentions(path: str, word: str) -> bool:
    try:
        with open(path, encoding="utf-8") as file:
            return word in file.read().lower().replace("-", "").replace("_", "")
    except (OSError, UnicodeDecodeError):
        return False
