"""Value objects to and from plain JSON values, by their type annotations and nothing else.

Reading is strict: unknown keys, wrong types, NaN and infinity are refused with their place, so that
what comes back is exactly what a `Project` may hold.
"""

from __future__ import annotations

import dataclasses
import math
import types
import typing
from collections.abc import Mapping
from enum import StrEnum
from functools import cache
from typing import Any

from blotquant.errors import BlotquantError
from blotquant.flags import Flag


class PlainError(ValueError):
    """A value that does not fit its place; the text names both."""


def to_plain(value: Any) -> Any:
    """Return dataclasses as dicts, tuples as lists, flags as lists of names; the rest as it is.

    Raises `PlainError` on NaN and infinity, which JSON does not have.
    """
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {f.name: to_plain(getattr(value, f.name)) for f in dataclasses.fields(value)}
    if isinstance(value, tuple):
        return [to_plain(v) for v in value]
    if isinstance(value, Flag):
        return [str(f.name) for f in Flag if f in value]
    if isinstance(value, StrEnum):
        return value.value
    if isinstance(value, float) and not math.isfinite(value):
        raise PlainError(f"{value} cannot be stored")
    return value


def from_plain(kind: Any, data: Any, place: str) -> Any:
    """Return `data` as an object of type `kind`; raise `PlainError` naming the place."""
    if dataclasses.is_dataclass(kind):
        return _dataclass(kind, data, place)
    origin = typing.get_origin(kind)
    if origin is tuple:
        return _tuple(typing.get_args(kind), data, place)
    if origin in (types.UnionType, typing.Union):
        return _optional(kind, data, place)
    if kind is Flag:
        return _flags(data, place)
    if isinstance(kind, type) and issubclass(kind, StrEnum):
        return _choice(kind, data, place)
    return _scalar(kind, data, place)


@cache
def _types(kind: type) -> Mapping[str, Any]:
    """Field names and types of a dataclass; cached because resolving annotations is slow."""
    hints = typing.get_type_hints(kind)
    return {f.name: hints[f.name] for f in dataclasses.fields(kind)}


def _dataclass(kind: Any, data: Any, place: str) -> Any:
    if not isinstance(data, dict):
        raise PlainError(f"{place} must be a table of values")
    hints = _types(kind)
    for key in data:
        if key not in hints:
            raise PlainError(f"{place} has an unknown entry {key!r}")
    values = {key: from_plain(hints[key], v, f"{place}.{key}") for key, v in data.items()}
    for f in dataclasses.fields(kind):
        has_default = (
            f.default is not dataclasses.MISSING or f.default_factory is not dataclasses.MISSING
        )
        if f.name not in values and not has_default:
            raise PlainError(f"{place} lacks {f.name!r}")
    try:
        return kind(**values)
    except BlotquantError as error:
        raise PlainError(f"{place}: {error.what_is_wrong}") from error
    except ValueError as error:
        raise PlainError(f"{place}: {error}") from error


def _tuple(kinds: tuple[Any, ...], data: Any, place: str) -> tuple[Any, ...]:
    if not isinstance(data, list):
        raise PlainError(f"{place} must be a list")
    if len(kinds) == 2 and kinds[1] is Ellipsis:
        return tuple(from_plain(kinds[0], v, f"{place}[{i}]") for i, v in enumerate(data))
    if len(data) != len(kinds):
        raise PlainError(f"{place} must have {len(kinds)} values")
    return tuple(
        from_plain(k, v, f"{place}[{i}]") for i, (k, v) in enumerate(zip(kinds, data, strict=True))
    )


def _optional(kind: Any, data: Any, place: str) -> Any:
    inner = [k for k in typing.get_args(kind) if k is not types.NoneType]
    return None if data is None else from_plain(inner[0], data, place)


def _flags(data: Any, place: str) -> Flag:
    if not isinstance(data, list):
        raise PlainError(f"{place} must be a list of flag names")
    flags = Flag.NONE
    for name in data:
        if not isinstance(name, str) or name not in Flag.__members__:
            raise PlainError(f"{place} has an unknown flag {name!r}")
        flags |= Flag[name]
    return flags


def _choice(kind: type[StrEnum], data: Any, place: str) -> StrEnum:
    known = {member.value: member for member in kind}
    if not isinstance(data, str) or data not in known:
        raise PlainError(f"{place} must be one of: {', '.join(known)}")
    return known[data]


def _scalar(kind: Any, data: Any, place: str) -> Any:
    if kind is float and isinstance(data, int | float) and not isinstance(data, bool):
        try:
            number = float(data)
        except OverflowError:
            number = math.inf
        if math.isfinite(number):
            return number
    elif type(data) is kind:
        return data
    nouns = {float: "a finite number", int: "a whole number", str: "text", bool: "true or false"}
    raise PlainError(f"{place} must be {nouns[kind]}")
