"""
Configuration of nodes: fields of the class in the style of dataclasses, and the JSON Schema that their types give. The
runtime checks each value by the schema before a node has it.
"""

from __future__ import annotations

import copy
import dataclasses
import enum
import json
import math
import pathlib
import types
import typing
from collections.abc import Callable, Sequence
from typing import Any, Literal

from .errors import ConfigError
from .json_text import to_json

_NOTHING = dataclasses.MISSING

_WORDS = {
    "minimum": "minimum",
    "maximum": "maximum",
    "exclusive_minimum": "exclusiveMinimum",
    "exclusive_maximum": "exclusiveMaximum",
    "multiple_of": "multipleOf",
    "min_length": "minLength",
    "max_length": "maxLength",
    "pattern": "pattern",
    "min_items": "minItems",
    "max_items": "maxItems",
    "examples": "examples",
    "unit": "x-unit",
    "reaches": "x-reaches",
}


class ConfigOptions:
    """The options that :func:`config` gives a field."""

    __slots__ = ("default", "description", "live", "words")

    def __init__(self, default: Any, live: bool, description: str, words: dict[str, Any]) -> None:
        self.default = default
        self.live = live
        self.description = description
        self.words = words


def config(
    default: Any = _NOTHING,
    *,
    live: bool = False,
    description: str = "",
    minimum: float | None = None,
    maximum: float | None = None,
    exclusive_minimum: float | None = None,
    exclusive_maximum: float | None = None,
    multiple_of: float | None = None,
    min_length: int | None = None,
    max_length: int | None = None,
    pattern: str | None = None,
    min_items: int | None = None,
    max_items: int | None = None,
    examples: Sequence[Any] | None = None,
    unit: str | None = None,
    reaches: Literal["path", "url", "host", "command"] | None = None,
) -> Any:
    """
    Declares a field of the configuration, beside its annotation: ``gain_db: float = config(0.0, minimum=-60)``.

    :param default: its value if a graph gives none; without it, a graph has to give one
    :param live: it may change while the node runs; ``configure()`` is called afterwards
    :param description: what it is, in a sentence
    :param minimum: least number, as JSON Schema has it; the same goes for the others
    :param unit: the unit for people, such as ``dB``
    :param reaches: what a text names outside of the graph
    """
    given = locals()
    words = {word: given[name] for name, word in _WORDS.items() if given[name] is not None}
    return ConfigOptions(default, live, description, words)


@dataclasses.dataclass(frozen=True)
class ConfigField:
    """A field of a node's configuration."""

    name: str
    schema: dict[str, Any]
    default: Any
    """``MISSING`` if a graph has to give a value."""
    live: bool
    is_text: bool
    """``True`` if the runtime has its value as plain text, and not as JSON or a number."""
    read: Callable[[Any], Any]
    """Makes the value of the field from that of JSON."""

    def own_default(self) -> Any:
        """The default, which no other instance has; ``None`` if there is none."""
        return None if self.default is _NOTHING else copy.deepcopy(self.default)


def field_of(where: str, name: str, annotation: Any, given: Any, doc: str = "") -> ConfigField:
    """
    Returns the field of an annotation with its value.

    :param where: the class, for messages
    :param given: a default, or what :func:`config` has made
    :raises ConfigError: if the type has no JSON Schema, or the default is none of the type
    """
    options = given if isinstance(given, ConfigOptions) else ConfigOptions(given, False, "", {})
    place = f"{where}.{name}"
    schema, read = _schema_of(place, annotation)
    schema = {**schema, **options.words}
    description = options.description or doc
    if description:
        schema["description"] = description
    default = options.default
    if default is not _NOTHING and default is not None:
        try:
            schema["default"] = json.loads(to_json(_plain(default)))
        except (TypeError, ValueError) as error:
            raise ConfigError(f"Cannot declare {place}: its default has no JSON form: {error}") from None
        least, most = schema.get("minimum", -math.inf), schema.get("maximum", math.inf)
        if isinstance(default, (int, float)) and not least <= default <= most:
            raise ConfigError(f"Cannot declare {place}: its default is {default}, wanted {least} to {most}")
    elif default is None and not _takes_none(annotation):
        raise ConfigError(f"Cannot declare {place}: its default is None; annotate it as one that may be None")
    if options.live:
        schema["x-live"] = True
    return ConfigField(name, schema, default, options.live, _is_text(schema), read)


