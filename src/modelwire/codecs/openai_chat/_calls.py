"""
Tool calls and audio of an assistant message, from the IR to JSON.

It takes one part and gives its wire object; where it stands in the message is the
knowledge of `_assistant_encode`.

Source:
    wire/openai_chat.md sections 2 and 5, read 2026-11-21.
"""

from __future__ import annotations

from typing import Any

from modelwire.codecs._json import loads
from modelwire.codecs._losses import LossLog
from modelwire.codecs._part_codes import call_code
from modelwire.codecs.openai_chat._slots import Slots
from modelwire.codecs.openai_chat._wire import DIALECT, merge_own, spelling_of
from modelwire.errors import RemoteProtocolError
from modelwire.ir._base import JSONObject
from modelwire.ir._loss_codes import LossCode
from modelwire.ir._parts import AudioPart, Base64Source, ToolCallPart

__all__ = [
    "audio_object",
    "call_arguments",
    "call_losses",
    "call_object",
    "object_or_text",
    "sign_call",
]


def call_losses(part: ToolCallPart, path: str, log: LossLog) -> None:
    """
    Record what a call may carry and this dialect never does.

    Args:
        part: The call.
        path: Its place.
        log: Where losses go.
    """
    if part.cache is not None:
        log.drop(LossCode.CACHE_BREAKPOINT, f"{path}.cache")
    if part.item is not None:
        log.drop(LossCode.THINK_ITEM_ID, f"{path}.item")
    if part.extra:
        log.drop_extra(part.extra, path, LossCode.OUT_TOOL_CALL)


def call_object(
    part: ToolCallPart, ident: str, name: str, log: LossLog, path: str
) -> JSONObject:
    """
    Write an entry of `tool_calls`.

    Args:
        part: The call.
        ident: Its id on the wire.
        name: Its name on the wire.
        log: Where losses go.
        path: Its place.

    Returns:
        The entry; a call of a provider's own tool becomes a function's.
    """
    out: JSONObject = {"id": ident}
    if part.kind == "custom":
        out["type"] = "custom"
        out["custom"] = {"name": name, "input": part.arguments}
    else:
        if part.kind != "function":
            log.approximate(call_code(part.kind), f"{path}.kind", "became a function")
            if not name:
                name = part.kind
                log.approximate(LossCode.OUT_TOOL_CALL, f"{path}.name")
        out["type"] = "function"
        out["function"] = {"name": name, "arguments": call_arguments(part)}
    merge_own(out, part.extra)
    return out


def sign_call(
    entry: JSONObject | None,
    part: ToolCallPart,
    path: str,
    log: LossLog,
    *,
    slots: Slots,
    slot: int,
) -> None:
    """
    Put a call's signature where Gemini's endpoint for OpenAI clients wants it back.

    In a whole answer the signature is an unknown field of the call and stays one; only
    a stream that has it in a later piece of the call makes it the part's signature.

    Args:
        entry: The entry of `tool_calls`, which gets it; `None`: there is none.
        part: The call.
        path: Its place.
        log: Where losses go.
        slots: The parts of the output.
        slot: The call among them.

    Source:
        pydantic-ai__test-openai-test-compatible-api-with-tool-calls-without-id;
        test_S05_thought_signature_is_carried.
    """
    signature = part.signature
    if signature is None:
        return
    code = LossCode.TOOL_CALL_THOUGHT_SIGNATURE
    content = {} if entry is None else entry.get("extra_content", {})
    google = content.get("google", {}) if type(content) is dict else None
    if entry is None or signature.dialect != DIALECT or type(google) is not dict:
        log.drop(code, f"{path}.signature")
        return
    google = {**google, "thought_signature": signature.value}
    entry["extra_content"] = {**content, "google": google}
    to = f".extra[{DIALECT!r}].extra_content"
    slots.defer(slot, to, code, "moved", path=f"{path}.signature")


def call_arguments(part: ToolCallPart) -> Any:
    """
    Write the arguments of a function's call.

    Args:
        part: The call.

    Returns:
        The text, or the object where a server sent one (Mistral).  Empty text means
        no arguments, which is `{}` on the wire: strict readers parse it (acceptance
        row T12).
    """
    text = part.arguments
    noted = spelling_of(part.extra).get("arguments")
    if not text:
        return text if noted == "empty" else "{}"
    return object_or_text(text) if noted == "object" else text


def object_or_text(text: str) -> Any:
    """
    Give back an object that stands as text in the IR.

    Args:
        text: The text.

    Returns:
        The object; *text* itself where it is none any more.
    """
    try:
        parsed = loads(text)
    except RemoteProtocolError:
        return text
    return parsed if isinstance(parsed, dict) else text


def audio_object(part: AudioPart) -> JSONObject:
    """
    Write the `audio` of a message.

    Args:
        part: The audio.

    Returns:
        The object, with the fields that the part has.
    """
    out: JSONObject = {}
    if part.id is not None:
        out["id"] = part.id
    if isinstance(part.source, Base64Source):
        out["data"] = part.source.data
    if part.expires_at is not None:
        out["expires_at"] = part.expires_at
    if part.transcript is not None:
        out["transcript"] = part.transcript
    return out
