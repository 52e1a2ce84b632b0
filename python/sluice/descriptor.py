"""The ``SluicePlugin`` of a node type: what the runtime knows a stage by, in memory that is kept alive."""

from __future__ import annotations

import ctypes
from collections.abc import Mapping, Sequence
from typing import Any

from . import stage_abi as abi
from .node_spec import NodeSpec, PortSpec


class Descriptor:
    """A plugin of one stage. It has to live as long as the runtime may call the stage."""

    def __init__(self, spec: NodeSpec, functions: Mapping[str, Any]) -> None:
        """
        Lays the structures out.

        :param functions: the stage's functions by name, as ctypes has them; those that are missing are null
        """
        self._kept: list[Any] = [functions]
        stage = abi.Stage(
            id=spec.id.encode(),
            name=spec.name.encode(),
            version=spec.version.encode(),
            doc=_text(spec.doc),
            config_schema=None if spec.config is None else _text(spec.config),
            inputs=self._ports(spec.inputs),
            outputs=self._ports(spec.outputs),
            figures=(ctypes.c_char_p * len(spec.figures))(*(each.encode() for each in spec.figures)),
            input_count=len(spec.inputs),
            output_count=len(spec.outputs),
            figure_count=len(spec.figures),
            mode=abi.MODES[spec.mode],
            **functions,
        )
        self._plugin = abi.Plugin(
            abi_version=abi.ABI_VERSION,
            size=ctypes.sizeof(abi.Plugin),
            stage_size=ctypes.sizeof(abi.Stage),
            port_size=ctypes.sizeof(abi.Port),
            stages=ctypes.pointer(stage),
            stage_count=1,
        )
        self._kept.append(stage)

    @property
    def address(self) -> int:
        """Address of the ``SluicePlugin``."""
        return ctypes.addressof(self._plugin)

    def _ports(self, ports: Sequence[PortSpec]) -> Any:
        made = (abi.Port * len(ports))(*(self._port(each) for each in ports))
        self._kept.append(made)
        return made

    def _port(self, port: PortSpec) -> abi.Port:
        options = port.options
        formats = (ctypes.c_uint32 * len(options.formats))(*(abi.FORMATS[each] for each in options.formats))
        self._kept.append(formats)
        return abi.Port(
            name=port.name.encode(),
            doc=_text(port.doc),
            schema=None if port.schema is None else _text(port.schema),
            formats=formats,
            format_count=len(options.formats),
            kind=port.kind,
            flags=abi.OPTIONAL if options.optional else 0,
            burst=options.burst,
        )


def _text(text: str) -> bytes:
    return text.replace("\0", "\ufffd").encode("utf-8", "replace")