def schema_text(
    fields: Sequence[ConfigField], accepts: dict[str, Any] | None = None, commands: dict[str, str] | None = None
) -> str | None:
    """Returns the JSON Schema of a whole configuration, as the runtime reads it; ``None`` if it says nothing."""
    required = [field.name for field in fields if field.default is _NOTHING]
    whole: dict[str, Any] = {"properties": {field.name: field.schema for field in fields}}
    if required:
        whole["required"] = required
    if accepts:
        whole["x-accepts"] = accepts
    if commands:
        whole["x-commands"] = commands
    return to_json(whole) if fields or len(whole) > 1 else None


_Read = Callable[[Any], Any]


def _same(value: Any) -> Any:
    return value


_PLAIN: dict[Any, tuple[str, _Read]] = {
    bool: ("boolean", bool),
    int: ("integer", int),
    float: ("number", float),
    str: ("string", _same),
    list: ("array", _same),
    dict: ("object", _same),
}


def _schema_of(place: str, annotation: Any) -> tuple[dict[str, Any], _Read]:
    if annotation is Any:
        return {}, _same
    if annotation in _PLAIN:
        type_, read = _PLAIN[annotation]
        return ({"type": type_, **({"additionalProperties": True} if annotation is dict else {})}, read)
    origin, arguments = typing.get_origin(annotation), typing.get_args(annotation)
    if origin is Literal:
        return _enum(arguments), _same
    if origin in (typing.Union, types.UnionType) and len(arguments) == 2 and type(None) in arguments:
        other = arguments[1] if arguments[0] is type(None) else arguments[0]
        # Nothing is what a graph leaves out.
        return _schema_of(place, other)
    if origin in (list, Sequence, typing.get_origin(Sequence[int])):
        items, read = _schema_of(place, arguments[0])
        return {"type": "array", "items": items}, lambda value: [read(each) for each in value]
    if origin is tuple and len(arguments) == 2 and arguments[1] is ...:
        items, read = _schema_of(place, arguments[0])
        return {"type": "array", "items": items}, lambda value: tuple(read(each) for each in value)
    if origin is dict and arguments[0] is str:
        values, read = _schema_of(place, arguments[1])
        schema = {"type": "object", "additionalProperties": values}
        return schema, lambda value: {key: read(each) for key, each in value.items()}
    if isinstance(annotation, type) and dataclasses.is_dataclass(annotation):
        return _object(place, annotation)
    if isinstance(annotation, type) and issubclass(annotation, enum.Enum):
        return _enum(tuple(each.value for each in annotation)), annotation
    if annotation is pathlib.Path:
        return {"type": "string", "x-reaches": "path"}, pathlib.Path
    if isinstance(annotation, typing.ForwardRef):
        raise ConfigError(f'Cannot declare {place}: there is no type "{annotation.__forward_arg__}" here')
    name = getattr(annotation, "__name__", str(annotation))
    raise ConfigError(
        f"Cannot declare {place}: a configuration has no values of type {name}; use float, int, bool, str, Path, Literal, "
        "an Enum, list, dict or a dataclass, or begin the name with _ if it is no configuration"
    )


def _enum(choices: tuple[Any, ...]) -> dict[str, Any]:
    names = {str: "string", bool: "boolean", int: "integer", float: "number"}
    found = {names.get(type(choice)) for choice in choices}
    schema: dict[str, Any] = {"enum": list(choices)}
    if len(found) == 1 and None not in found:
        schema = {"type": found.pop(), **schema}
    return schema


def _object(place: str, type_: Any) -> tuple[dict[str, Any], _Read]:
    hints = typing.get_type_hints(type_)
    properties, required, readers = {}, [], {}
    for field in dataclasses.fields(type_):
        default = field.default if field.default_factory is _NOTHING else field.default_factory()
        made = field_of(place, field.name, hints[field.name], default)
        properties[field.name], readers[field.name] = made.schema, made.read
        if default is _NOTHING:
            required.append(field.name)

    def read(value: Any) -> Any:
        return type_(**{key: readers[key](each) for key, each in value.items()})

    return {"type": "object", "properties": properties, "required": required, "additionalProperties": False}, read


def _takes_none(annotation: Any) -> bool:
    return annotation is Any or type(None) in typing.get_args(annotation)


def _plain(value: Any) -> Any:
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return dataclasses.asdict(value)
    if isinstance(value, (list, tuple)):
        return [_plain(each) for each in value]
    return str(value) if isinstance(value, pathlib.Path) else value


def _is_text(schema: dict[str, Any]) -> bool:
    return schema.get("type") == "string" or any(isinstance(each, str) for each in schema.get("enum", ()))
