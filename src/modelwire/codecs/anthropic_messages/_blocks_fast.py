"""
Reading ordinary content blocks quickly: those that fill answers and agents' histories.

Each function reads a block that has the usual fields of its type and no others,
straight from it, and gives `None` for every other: `_blocks` reads those, and would
give the same for these (test_fast_answers.py).  Measured: a call without
its arguments 1.8 us by the general way and 0.6 here, a thought 1.9 and 0.7.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from modelwire.codecs._call_arguments import loose_text
from modelwire.codecs._json import dumps_str
from modelwire.codecs.anthropic_messages._wire import DIALECT, DIRECT
from modelwire.ir._base import JSONObject
from modelwire.ir._fast_values import (
    new_opaque,
    new_reasoning_part,
    new_text_part,
    new_tool_call_part,
    new_tool_result_part,
)
from modelwire.ir._parts import Opaque, Part

__all__ = ["QUICK", "fast_parts", "opaque"]


def opaque(value: str | None) -> Opaque | None:
    """
    Keep a proof of the API.

    Args:
        value: The proof as received; an empty one is none: compatible servers send it.

    Returns:
        The proof; `None`: there is none.
    """
    return new_opaque(value, DIALECT) if value else None


def _quick_text(obj: JSONObject) -> Part | None:
    """Read a `text` of an answer that cites nothing; else `None`."""
    if len(obj) == 3 and obj.get("citations", ...) is None:
        text = obj.get("text")
        if type(text) is str:
            return new_text_part(text)
    return None


def _quick_thinking(obj: JSONObject) -> Part | None:
    """Read a `thinking` of a text and its signature alone; else `None`."""
    if len(obj) == 3:
        text, signature = obj.get("thinking"), obj.get("signature")
        if type(text) is str and type(signature) is str:
            return new_reasoning_part(text, signature=opaque(signature))
    return None


def _quick_call(obj: JSONObject) -> Part | None:
    """Read a `tool_use` of the usual fields; else `None`."""
    if len(obj) == 4 or (len(obj) == 5 and obj.get("caller") == DIRECT):
        id_, name, value = obj.get("id"), obj.get("name"), obj.get("input")
        if type(id_) is str and type(name) is str and type(value) is dict:
            return new_tool_call_part(id_, name, dumps_str(value))
    return None


def _quick_result(obj: JSONObject) -> Part | None:
    """Read a `tool_result` of an id and a text alone; else `None`."""
    if len(obj) == 3:
        call_id, content = obj.get("tool_use_id"), obj.get("content")
        if type(call_id) is str and type(content) is str:
            return new_tool_result_part(call_id, None, (new_text_part(content),))
    return None


QUICK: Final[dict[str, Callable[[JSONObject], Part | None]]] = {
    "text": _quick_text,
    "thinking": _quick_thinking,
    "tool_use": _quick_call,
    "tool_result": _quick_result,
}
"""By the type of block."""


def fast_parts(blocks: list[Any]) -> list[Part] | None:
    """
    Read the content of an answer of texts, thoughts and calls.

    It asks what the functions above ask, but for arguments, which must be exact; it is
    written out, because the calls of them cost 3 % of a short answer.

    Args:
        blocks: The array as `loads_loosely` parsed it.

    Returns:
        The parts; `None` when anything about them is not usual.
    """
    parts: list[Part] = []
    for block in blocks:
        if type(block) is not dict:
            return None
        kind, size = block.get("type"), len(block)
        if kind == "tool_use":
            id_, name, value = block.get("id"), block.get("name"), block.get("input")
            if (
                type(id_) is not str
                or type(name) is not str
                or type(value) is not dict
                or (size != 4 and (size != 5 or block.get("caller") != DIRECT))
            ):
                return None
            arguments = loose_text(value)
            if arguments is None:
                return None
            parts.append(new_tool_call_part(id_, name, arguments))
        elif kind == "text":
            text = block.get("text")
            if type(text) is not str or (
                size != 2 and (size != 3 or block.get("citations", ...) is not None)
            ):
                return None
            parts.append(new_text_part(text))
        elif kind == "thinking":
            text, signature = block.get("thinking"), block.get("signature")
            if size != 3 or type(text) is not str or type(signature) is not str:
                return None
            parts.append(new_reasoning_part(text, signature=opaque(signature)))
        else:
            return None
    return parts
