"""The node ``python.text-filter``."""

from __future__ import annotations

import re
from typing import Any

from sluice import DataFrame, Input, Node, Output, config, node, port

from ._texts import text_of


@node(
    "text-filter",
    category="ai",
    description="Lets those texts pass, unchanged, that patterns choose and that are long enough.",
    tags=("text", "filter"),
)
class TextFilter(Node):
    text: Input[DataFrame[Any]] = port(
        description="Texts, or objects with `text`; those whose `final` is false do not pass."
    )
    passed: Output[DataFrame[Any]] = port(description="The values that pass.")
    keep: list[str] = config(
        [], live=True, description="Patterns, of which one has to be found; if there are none, all pass."
    )
    drop: list[str] = config([], live=True, description="Patterns, of which none may be found.")
    ignore_case: bool = config(True, live=True, description="Capital and small letters are alike.")
    min_words: int = config(1, minimum=0, maximum=1_000, live=True, description="Fewest words.")
    figures = ("passed_texts", "dropped_texts")

    def setup(self) -> None:
        self._passed = self._dropped = 0
        self.configure(set())

    def configure(self, _changed: set[str]) -> None:
        self._keep = compiled("keep", self.keep, self.ignore_case)
        self._drop = compiled("drop", self.drop, self.ignore_case)

    def process(self) -> None:
        for frame in self.text:
            if self._passes(text_of(frame.value)):
                self._passed += 1
                self.passed.write(frame)
            else:
                self._dropped += 1
        self.report(passed_texts=self._passed, dropped_texts=self._dropped)

    def _passes(self, text: str | None) -> bool:
        if text is None or len(text.split()) < self.min_words:
            return False
        if self._keep and not any(each.search(text) for each in self._keep):
            return False
        return not any(each.search(text) for each in self._drop)


def compiled(key: str, patterns: list[str], ignore_case: bool) -> list[re.Pattern[Any]]:
    """:raises ValueError: if one is no pattern, with the place"""
    made = []
    for place, pattern in enumerate(patterns):
        try:
            made.append(re.compile(pattern, re.IGNORECASE if ignore_case else 0))
        except re.error as error:
            raise ValueError(f'{key}[{place}] is "{pattern}", no regular expression: {error}') from None
    return made
