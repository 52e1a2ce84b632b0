"""The description of a node type, read from its class: identity, ports, configuration, commands and figures."""

from __future__ import annotations

import builtins
import dataclasses
import inspect
import re
import sys
import typing
from typing import Any, ClassVar

from . import stage_abi as abi
from .attribute_docs import attribute_docs
from .config_schema import ConfigField, ConfigOptions, field_of, schema_text
from .errors import ConfigError
from .frame import Frame
from .node import Node
from .ports import Input, Output, PortOptions

_ID = re.compile(r"[a-z][a-z0-9-]*(\.[a-z][a-z0-9-]*)+")
_KEPT = "__sluice_declared__"
_PORT = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,63}")


@dataclasses.dataclass(frozen=True)
class PortSpec:
    """A port of a node type."""

    name: str
    kind: int
    schema: str | None
    """Data: the name of the value's type; ``None`` for any."""
    options: PortOptions
    doc: str


@dataclasses.dataclass(frozen=True)
class NodeSpec:
    """A node type."""

    id: str
    name: str
    version: str
    doc: str
    category: str
    tags: tuple[str, ...]
    mode: str
    inputs: tuple[PortSpec, ...]
    outputs: tuple[PortSpec, ...]
    fields: tuple[ConfigField, ...]
    commands: dict[str, str]
    figures: tuple[str, ...]

    @property
    def config(self) -> str | None:
        """The JSON Schema of its configuration, as text."""
        accepts = {port.name: port.options.accepts for port in self.inputs if port.options.accepts}
        return schema_text(self.fields, accepts, self.commands)


def spec_of(
    made: type, written: type, name: str, category: str, description: str, mode: str, version: str, tags: tuple[str, ...]
) -> NodeSpec:
    """
    Describes a decorated class, and puts the defaults of its configuration in the place of what declares them.

    :param made: the class that is to have the description
    :param written: the class as it was written
    :raises ConfigError: if something is declared wrongly
    """
    where = written.__name__
    identity, shown = _identity(where, name)
    if mode not in abi.MODES:
        raise ConfigError(f'Cannot declare {where}: its mode is "{mode}", wanted {", ".join(abi.MODES)}')
    if not callable(getattr(made, "process", None)):
        raise ConfigError(f"Cannot declare {where}: it has no method process()")
    inputs: list[PortSpec] = []
    outputs: list[PortSpec] = []
    fields: list[ConfigField] = []
    kept: dict[str, ConfigOptions] = {}
    for key, annotation, given, doc in _declared(made):
        direction = typing.get_origin(annotation) or annotation
        if direction in (Input, Output):
            ports = inputs if direction is Input else outputs
            ports.append(_port(where, key, annotation, given, doc))
        elif isinstance(direction, type) and issubclass(direction, Frame):
            raise ConfigError(
                f"Cannot declare {where}.{key}: {direction.__name__} is no port; write Input[{direction.__name__}] or "
                f"Output[{direction.__name__}]"
            )
        elif _has(made, key):
            field = field_of(where, key, annotation, given, doc)
            fields.append(field)
            if isinstance(given, ConfigOptions):
                kept[key] = given
                setattr(made, key, field.own_default())
    # A class that extends this one finds what was declared, and not the default that stands in its place.
    setattr(made, _KEPT, kept)
    figures = tuple(getattr(made, "figures", ()))
    if len(figures) > abi.MAX_FIGURES or any(not _PORT.fullmatch(str(each)) for each in figures):
        raise ConfigError(f"Cannot declare {where}: figures are {figures!r}, wanted at most {abi.MAX_FIGURES} names")
    if taken := [each for each in figures if each in {port.name for port in (*inputs, *outputs)}]:
        raise ConfigError(f'Cannot declare {where}: "{taken[0]}" is a figure and a port; rename the figure')
    commands = {
        key: method.__sluice_command__
        for key, method in inspect.getmembers(made, inspect.isfunction)
        if hasattr(method, "__sluice_command__")
    }
    doc = description or inspect.cleandoc(written.__doc__ or "")
    return NodeSpec(
        identity, shown, version, doc, category, tags, mode, tuple(inputs), tuple(outputs), tuple(fields), commands, figures
    )


