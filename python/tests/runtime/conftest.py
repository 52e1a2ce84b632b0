"""A runtime for each test, with the ``sluice serve`` of this checkout."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

pytest.importorskip("websockets")

from sluice.runtime import Runtime  # noqa: E402


@pytest.fixture
def runtime() -> Iterator[Runtime]:
    """An empty live graph."""
    with Runtime() as made:
        yield made
