"""
The payload of an envelope: steps as JSON, and back.

`pack` and `unpack` are each other's inverse; `unpack` takes nothing that `pack` does
not give.  JSON keeps everything that stands in a part as it was.  `Sealer` puts
payloads into envelopes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, Final, Literal, TypeAlias

import attrs

from modelwire.adapt._carrier_envelope import seal, sealed_size
from modelwire.adapt._carrier_steps import OPAQUE_FIELDS, Step
from modelwire.codecs._json import MAX_DEPTH, dumps, loads
from modelwire.errors import RemoteProtocolError
from modelwire.ir._base import Extra, JSONObject
from modelwire.ir._parts import (
    CacheBreakpoint,
    CompactionPart,
    ItemRef,
    Opaque,
    ReasoningPart,
    TextPart,
)

__all__ = ["Sealer", "pack", "unpack"]

_PARTS: Final[dict[str, type]] = {
    "reasoning": ReasoningPart,
    "compaction": CompactionPart,
    "text": TextPart,
}
_NAMES: Final = {cls: name for name, cls in _PARTS.items()}
_COUNTED: Final[tuple[Literal["text", "call", "message"], ...]] = (
    "text",
    "call",
    "message",
)

Reader: TypeAlias = Callable[[Any], Any]


class _Refused(Exception):  # noqa: N818 - it never leaves this module
    """The payload is none of ours."""


def pack(steps: Iterable[Step]) -> bytes:
    """
    Write steps as a payload.

    Args:
        steps: The steps, in order.

    Returns:
        UTF-8.
    """
    return dumps([_pack_step(step) for step in steps])


def _pack_step(step: Step) -> JSONObject:
    if step.part is not None:
        out: JSONObject = {"part": _NAMES[type(step.part)], **_pack_node(step.part)}
    else:
        out = {step.kind: step.count}
        if step.signature is not None:
            out["signature"] = _pack_node(step.signature)
        if step.extra:
            out["extra"] = step.extra
    if step.id is not None:
        out["id"] = step.id
    for name in ("back", "shown"):
        if getattr(step, name):
            out[name] = True
    return out


def _pack_node(node: Any) -> JSONObject:
    """Write the fields that say something; tuples hold texts only."""
    out: JSONObject = {}
    for field in attrs.fields(type(node)):
        value = getattr(node, field.name)
        if value is None or value in ((), {}):
            continue
        if attrs.has(type(value)):
            value = _pack_node(value)
        out[field.name] = list(value) if isinstance(value, tuple) else value
    return out


def unpack(payload: bytes) -> tuple[Step, ...] | None:
    """
    Read a payload.

    Args:
        payload: What `unseal` gave.

    Returns:
        The steps; `None` when it is not what `pack` writes.
    """
    try:
        # A part's own JSON stands a few levels inside ours.
        wire = loads(payload, max_depth=MAX_DEPTH + 8)
        if type(wire) is not list:
            return None
        return tuple(_unpack_step(item) for item in wire)
    except (RemoteProtocolError, _Refused):
        return None


def _unpack_step(wire: Any) -> Step:
    if type(wire) is not dict:
        raise _Refused
    left = dict(wire)
    back, shown = _flag(left.pop("back", False)), _flag(left.pop("shown", False))
    if "part" in left:
        cls = _PARTS.get(_text(left.pop("part")))
        if cls is None:
            raise _Refused
        part = _unpack_node(cls, left)
        return Step(kind="part", part=part, back=back, shown=shown)
    kind = _kind(left)
    fields: dict[str, Any] = {"count": _count(left.pop(kind))}
    for name, read in (("signature", _opaque), ("extra", _extra), ("id", _text)):
        if name in left:
            fields[name] = read(left.pop(name))
    if left:
        raise _Refused
    return Step(kind=kind, back=back, shown=shown, **fields)


def _kind(wire: JSONObject) -> Literal["text", "call", "message"]:
    for kind in _COUNTED:
        if kind in wire:
            return kind
    raise _Refused


def _unpack_node(cls: type, wire: JSONObject) -> Any:
    known = {field.name for field in attrs.fields(cls)}
    if not known.issuperset(wire):
        raise _Refused
    fields = {name: _READERS.get(name, _no)(value) for name, value in wire.items()}
    if cls is TextPart:
        fields.setdefault("text", "")
    try:
        return cls(**fields)
    except TypeError:  # a required field is missing
        raise _Refused from None


def _no(_value: Any) -> Any:
    raise _Refused


def _text(value: Any) -> str:
    if type(value) is not str:
        raise _Refused
    return value


def _flag(value: Any) -> bool:
    if type(value) is not bool:
        raise _Refused
    return value


def _count(value: Any) -> int:
    if type(value) is not int or value < 0:
        raise _Refused
    return value


def _texts(value: Any) -> tuple[str, ...]:
    if type(value) is not list:
        raise _Refused
    return tuple(_text(item) for item in value)


def _extra(value: Any) -> Extra:
    if type(value) is not dict or not all(type(v) is dict for v in value.values()):
        raise _Refused
    return value


def _node(cls: type) -> Reader:
    def read(value: Any) -> Any:
        if type(value) is not dict:
            raise _Refused
        return _unpack_node(cls, value)

    return read


_opaque: Final = _node(Opaque)

_READERS: Final[dict[str, Reader]] = {
    **dict.fromkeys(OPAQUE_FIELDS, _opaque),
    **dict.fromkeys(
        ("text", "details_id", "value", "dialect", "profile", "model", "ttl"), _text
    ),
    **dict.fromkeys(("id", "status", "phase", "group"), _text),
    "summaries": _texts,
    "item": _node(ItemRef),
    "cache": _node(CacheBreakpoint),
    "extra": _extra,
}
"""How each field of a part, an opaque value or an item is read."""


# --- sealing ------------------------------------------------------------------------


class Sealer:
    """
    Seals steps for one response, within its bound.

    Args:
        max_bytes: Most characters of one envelope, and of all together.
        key: See `seal`.
        standard: See `seal`.
    """

    __slots__ = ("_key", "_standard", "left", "most")

    def __init__(self, max_bytes: int, key: bytes, *, standard: bool) -> None:
        self.most = max_bytes
        """Most characters of one envelope."""
        self.left = max_bytes
        """Characters that envelopes of this response may still have."""
        self._key = key
        self._standard = standard

    def seal(self, steps: Iterable[Step], *, script: bool) -> str | None:
        """
        Seal steps.

        Args:
            steps: The steps, in order.
            script: The placement.

        Returns:
            The envelope; `None` when there is no room for it.
        """
        payload = pack(steps)
        size = sealed_size(len(payload))
        if size > self.left:
            return None
        self.left -= size
        return seal(payload, script=script, key=self._key, standard=self._standard)
