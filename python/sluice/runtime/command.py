"""Finds the command ``sluice``, of which a runtime starts ``sluice serve``."""

from __future__ import annotations

import os
import shlex
import shutil
from collections.abc import Sequence
from pathlib import Path

from ..errors import ConfigError

VARIABLE = "SLUICE_COMMAND"
"""Names the command in the environment, as a line of a shell."""

_MAIN = Path("cli", "start.ts")


def find_command(given: str | Sequence[str] | None = None) -> list[str]:
    """
    Returns the words of the command: the given ones, else those of ``SLUICE_COMMAND``, else those of the checkout that
    this package or the current folder lies in, else ``sluice``.

    :raises ConfigError: if none of them is there
    """
    if given is not None:
        return _words(given, "given")
    named = os.environ.get(VARIABLE, "")
    if named:
        return _words(named, f"of {VARIABLE}")
    deno = shutil.which("deno")
    checkout = _checkout()
    if deno is not None and checkout is not None:
        return [deno, "run", "-A", str(checkout / _MAIN)]
    found = shutil.which("sluice")
    if found is not None:
        return [found]
    missing = "there is no checkout with deno, and no sluice on PATH" if deno else "neither deno nor sluice is on PATH"
    message = (
        f"Cannot find the command of Sluice: {missing}; install this package by pip install -e from a checkout, run in "
        f'the checkout, or set {VARIABLE}, such as to "deno run -A sluice/cli/start.ts"'
    )
    raise ConfigError(message, key="command")


def _words(given: str | Sequence[str], what: str) -> list[str]:
    words = shlex.split(given) if isinstance(given, str) else [str(word) for word in given]
    if not words:
        raise ConfigError(f"Cannot use the command {what}: it is empty", key="command")
    if shutil.which(words[0]) is None:
        raise ConfigError(f"Cannot use the command {what}: there is no program {words[0]!r}", key="command")
    return words


def _checkout() -> Path | None:
    here = [*Path(__file__).resolve().parents, Path.cwd(), *Path.cwd().parents]
    return next((each for each in here if (each / _MAIN).is_file() and (each / "generated.ts").is_file()), None)
