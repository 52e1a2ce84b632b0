"""
The encoding of values, in which data frames travel (``docs/values.md``).

======================  ============================================================================
JavaScript              Python
======================  ============================================================================
number                  ``int`` where it is whole, else ``float``
bigint                  ``int``; one of more than 53 bits becomes a bigint
string, boolean         ``str``, ``bool``
undefined, null         ``None``, which becomes null
object                  ``dict`` with texts as keys; also dataclasses
array                   ``list``; also tuples; a place without a value is ``None``
Map                     :class:`Map`, a ``dict``; so becomes a ``dict`` with other keys than texts
Set                     ``set``; also ``frozenset``
Date                    ``datetime`` with a time zone; an invalid one is ``None``
ArrayBuffer             ``bytes``; also ``bytearray``
typed array, DataView   a ``numpy`` array of one axis, read-only; ``memoryview``
RegExp, Error           :class:`RegExp`, :class:`ValueOfError`; exceptions become errors
======================  ============================================================================

An object that a value holds twice is the same object afterwards.
"""

from __future__ import annotations

from .value_reader import decode
from .value_types import Map, RegExp, ValueOfError
from .value_writer import encode

__all__ = ["Map", "RegExp", "ValueOfError", "decode", "encode"]
