"""Somebody who asks: in place of a microphone, so that the example runs anywhere and always hears the same."""

from typing import Any

from sluice import DataFrame, Node, Output, config, node


@node("example.caller", mode="loop", category="example")
class Caller(Node):
    """Gives texts at their times."""

    text: Output[DataFrame[str]]
    lines: list[dict[str, Any]] = config(description="`atSeconds` and `text`, in order")

    def setup(self) -> None:
        self.rest = list(self.lines)

    def process(self) -> None:
        if not self.rest:
            self.finish()
            return
        if self.is_live and self.now_ns() < self.rest[0]["atSeconds"] * 1e9:
            self.wait_until_ns(self.rest[0]["atSeconds"] * 1e9)
            return
        line = self.rest.pop(0)
        self.text.write_value(line["text"], pts_ns=line["atSeconds"] * 1e9)
