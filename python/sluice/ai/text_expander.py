"""The node ``python.text-expander``."""

from __future__ import annotations

import dataclasses
import re
from typing import Any

from sluice import DataFrame, Input, Node, Output, config, node, port

from ._texts import text_of
from ._values import Text

_FIELD = re.compile(r"\{(\w+)\}")


@dataclasses.dataclass
class Rule:
    """The text that answers texts in which a pattern is found."""

    pattern: str
    text: str


@node(
    "text-expander",
    category="ai",
    description="Answers texts by rules: the first whose pattern is found gives the text, with fields put in.",
    tags=("text", "rules", "template"),
)
class TextExpander(Node):
    text: Input[DataFrame[Any]] = port(
        description="Texts, or objects with `text`; those whose `final` is false are passed over."
    )
    expanded: Output[DataFrame[Text]] = port(description="The object that came, or a new one, with the new `text`.")
    rules: list[Rule] = config(
        [],
        live=True,
        description="`pattern`, and `text` with `{name}` for its groups and the value's fields; `{text}` is the whole.",
    )
    otherwise: str = config(
        "", live=True, description="The text for those that no rule fits; empty: they are passed over."
    )
    ignore_case: bool = config(True, live=True, description="Capital and small letters are alike.")
    figures = ("expanded_texts", "unmatched_texts")

    def setup(self) -> None:
        self._expanded = self._unmatched = 0
        self.configure(set())

    def configure(self, _changed: set[str]) -> None:
        self._rules: list[tuple[re.Pattern[str], str]] = []
        for place, rule in enumerate(self.rules):
            try:
                self._rules.append((re.compile(rule.pattern, re.IGNORECASE if self.ignore_case else 0), rule.text))
            except re.error as error:
                raise ValueError(
                    f'rules[{place}].pattern is "{rule.pattern}", no regular expression: {error}'
                ) from None

    def process(self) -> None:
        for frame in self.text:
            value = frame.value
            text = text_of(value)
            answer = None if text is None else self._answer(text, value)
            if answer is None:
                continue
            given = value if isinstance(value, dict) else {}
            self.expanded.write_value({**given, "text": answer}, pts_ns=frame.pts_ns)
        self.report(expanded_texts=self._expanded, unmatched_texts=self._unmatched)

    def _answer(self, text: str, value: Any) -> str | None:
        fields = {**value, "text": text} if isinstance(value, dict) else {"text": text}
        for pattern, template in self._rules:
            if (found := pattern.search(text)) is not None:
                self._expanded += 1
                groups = {str(place): each or "" for place, each in enumerate(found.groups(), 1)}
                named = {name: each or "" for name, each in found.groupdict().items()}
                return _filled(template, {**fields, **groups, **named})
        self._unmatched += 1
        return _filled(self.otherwise, fields) if self.otherwise else None


def _filled(template: str, fields: dict[str, Any]) -> str:
    def put(found: re.Match[str]) -> str:
        name = found[1]
        if name not in fields:
            raise ValueError(f'a text has "{{{name}}}", which is no field; available: {", ".join(fields)}')
        return str(fields[name])

    return _FIELD.sub(put, template)
