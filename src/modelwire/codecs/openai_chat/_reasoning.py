"""
Reasoning text in its four spellings, both ways.

    reasoning_content     DeepSeek, xAI, Zhipu, llama.cpp, Qwen, Moonshot
    reasoning             Groq, OpenRouter, Ollama, vLLM, Together
    reasoning_details     OpenRouter: text, summaries, signatures, encrypted state
    content[].thinking    Mistral

OpenAI itself has none.  A part notes the spelling that it came in, and an encoder of
this dialect repeats it; what came from elsewhere is written only where the profile
names a field.

Source:
    wire/openai_compatible.md section 2 and the recorded cases
    fantasy__testopenroutercommon-grok-tool-streaming-1 and
    ruby_llm__chat-mistral-hybrid-reasoning-replays-thinking-chunks-across-turns-1,
    read 2026-11-21.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from modelwire import ir  # for loss codes, which load when there is a loss
from modelwire.codecs.openai_chat._wire import (
    DIALECT,
    merge_own,
    own_fields,
    spelling_of,
)
from modelwire.ir._parts import ItemRef, Opaque, Part, ReasoningPart, UnknownPart

if TYPE_CHECKING:
    from collections.abc import Iterable

    from modelwire.codecs._losses import LossLog
    from modelwire.codecs._profile import Profile
    from modelwire.codecs._reader import Reader
    from modelwire.ir._base import JSONObject
    from modelwire.ir._loss_codes import LossCode

__all__ = [
    "DETAILS",
    "THINKING",
    "decode_detail",
    "decode_reasoning",
    "decode_thinking",
    "encode_detail",
    "encode_thinking",
    "plain_text",
    "reasoning_form",
    "reasoning_losses",
    "reasoning_text",
    "unwritten_code",
]

DETAILS: Final = "reasoning_details"
"""The spelling of a part that is one entry of that list."""
THINKING: Final = "thinking"
"""The spelling of a part that is an item of `content`."""
_FIELDS: Final = ("reasoning_content", "reasoning")


# --- reading ------------------------------------------------------------------------


def decode_reasoning(left: JSONObject, spelling: JSONObject) -> list[Part]:
    """
    Take the reasoning fields out of a message.

    Args:
        left: What is left of the message.
        spelling: The message's notes; `reasoning` lists the text fields that only
            repeat what the details say.

    Returns:
        The reasoning parts.  The same text in two fields is one part.
    """
    if not ("reasoning_content" in left or "reasoning" in left or DETAILS in left):
        return []
    details: list[Part] = []
    found = left.get(DETAILS)
    if isinstance(found, list) and all(isinstance(item, dict) for item in found):
        del left[DETAILS]
        details = [decode_detail(item) for item in found]
    joined = "".join(reasoning_text(part) for part in details)
    plain: dict[str, list[str]] = {}
    for field in _FIELDS:
        text = left.get(field)
        if text is None:
            left.pop(field, None)
        elif type(text) is str:
            del left[field]
            if details and text == joined:
                spelling.setdefault("reasoning", []).append(field)
            else:
                plain.setdefault(text, []).append(field)
    parts: list[Part] = [
        ReasoningPart(
            text=text, extra={DIALECT: {"$spelling": {"reasoning": list(fields)}}}
        )
        for text, fields in plain.items()
    ]
    return parts + details


def reasoning_text(part: Part) -> str:
    """
    Give the text of one reasoning detail, as OpenRouter joins it in `reasoning`.

    Args:
        part: A part of `decode_detail`.

    Returns:
        Its text, else its summaries, else nothing.
    """
    if not isinstance(part, ReasoningPart):
        return ""
    return part.text if part.text is not None else "".join(part.summaries)


def decode_detail(item: JSONObject) -> Part:
    """
    Read one entry of `reasoning_details`.

    Args:
        item: The parsed object.

    Returns:
        A reasoning part, or an unknown part of the group `reasoning_details`.
    """
    left = {k: v for k, v in item.items() if v is not None}
    kind = left.get("type")
    fields: dict[str, Any] = {}
    if kind == "reasoning.text" and isinstance(left.get("text", ""), str):
        fields["text"] = left.pop("text", None)
        if isinstance(left.get("signature"), str):
            fields["signature"] = Opaque(value=left.pop("signature"), dialect=DIALECT)
    elif kind == "reasoning.summary" and isinstance(left.get("summary"), str):
        fields["summaries"] = (left.pop("summary"),)
    elif kind == "reasoning.encrypted" and isinstance(left.get("data"), str):
        fields["encrypted"] = Opaque(value=left.pop("data"), dialect=DIALECT)
    else:
        return UnknownPart(dialect=DIALECT, raw=item, item=ItemRef(group=DETAILS))
    del left["type"]
    if isinstance(left.get("id"), str):
        fields["details_id"] = left.pop("id")
    left["$spelling"] = {"reasoning": DETAILS}
    return ReasoningPart(extra={DIALECT: left}, **fields)


def decode_thinking(reader: Reader) -> Part | None:
    """
    Read a `thinking` item of `content`.

    Args:
        reader: The item.

    Returns:
        The reasoning; `None` when it holds more than text (Mistral's references).
    """
    left = reader.left
    chunks = left.get("thinking")
    notes: JSONObject = {"reasoning": THINKING}
    if isinstance(chunks, str):
        text = chunks
        notes["thinking"] = "string"
    elif isinstance(chunks, list) and all(_plain_chunk(chunk) for chunk in chunks):
        texts = [chunk["text"] for chunk in chunks]
        text = "".join(texts)
        if len(texts) != 1:
            notes["thinking"] = [len(t) for t in texts]
    else:
        return None
    del left["thinking"], left["type"]
    signature = None
    if isinstance(left.get("signature"), str):
        signature = Opaque(value=left.pop("signature"), dialect=DIALECT)
    rest = {k: v for k, v in left.items() if v is not None}
    rest["$spelling"] = notes
    return ReasoningPart(text=text, signature=signature, extra={DIALECT: rest})


def _plain_chunk(chunk: Any) -> bool:
    return (
        isinstance(chunk, dict)
        and len(chunk) == 2
        and chunk.get("type") == "text"
        and isinstance(chunk.get("text"), str)
    )


# --- writing ------------------------------------------------------------------------


def reasoning_form(
    part: ReasoningPart, profile: Profile
) -> str | tuple[str, ...] | None:
    """
    Say how a reasoning part is written.

    Args:
        part: The part.
        profile: The variant.

    Returns:
        `DETAILS`, `THINKING`, the message fields that carry its text, or `None`:
        it cannot be written.
    """
    noted = spelling_of(part.extra).get("reasoning")
    if noted == DETAILS and _is_detail(part):
        return DETAILS
    if noted == THINKING and part.text is not None:
        return THINKING
    if isinstance(noted, list) and part.text is not None:
        fields = tuple(f for f in noted if f in _FIELDS)
        if fields:
            return fields
    if profile.reasoning_details and _is_detail(part):
        return DETAILS
    field = profile.reasoning_field
    if field is None or (part.text is None and not part.summaries):
        return None
    return THINKING if field == THINKING else (field,)


def _is_detail(part: ReasoningPart) -> bool:
    """Say whether *part* is exactly one of the known details."""
    encrypted = part.encrypted is not None and part.encrypted.dialect == DIALECT
    kinds = (part.text is not None) + bool(part.summaries) + encrypted
    signed = part.signature is not None and part.signature.dialect == DIALECT
    return kinds == 1 or (kinds == 0 and signed)


def encode_detail(part: ReasoningPart) -> JSONObject:
    """
    Write one entry of `reasoning_details`.

    Args:
        part: A part of which `reasoning_form` is `DETAILS`.

    Returns:
        The entry; a signature or encrypted state only of this dialect.
    """
    out: JSONObject
    if part.summaries:
        out = {
            "type": "reasoning.summary",
            "summary": "\n\n".join(filter(None, part.summaries)),
        }
    elif part.encrypted is not None and part.encrypted.dialect == DIALECT:
        out = {"type": "reasoning.encrypted", "data": part.encrypted.value}
    else:
        out = {"type": "reasoning.text"}
        if part.text is not None:
            out["text"] = part.text
        if part.signature is not None and part.signature.dialect == DIALECT:
            out["signature"] = part.signature.value
    if part.details_id is not None:
        out["id"] = part.details_id
    merge_own(out, part.extra)
    return out


def encode_thinking(part: ReasoningPart) -> JSONObject:
    """
    Write a `thinking` item of `content`.

    Args:
        part: A part of which `reasoning_form` is `THINKING`.

    Returns:
        The item.
    """
    text = _joined(part)
    noted = spelling_of(part.extra).get("thinking")
    chunks: Any
    if noted == "string":
        chunks = text
    else:
        chunks = [{"type": "text", "text": piece} for piece in _pieces(text, noted)]
    out: JSONObject = {"type": THINKING, "thinking": chunks}
    if part.signature is not None and part.signature.dialect == DIALECT:
        out["signature"] = part.signature.value
    merge_own(out, part.extra)
    return out


def _pieces(text: str, lengths: Any) -> Iterable[str]:
    """Cut *text* as noted, if the note still fits it."""
    if (
        not isinstance(lengths, list)
        or not all(type(n) is int and n >= 0 for n in lengths)
        or sum(lengths) != len(text)
    ):
        return (text,)
    out: list[str] = []
    at = 0
    for length in lengths:
        out.append(text[at : at + length])
        at += length
    return out


def _joined(part: ReasoningPart) -> str:
    return (
        part.text
        if part.text is not None
        else "\n\n".join(filter(None, part.summaries))
    )


def plain_text(part: ReasoningPart) -> str:
    """
    Give the text that stands in a reasoning field.

    Args:
        part: A part of which `reasoning_form` names fields.

    Returns:
        Its text, else its summaries with blank lines between them.
    """
    return _joined(part)


def unwritten_code(part: ReasoningPart) -> LossCode:
    """
    Name the concept that is lost with a whole part.

    Args:
        part: The part.

    Returns:
        The concept of what the part mainly holds.
    """
    if part.text:
        return ir.LossCode.THINK_TEXT
    if part.summaries:
        return ir.LossCode.THINK_SUMMARY
    if part.redacted is not None:
        return ir.LossCode.THINK_REDACTED
    if part.signature is not None or part.encrypted is not None:
        return ir.LossCode.THINK_SIGNATURE
    return ir.LossCode.THINK_TEXT


def reasoning_losses(
    part: ReasoningPart, form: str | tuple[str, ...], log: LossLog, path: str
) -> bool:
    """
    Record what a part loses although it is written.

    Args:
        part: The part.
        form: How it is written.
        log: Where losses go.
        path: The part's place.

    Returns:
        Whether the summaries became the text, which the caller records: it knows
        where the text will stand.
    """
    became_text = False
    if form == DETAILS:
        if len(part.summaries) > 1:
            log.add(ir.LossCode.THINK_SUMMARY, f"{path}.summaries", "merged")
    else:
        if part.summaries:
            if part.text is None:
                became_text = True
            else:
                log.drop(ir.LossCode.THINK_SUMMARY, f"{path}.summaries")
        if part.encrypted is not None:
            log.drop(ir.LossCode.THINK_SIGNATURE, f"{path}.encrypted")
        if part.details_id is not None:
            log.drop(ir.LossCode.THINK_ITEM_ID, f"{path}.details_id")
    if part.encrypted is not None and form == DETAILS:
        if part.encrypted.dialect != DIALECT:
            log.drop(ir.LossCode.THINK_SIGNATURE, f"{path}.encrypted")
        else:
            _opaque_losses(part.encrypted, log, f"{path}.encrypted")
    if part.signature is not None:
        if (
            part.signature.dialect != DIALECT
            or form not in (DETAILS, THINKING)
            or (
                form == DETAILS
                and part.text is None
                and (part.summaries or part.encrypted is not None)
            )
        ):
            log.drop(ir.LossCode.THINK_SIGNATURE, f"{path}.signature")
        else:
            _opaque_losses(part.signature, log, f"{path}.signature")
    if part.redacted is not None:
        log.drop(ir.LossCode.THINK_REDACTED, f"{path}.redacted")
    if part.extra:
        log.drop_extra(part.extra, path, ir.LossCode.THINK_TEXT)
        if form not in (DETAILS, THINKING):
            for name in own_fields(part.extra):
                if not name.startswith("$"):
                    log.drop_field(ir.LossCode.THINK_TEXT, path, DIALECT, name)
    return became_text


def _opaque_losses(opaque: Opaque, log: LossLog, path: str) -> None:
    """Where an opaque value came from is the caller's knowledge, not the wire's."""
    for name in ("profile", "model"):
        if getattr(opaque, name) is not None:
            log.add(
                ir.LossCode.THINK_SIGNATURE,
                f"{path}.{name}",
                "dropped",
                severity="cosmetic",
            )
