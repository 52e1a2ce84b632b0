"""The node ``python.onnx``."""

from __future__ import annotations

import dataclasses
from collections import deque
from typing import Any

import numpy as np

from sluice import AudioFrame, DataFrame, Frame, Input, Node, Output, PacketFrame, VideoFrame, config, node, port

from ._onnx_session import open_model
from ._tensors import TYPES, picture, row_of, shape_text, sound

_MOST_FIELDS = 64


@dataclasses.dataclass
class _Row:
    """A frame's tensor, until its batch is full."""

    tensor: np.ndarray
    pts_ns: int
    duration_ns: int


@node(
    "onnx",
    category="ai",
    description="Runs a model of ONNX on samples, pictures, records or values, and gives its outputs as values.",
    tags=("model", "tensor", "inference"),
)
class Onnx(Node):
    audio: Input[AudioFrame] = port(
        optional=True, description="For models of samples: the channels are mixed unless it takes them."
    )
    video: Input[VideoFrame] = port(
        optional=True, formats=("rgba8",), description="For models of pictures, which have their size."
    )
    packet: Input[PacketFrame] = port(optional=True, description="For models of records: a row a record.")
    data: Input[DataFrame[Any]] = port(optional=True, description="For others: numbers, lists of numbers, or arrays.")
    result: Output[DataFrame[Any]] = port(
        description="For each frame an object with a flat array by each output of the model."
    )
    records: Output[PacketFrame] = port(
        description="The first output, a record a row, if a row has no more than 64 numbers."
    )
    model: str = config(reaches="path", min_length=1, description="The model's file.")
    input: str = config("", description="The input that has the frames; by default the model's first.")
    fields: list[str] = config([], description="Fields of records, in the model's order; by default all.")
    labels: list[str] = config([], description="Names of the fields of `records`; by default value_0 and so on.")
    constants: dict[str, Any] = config({}, description="Values of other inputs, by name.")
    state: dict[str, str] = config(
        {}, description="Inputs that have an output of the run before, zeros at first: outputs by input."
    )
    batch: int = config(1, minimum=1, maximum=1_024, description="Frames that the model gets at once.")
    scale: float = config(1 / 255, description="Factor for pixels.")
    offset: float = config(0.0, description="Is added to the scaled pixels.")
    threads: int = config(1, minimum=1, maximum=64, description="Threads of the model.")
    figures = ("runs", "frames")

    def setup(self) -> None:
        self._session = open_model(self.model, self.threads)
        inputs = {each.name: each for each in self._session.get_inputs()}
        self._outputs = [each.name for each in self._session.get_outputs()]
        name = self.input or next(iter(inputs))
        others = [name, *self.constants, *self.state]
        for each in others:
            if each not in inputs:
                raise ValueError(f'the model has no input "{each}"; available: {", ".join(inputs)}')
        if missing := [each for each in inputs if each not in others]:
            raise ValueError(f'input "{missing[0]}" of the model has no value; give it by `constants` or `state`')
        self._name, self._shape = name, list(inputs[name].shape)
        self._type = self._type_of(inputs[name])
        self._others = {key: np.asarray(value, self._type_of(inputs[key])) for key, value in self.constants.items()}
        for key, output in self.state.items():
            if output not in self._outputs:
                raise ValueError(f'the model has no output "{output}"; available: {", ".join(self._outputs)}')
            shape = [each if isinstance(each, int) else self.batch for each in inputs[key].shape]
            self._others[key] = np.zeros(shape, self._type_of(inputs[key]))
        self._rows: list[_Row] = []
        self._ready: deque[tuple[_Row, dict[str, np.ndarray]]] = deque()
        self._runs = self._frames = 0

    def process(self) -> None:
        self._drain()
        while not self._ready and self._read():
            self._drain()
        self.report(runs=self._runs, frames=self._frames)

    def flush(self) -> None:
        if self._rows:
            rows, self._rows = self._rows, []
            self._run(rows)
        self._drain()

    def _read(self) -> bool:
        """Takes a frame of whichever input has one."""
        if (block := self.audio.read()) is not None:
            self._take(block, sound(block.samples, self._shape))
        elif (frame := self.video.read()) is not None:
            self._take(frame, picture(frame.pixels, self._shape, self.scale, self.offset))
        elif (records := self.packet.read()) is not None:
            columns = [records[each] for each in self.fields or records.fields]
            self._run([_Row(np.stack(columns, axis=1), records.pts_ns, records.duration_ns)], is_whole=True)
        elif (value := self.data.read()) is not None:
            self._take(value, row_of(value.value, self._shape))
        else:
            return False
        return True

    def _drain(self) -> None:
        while self._ready:
            if not self.may_write():
                self.run_again()
                return
            self._write(*self._ready.popleft())

    def _take(self, frame: Frame, tensor: np.ndarray) -> None:
        self._rows.append(_Row(tensor.astype(self._type), frame.pts_ns, frame.duration_ns))
        if len(self._rows) >= self.batch:
            rows, self._rows = self._rows, []
            self._run(rows)

    def _run(self, rows: list[_Row], is_whole: bool = False) -> None:
        """Runs the model. :param is_whole: the one tensor is the batch"""
        shapes = {row.tensor.shape for row in rows}
        if len(shapes) > 1:
            raise ValueError(
                f"tensors of one batch are alike, and these have the shapes {shapes}; put a rebuffer before the node"
            )
        tensor = rows[0].tensor if is_whole else np.stack([row.tensor for row in rows])
        fits = len(tensor.shape) == len(self._shape) and all(
            not isinstance(wanted, int) or wanted == size
            for wanted, size in zip(self._shape, tensor.shape, strict=True)
        )
        if not fits:
            raise ValueError(
                f"the frames give a tensor of {shape_text(tensor.shape)}, and the model wants "
                f"{shape_text(self._shape)}: scale or rebuffer them before the node, or change `batch`"
            )
        answers = self._session.run(None, {self._name: tensor.astype(self._type, copy=False), **self._others})
        found = dict(zip(self._outputs, answers, strict=True))
        for key, output in self.state.items():
            self._others[key] = found.pop(output)
        self._runs += 1
        self._frames += len(rows)
        for place, row in enumerate(rows):
            own = found if is_whole else {name: each[place : place + 1] for name, each in found.items()}
            self._ready.append((row, own))

    def _write(self, row: _Row, found: dict[str, np.ndarray]) -> None:
        self.result.write_value({name: np.ravel(each) for name, each in found.items()}, pts_ns=row.pts_ns)
        first = next(iter(found.values()), None)
        if first is None or first.ndim == 0 or not np.issubdtype(first.dtype, np.number):
            return
        table = first.reshape(first.shape[0], -1)
        if not 0 < table.shape[1] <= _MOST_FIELDS or table.shape[0] == 0:
            return
        names = [
            *self.labels[: table.shape[1]],
            *(f"value_{place}" for place in range(len(self.labels), table.shape[1])),
        ]
        frame = self.records.acquire(fields=dict.fromkeys(names, "f32"), capacity=table.shape[0])
        for name, column in zip(names, table.T, strict=True):
            frame[name] = column
        frame.set_times(pts_ns=row.pts_ns, duration_ns=row.duration_ns)
        self.records.write(frame)

    @staticmethod
    def _type_of(given: Any) -> type[np.generic]:
        if given.type not in TYPES:
            raise ValueError(f'input "{given.name}" of the model has {given.type}, wanted {", ".join(TYPES)}')
        return TYPES[given.type]
