"""Nodes that the tests feed graphs with."""

from __future__ import annotations

from typing import Any

import numpy as np

from sluice import AudioFrame, DataFrame, Input, Node, Output, PacketFrame, config, node


@node("test.script", mode="loop", description="Gives values of a list at their times.")
class Script(Node):
    first: Output[DataFrame]
    second: Output[DataFrame]
    lines: list[dict[str, Any]] = config([], description="`port`, `atMs` and `value`, or `zeros`: so many characters")

    def setup(self) -> None:
        self._rest = list(self.lines)
        self._begun_ns = 0

    def process(self) -> None:
        if not self._rest:
            return self.finish()
        due_ns = self._rest[0].get("atMs", 0) * 1_000_000
        if self.is_live:
            self._begun_ns = self._begun_ns or self.now_ns()
            due_ns += self._begun_ns
            if self.now_ns() < due_ns:
                return self.wait_until_ns(due_ns)
        line = self._rest.pop(0)
        value = "word " * (line["zeros"] // 5) if "zeros" in line else line["value"]
        getattr(self, line.get("port", "first")).write_value(value, pts_ns=due_ns)


@node("test.noise", mode="loop", description="Gives noise, or silence.")
class Noise(Node):
    audio: Output[AudioFrame]
    amplitude: float = 0.0
    rate_hz: int = 16_000
    blocks: int = 100
    step_ns: int = 20_000_000

    def setup(self) -> None:
        self._random = np.random.default_rng(1)
        self._count = 0

    def process(self) -> None:
        if self._count >= self.blocks:
            return self.finish()
        size = self.rate_hz // 50
        frame = self.audio.acquire(channels=2, samples=size, rate_hz=self.rate_hz)
        frame.samples[:] = self.amplitude * self._random.standard_normal((2, size))
        frame.set_times(pts_ns=self._count * self.step_ns, duration_ns=20_000_000)
        self.audio.write(frame)
        self._count += 1


@node("test.block-times", description="Tells the times of blocks.")
class BlockTimes(Node):
    audio: Input[AudioFrame]
    block: Output[DataFrame]

    def process(self) -> None:
        for frame in self.audio:
            loudest = float(np.abs(frame.samples).max())
            self.block.write_value([frame.pts_ns, frame.sample_count, frame.rate_hz, loudest])


@node("test.packets", mode="loop", description="Gives records of x and y.")
class Packets(Node):
    packet: Output[PacketFrame]

    def process(self) -> None:
        frame = self.packet.acquire(fields={"x": "f32", "y": "f32", "other": "i32"}, capacity=3)
        frame["x"], frame["y"], frame["other"] = [1, 2, 3], [10, 20, 30], [7, 7, 7]
        self.packet.write(frame)
        self.finish()


@node("test.records", description="Tells the columns of records.")
class Records(Node):
    packet: Input[PacketFrame]
    columns: Output[DataFrame]

    def process(self) -> None:
        for frame in self.packet:
            self.columns.write_value({name: frame[name].tolist() for name in frame.fields})
