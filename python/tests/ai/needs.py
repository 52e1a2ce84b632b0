"""Marks that skip tests where something is missing, with the reason."""

from __future__ import annotations

import importlib.util
import shutil

import pytest
from graphs import ROOT, deno


def package(module: str) -> pytest.MarkDecorator:
    """Skips without a package."""
    reason = f"the package {module} is missing; pip install ./python[ai]"
    return pytest.mark.skipif(importlib.util.find_spec(module) is None, reason=reason)


runtime = pytest.mark.skipif(
    not deno()
    or not any((ROOT / "dist").glob("libsluice_guest.*"))
    and not any((ROOT / "target").glob("*/libsluice_guest.*")),
    reason="the runtime is not built: deno, and cargo xtask build",
)
espeak = pytest.mark.skipif(shutil.which("espeak-ng") is None, reason="espeak-ng is missing; apt-get install espeak-ng")
