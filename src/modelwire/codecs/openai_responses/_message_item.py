"""
Message items of the model's side: one JSON object from the parts that stand in it.

Source:
    wire/openai_responses.md section 2 (easy and output messages), read 2026-11-21.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final

from modelwire.codecs._losses import LossLog
from modelwire.codecs.openai_responses._annotations import encode_annotation
from modelwire.codecs.openai_responses._content_encode import common_losses
from modelwire.codecs.openai_responses._logprobs import (
    encode_logprobs,
    logprobs_losses,
)
from modelwire.codecs.openai_responses._refs import item_losses, made_ref
from modelwire.codecs.openai_responses._wire import (
    DIALECT,
    merge_own,
    own_fields,
    spelling_of,
)
from modelwire.ir._base import JSONObject
from modelwire.ir._loss_codes import LossCode
from modelwire.ir._parts import Part, RefusalPart, TextPart

__all__ = ["MESSAGE_PARTS", "is_string_form", "message_item", "string_item"]

MESSAGE_PARTS: Final = frozenset({TextPart, RefusalPart})
"""Parts that always stand in a message item."""
_ABOUT: Final = ("item",)
"""Where the first part of a message keeps the message's own unknown fields."""


def is_string_form(part: TextPart) -> bool:
    """
    Say whether a text of the history is written as `"content": "…"`.

    Args:
        part: The text.

    Returns:
        False where it came as a list, has an id, or says more than its text.
    """
    ref = part.item
    if ref is not None and ref.group is not None:
        return False
    if spelling_of(part.extra).get("content") == "string":
        return True
    return (ref is None or ref.id is None) and not part.annotations


def string_item(part: TextPart, path: str, place: str, *, log: LossLog) -> JSONObject:
    """
    Write a text of the history in the short form.

    Args:
        part: The text.
        path: Its place.
        place: Its place in the decoded output.
        log: Where losses go.

    Returns:
        The item.
    """
    ref = part.item
    out: JSONObject = {}
    if part.extra and spelling_of(part.extra).get("message") == "typed":
        out["type"] = "message"
    if ref is not None and ref.id is not None:
        out["id"] = ref.id
    out["role"] = "assistant"
    out["content"] = part.text
    if ref is not None:
        if ref.status is not None:
            out["status"] = ref.status
        if ref.phase is not None:
            out["phase"] = ref.phase
        made = made_ref(ref.id, ref.status, ref.phase)
        item_losses(ref, made, path, place, log)
    for index in range(len(part.annotations)):
        log.drop(LossCode.OUT_ANNOTATIONS_CITATIONS, f"{path}.annotations[{index}]")
    if part.logprobs is not None:
        log.drop(LossCode.RESP_LOGPROBS, f"{path}.logprobs")
    if part.extra:
        _write_about(part, out)
        for name in own_fields(part.extra):
            if not name.startswith("$") and name != "item":
                log.drop_field(LossCode.OUT_TEXT, path, DIALECT, name)
    _never(part, path, log)
    return out


def message_item(
    parts: Sequence[Part],
    path: str,
    start: int,
    *,
    place: Callable[[int], str],
    label: str,
    reply: bool,
    mint: Callable[[str], str],
    log: LossLog,
) -> JSONObject:
    """
    Write a message with a list of content.

    Args:
        parts: The parts that stand in it.
        path: The path of their list in the source.
        start: The number of the first.
        place: Gives the path of each in the decoded output.
        label: What the decoder calls the message where it has no id.
        reply: Whether it is output, which always has an id and a status.
        mint: Makes an id.
        log: Where losses go.

    Returns:
        The item.
    """
    first = parts[0]
    ref = first.item
    ident = None if ref is None else ref.id
    status = None if ref is None else ref.status
    phase = None if ref is None else ref.phase
    grouped = ref is not None and ref.group is not None
    about = own_fields(first.extra).get("item", ()) if first.extra else ()
    if ident is None and "id" not in about and (reply or not grouped):
        ident = mint("message")
    if status is None and "status" not in about and (reply or ident is not None):
        status = "completed"
    out: JSONObject = {}
    if reply or spelling_of(first.extra).get("message") != "untyped":
        out["type"] = "message"
    if ident is not None:
        out["id"] = ident
    out["role"] = "assistant"
    content: list[JSONObject] = []
    out["content"] = content
    if status is not None:
        out["status"] = status
    if phase is not None:
        out["phase"] = phase
    made = made_ref(ident, status, phase, ident or label)
    for number, part in enumerate(parts):
        where, to = f"{path}[{start + number}]", place(number)
        content.append(_content(part, where, to, log, reply=reply))
        item_losses(part.item, made, where, to, log)
        if number and "item" in own_fields(part.extra):
            log.drop(LossCode.OUT_TEXT, f"{where}.extra[{DIALECT!r}].item")
    if first.extra:
        _write_about(first, out)
    return out


def _write_about(part: Part, out: JSONObject) -> None:
    """Write the message's own unknown fields, which its first part keeps."""
    about = own_fields(part.extra).get("item")
    if isinstance(about, dict):
        out.update(about)


def _content(part: Any, path: str, to: str, log: LossLog, *, reply: bool) -> JSONObject:
    """Write one content part."""
    if isinstance(part, TextPart):
        return _text(part, path, to, log, reply=reply)
    if isinstance(part, RefusalPart):
        out: JSONObject = {"type": "refusal", "refusal": part.text}
        merge_own(out, part.extra, _ABOUT)
        _never(part, path, log, LossCode.OUT_REFUSAL)
        return out
    return dict(part.raw)


def _text(
    part: TextPart, path: str, to: str, log: LossLog, *, reply: bool
) -> JSONObject:
    kind = (
        spelling_of(part.extra).get("type", "output_text")
        if part.extra
        else ("output_text")
    )
    out: JSONObject = {"type": kind, "text": part.text}
    annotations: list[JSONObject] = []
    length = len(part.text)
    for index, annotation in enumerate(part.annotations):
        wire = encode_annotation(
            annotation,
            length,
            log,
            path=f"{path}.annotations[{index}]",
            to=f"{to}.annotations[{len(annotations)}]",
        )
        if wire is not None:
            annotations.append(wire)
    if kind == "output_text" or annotations:
        own = own_fields(part.extra)
        if annotations or "annotations" not in own:
            out["annotations"] = annotations
    if part.logprobs is not None:
        out["logprobs"] = encode_logprobs(part.logprobs)
        logprobs_losses(part.logprobs, log, f"{path}.logprobs", f"{to}.logprobs")
    elif reply and "logprobs" not in own_fields(part.extra):
        # OpenAI writes the empty list where none were asked for.
        out["logprobs"] = []
    merge_own(out, part.extra, _ABOUT)
    _never(part, path, log)
    return out


def _never(
    part: Part, path: str, log: LossLog, code: LossCode = LossCode.OUT_TEXT
) -> None:
    """Record what no message of the model's carries."""
    if part.cache is not None:
        log.drop(LossCode.CACHE_BREAKPOINT, f"{path}.cache")
    if part.extra or part.signature is not None:
        common_losses(part, path, code, log, item=False)
