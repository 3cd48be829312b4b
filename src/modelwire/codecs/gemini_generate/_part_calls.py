"""
Calls and results into parts: the caller's functions, and what the API runs itself.

Used by `_part_encode` alone; the functions take its writer.  Arguments are text in
the IR and an object on the wire; a result is parts in the IR, and an object with
media beside it on the wire.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, Final

from modelwire.codecs._call_arguments import (
    INVALID_ARGUMENTS,
    arguments_object,
)
from modelwire.codecs._json import loads
from modelwire.codecs._losses import LossLog
from modelwire.codecs._part_codes import call_code, result_part_code
from modelwire.codecs.gemini_generate import _part_media
from modelwire.codecs.gemini_generate._call_ids import MINTED
from modelwire.codecs.gemini_generate._extra import spelling_of
from modelwire.codecs.gemini_generate._parts import (
    CODE_CALL,
    CODE_RESULT,
    TOOL_RESPONSE,
    tool_kind,
)
from modelwire.codecs.gemini_generate._wire import DIALECT, is_enum_name
from modelwire.errors import RemoteProtocolError
from modelwire.ir._base import JSONObject
from modelwire.ir._losses import LossCode
from modelwire.ir._parts import (
    DocumentPart,
    ImagePart,
    Part,
    SearchResultPart,
    ServerToolCallPart,
    ServerToolResultPart,
    TextPart,
    ToolCallPart,
    ToolResultPart,
    UnknownPart,
)

if TYPE_CHECKING:
    from modelwire.codecs.gemini_generate._part_encode import PartWriter
    from modelwire.ir._messages import Role

__all__ = [
    "CUSTOM_FIELD",
    "INVALID_ARGUMENTS",
    "server_call",
    "server_result",
    "tool_call",
    "tool_result",
]

CUSTOM_FIELD: Final = "input"
"""The one argument of a free-text tool that is declared as a function."""

_UNKNOWN_NAME: Final = "unknown_function"


def tool_call(
    writer: PartWriter, part: ToolCallPart, path: str, role: Role
) -> JSONObject | None:
    """Write a call that the caller must answer; its id is always echoed (T22)."""
    del role
    log = writer.log
    out: JSONObject = {}
    if part.id:
        writer.calls[part.id] = part.name
    if not part.id:
        log.add(LossCode.TOOL_CALL_ID, None, "synthesised", to=f"{path}.id")
    elif not writer.omits(part.id, part):
        target = writer.home.call_id(part.id)
        out["id"] = target
        if target != part.id:
            log.add(
                LossCode.TOOL_CALL_ID,
                f"{path}.id",
                "approximated",
                severity="cosmetic",
            )
    if part.kind == "custom":
        log.approximate(LossCode.TOOL_CALL_CUSTOM, path, "as a function call")
        out["name"] = writer.custom(writer.home.name(part.name))
        out["args"] = {CUSTOM_FIELD: part.arguments}
    else:
        out["name"] = writer.tool_name(part.name, f"{path}.name")
        out["args"] = arguments_object(part.arguments, path, writer.log)
        if part.kind != "function":
            log.approximate(call_code(part.kind), f"{path}.kind", "as a function call")
    return writer.finish({"functionCall": out}, part, path, LossCode.OUT_TOOL_CALL)


def tool_result(
    writer: PartWriter, part: ToolResultPart, path: str, role: Role
) -> JSONObject | None:
    """Write the caller's answer to a call; the API wants the function's name."""
    del role
    out: JSONObject = {}
    id_ = _result_id(writer, part, path)
    if id_ is not None:
        out["id"] = id_
    out["name"] = _result_name(writer, part, path)
    _content(writer, part, path, out)
    return writer.finish(
        {"functionResponse": out}, part, path, LossCode.TOOL_RESULT_TEXT
    )


def _result_id(
    writer: PartWriter, part: ToolResultPart | ServerToolResultPart, path: str
) -> str | None:
    """Give the id of a result: none where its call is written without one."""
    id_ = part.call_id
    if not id_:
        writer.log.add(LossCode.TOOL_CALL_ID, None, "synthesised", to=f"{path}.call_id")
        return None
    if id_ in writer.omitted:
        noted = spelling_of(part.extra).get("id")
        return noted if isinstance(noted, str) and noted != MINTED else None
    known = id_ in writer.calls
    return None if not known and writer.omits(id_, part) else id_


def _result_name(writer: PartWriter, part: ToolResultPart, path: str) -> str:
    if part.name is not None:
        return writer.tool_name(part.name, f"{path}.name")
    known = writer.calls.get(part.call_id)
    writer.log.add(
        LossCode.TOOL_RESULT_NAME,
        path,
        "synthesised",
        to=f"{path}.name",
        severity="error" if known is None else "cosmetic",
        detail="no call with this id" if known is None else "of its call",
    )
    return _UNKNOWN_NAME if known is None else writer.legal(writer.home.name(known))


def _content(
    writer: PartWriter, part: ToolResultPart, path: str, out: JSONObject
) -> None:
    """Write `response` and `parts`: texts become one, media stand behind it."""
    log = writer.log
    texts: list[str] = []
    media: list[JSONObject] = []
    logs: list[LossLog] = []
    first: int | None = None
    count = sum(_is_text(item) for item in part.content)
    # An error says so in its text, with media alone too.
    shift = int(bool(count) or bool(part.is_error))
    for i, item in enumerate(part.content):
        where = f"{path}.content[{i}]"
        writer.log = inner = LossLog(DIALECT)
        text = _result_text(writer, item, where)
        if text is not None:
            if media and not texts:
                first = i
            texts.append(text)
        else:
            written = writer.placed(
                partial(_result_media, writer, item, where),
                where,
                f"{path}.content[{shift + len(media)}]",
            )
            if written is not None:
                media.append(written)
        writer.log = log
        logs.append(inner)
        if text is None or count == 1:
            log.extend(inner.losses)
            continue
        # Which of several texts the one of the output resembles is a guess, so every
        # loss speaks of a whole text.
        to = f"{path}.content[0]"
        log.add(LossCode.TOOL_RESULT_TEXT, where, "merged", to=to)
        for loss in inner.losses:
            log.add(loss.code, where, "approximated", to=to, severity=loss.severity)
    if first is not None and count == 1:
        _report_order(part, first, logs, path, log)
    out["response"] = _response(writer, part, texts, path)
    if media:
        out["parts"] = media


def _report_order(
    part: ToolResultPart, first: int, logs: list[LossLog], path: str, log: LossLog
) -> None:
    """
    Record that the text stands before the media now.

    What moved is the one that is easier to recognise as moved: the one medium before
    the text, or the text where there are several, or where it alone changed.
    """
    source, to = first, 0
    alone = bool(logs[first].losses) and not logs[0].losses
    if first == 1 and isinstance(part.content[1], TextPart) and not alone:
        source, to = 0, 1
    log.add(
        LossCode.TOOL_RESULT_TEXT,
        f"{path}.content[{source}]",
        "moved",
        to=f"{path}.content[{to}]",
    )


def _is_text(item: Part) -> bool:
    return isinstance(item, TextPart | SearchResultPart)


def _result_text(writer: PartWriter, item: Part, path: str) -> str | None:
    if isinstance(item, SearchResultPart):
        made = _part_media.search_result(writer, item, path, "tool")
        return "" if made is None else str(made["text"])
    if not isinstance(item, TextPart):
        return None
    for i in range(len(item.annotations)):
        writer.log.drop(LossCode.OUT_ANNOTATIONS_CITATIONS, f"{path}.annotations[{i}]")
    if item.logprobs is not None:
        writer.log.drop(LossCode.RESP_LOGPROBS, f"{path}.logprobs")
    # There is no object of its own for what stands on the text.
    scratch: JSONObject = {}
    writer.finish(scratch, item, path, LossCode.TOOL_RESULT_TEXT)
    for name in scratch:
        at = (
            f"{path}.signature"
            if name == "thoughtSignature"
            else f"{path}.extra[{DIALECT!r}].{name}"
        )
        if name != "thought":
            writer.log.drop(LossCode.TOOL_RESULT_TEXT, at)
    return item.text


def _result_media(writer: PartWriter, item: Part, path: str) -> JSONObject | None:
    if isinstance(item, ImagePart):
        return _part_media.image(writer, item, path, "user")
    if isinstance(item, DocumentPart):
        return _part_media.document(writer, item, path, "user")
    if isinstance(item, UnknownPart) and item.dialect == DIALECT:
        return dict(item.raw)
    writer.log.add(result_part_code(item), path, "dropped", severity="content")
    return None


def _response(
    writer: PartWriter, part: ToolResultPart, texts: list[str], path: str
) -> JSONObject:
    log = writer.log
    if part.is_error is False:
        log.add(
            LossCode.TOOL_RESULT_ERROR_FLAG,
            f"{path}.is_error",
            "dropped",
            severity="cosmetic",
        )
    if not texts:
        if part.is_error:
            log.add(
                LossCode.TOOL_RESULT_TEXT, None, "synthesised", to=f"{path}.content[0]"
            )
            return {"error": ""}
        return {}
    text = "\n".join(texts)
    form = spelling_of(part.extra).get("response")
    key = "error" if part.is_error else "output"
    if form in ("object", "json"):
        value = _json(text)
        if form == "object" and type(value) is dict and not part.is_error:
            return value
        if form == "json" and value is not None and type(value) is not str:
            return {key: value}
    return {key: text}


def _json(text: str) -> Any:
    try:
        return loads(text)
    except RemoteProtocolError:
        return None


# --- what the API runs itself -------------------------------------------------------


def _is_own(part: ServerToolCallPart) -> bool:
    """
    Say whether a call has the form of this API's parts.

    Other dialects keep result and status in the item of the call, or name their
    tools in lower case.
    """
    if part.result is not None or part.status is not None or part.item is not None:
        return False
    if part.server_label is not None:
        return False
    if part.name == CODE_CALL:
        return part.kind == "code_execution" and type(_json(part.arguments)) is dict
    return is_enum_name(part.name)


def server_call(
    writer: PartWriter, part: ServerToolCallPart, path: str, role: Role
) -> JSONObject | None:
    """Write a call that the API ran by itself; those of other vendors are dropped."""
    del role
    log = writer.log
    if not _is_own(part):
        log.add(LossCode.BT_CALL_ITEMS, path, "dropped", severity="content")
        return None
    out: JSONObject = {}
    if part.id:
        writer.calls[part.id] = part.name
    else:
        log.add(LossCode.TOOL_CALL_ID, None, "synthesised", to=f"{path}.id")
    written = bool(part.id) and not writer.omits(part.id, part)
    if part.name == CODE_CALL:
        out = arguments_object(part.arguments, path, writer.log)
        if written:
            out = {**out, "id": part.id}
        member = CODE_CALL
    else:
        member = "toolCall"
        out["toolType"] = part.name
        if tool_kind(part.name) != part.kind:
            log.approximate(LossCode.BT_CALL_ITEMS, f"{path}.kind")
        if written:
            out["id"] = part.id
        if part.arguments:
            out["args"] = arguments_object(part.arguments, path, writer.log)
    return writer.finish({member: out}, part, path, LossCode.BT_CALL_ITEMS)


def server_result(
    writer: PartWriter, part: ServerToolResultPart, path: str, role: Role
) -> JSONObject | None:
    """Write the result of a call that the API ran by itself."""
    del role
    log = writer.log
    is_code = part.type == CODE_RESULT and type(part.content) is dict
    if part.dialect != DIALECT or not (is_code or part.type == TOOL_RESPONSE):
        log.add(LossCode.BT_CALL_ITEMS, path, "dropped", severity="content")
        return None
    out: JSONObject = {}
    if is_code:
        out.update(part.content)
        if part.kind != "code_execution":
            log.approximate(LossCode.BT_CALL_ITEMS, f"{path}.kind")
    else:
        word = tool_kind(part.kind, back=True)
        if word:
            out["toolType"] = word
        if part.content is not None:
            out["response"] = part.content
    id_ = _result_id(writer, part, path)
    if id_ is not None:
        out["id"] = id_
    if part.is_error is not None:
        log.drop(LossCode.BT_CALL_ITEMS, f"{path}.is_error")
    return writer.finish({str(part.type): out}, part, path, LossCode.BT_CALL_ITEMS)