def _identity(where: str, name: str) -> tuple[str, str]:
    """The name in graph files, and the one for people."""
    wanted = 'lower-case letters, digits and "-" between dots, such as "com.example.gain", at most 64'
    if "." in name:
        identity = name
    else:
        words = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|[\s_]+", "-", name or where)
        identity = f"python.{words.lower()}"
    if not _ID.fullmatch(identity) or len(identity) > 64:
        raise ConfigError(f'Cannot declare {where}: its name is "{name or where}", wanted {wanted}')
    words = identity.rpartition(".")[2].replace("-", " ")
    return identity, words[0].upper() + words[1:]


def _declared(made: type) -> list[tuple[str, Any, Any, str]]:
    """Names, annotations, values (``None`` for none) and docs of what a class and its bases declare, bases first."""
    found: dict[str, tuple[str, Any, Any, str]] = {}
    for base in reversed(made.__mro__):
        own = _annotations(base)
        if base is Node:
            continue
        docs = attribute_docs(base) if own else {}
        for key, annotation in own.items():
            if key.startswith("_") or key == "figures":
                continue
            annotation = _resolved(base, key, annotation)
            if annotation is ClassVar or typing.get_origin(annotation) is ClassVar:
                continue
            found[key] = (key, annotation, _given(made, key), docs.get(key, ""))
    return list(found.values())


def _annotations(base: type) -> dict[str, Any]:
    """The annotations of a class itself, of which those may be texts that are not evaluated yet."""
    if sys.version_info >= (3, 14):
        import annotationlib

        return annotationlib.get_annotations(base, format=annotationlib.Format.FORWARDREF)
    return base.__dict__.get("__annotations__", {})


def _resolved(base: type, key: str, annotation: Any) -> Any:
    if not isinstance(annotation, str):
        return annotation
    module = sys.modules.get(base.__module__)
    try:
        return eval(annotation, {}, _Names({**vars(builtins), **vars(module or builtins), **vars(base)}))  # noqa: S307
    except Exception as error:
        raise ConfigError(f"Cannot declare {base.__name__}.{key}: its annotation cannot be read: {error}") from None


class _Names(dict):  # type: ignore[type-arg]
    """Names that an annotation uses. One that is only imported for type checkers stands for itself."""

    def __missing__(self, name: str) -> Any:
        return typing.ForwardRef(name)


def _port(where: str, key: str, annotation: Any, given: Any, doc: str) -> PortSpec:
    place = f"{where}.{key}"
    if not _PORT.fullmatch(key):
        raise ConfigError(f'Cannot declare {place}: a port is named by 1 to 64 letters, digits or "_"')
    if given is not None and not isinstance(given, PortOptions):
        raise ConfigError(f"Cannot declare {place}: its value is {given!r}, wanted port(…)")
    arguments = typing.get_args(annotation)
    frame = (typing.get_origin(arguments[0]) or arguments[0]) if arguments else None
    if not (isinstance(frame, type) and issubclass(frame, Frame) and frame.kind):
        names = "AudioFrame, VideoFrame, EncodedFrame, PacketFrame or DataFrame"
        raise ConfigError(f"Cannot declare {place}: it says not which frames it carries; write Input[…] of {names}")
    options = given or PortOptions()
    values = typing.get_args(arguments[0])
    return PortSpec(key, frame.kind, _value_name(values[0]) if values else None, options, options.description or doc)


def _value_name(argument: Any) -> str | None:
    if argument is Any or isinstance(argument, typing.TypeVar):
        return None
    if isinstance(argument, typing.ForwardRef):
        return argument.__forward_arg__
    if isinstance(argument, type) and typing.get_origin(argument) is None:
        return _NAMES.get(argument, argument.__name__)
    return str(argument)


# The names that the same types have in TypeScript.
_NAMES: dict[type, str] = {str: "string", float: "number", int: "number", bool: "boolean"}


def _has(made: type, key: str) -> bool:
    return any(key in base.__dict__ for base in made.__mro__)


def _given(made: type, key: str) -> Any:
    """The value that an annotation was given; ``None`` if there is none."""
    for base in made.__mro__:
        if key in base.__dict__:
            return base.__dict__.get(_KEPT, {}).get(key, base.__dict__[key])
    return None
