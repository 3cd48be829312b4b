"""
Results of the caller's tools: items of `input`, both ways.

A result's item has the type of its call's tool.  Where the call stands in the same
request its kind decides the type; else (the call is in a stored response) the note of
the decoder does.

Source:
    wire/openai_responses.md section 2 and appendix B, read 2026-11-21.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from modelwire.codecs._losses import LossLog
from modelwire.codecs._reader import Reader, describe
from modelwire.codecs.openai_responses._cache import FIELD, encode_cache
from modelwire.codecs.openai_responses._content_decode import (
    content_parts,
    image_source,
)
from modelwire.codecs.openai_responses._content_encode import (
    Context,
    common_losses,
    encode_content_part,
    image_fields,
)
from modelwire.codecs.openai_responses._item_types import OUTPUT_KINDS, OUTPUT_TYPES
from modelwire.codecs.openai_responses._items_decode import item_ref
from modelwire.codecs.openai_responses._refs import item_losses, made_ref
from modelwire.codecs.openai_responses._wire import (
    DIALECT,
    extra_with,
    merge_own,
    own_fields,
    spelling_of,
)
from modelwire.ir._base import JSONObject
from modelwire.ir._loss_codes import LossCode
from modelwire.ir._parts import (
    ImagePart,
    ItemRef,
    Part,
    TextPart,
    ToolResultPart,
    UnknownPart,
)

__all__ = ["decode_result", "encode_result"]

_ERROR_PREFIX: Final = "Error: "

# --- reading ------------------------------------------------------------------------


def decode_result(reader: Reader) -> ToolResultPart:
    """
    Read the result of a call that the caller ran.

    Args:
        reader: The item; its type is one of `OUTPUT_KINDS`.

    Returns:
        The result.
    """
    kind = reader.left.pop("type")
    notes: JSONObject = {} if kind == "function_call_output" else {"type": kind}
    if kind == "mcp_approval_response":
        call_id = reader.string("approval_request_id", required=True)
    else:
        # The vendor's type makes it optional; a local shell's answer has only `id`.
        call_id = reader.string("call_id")
    name = reader.string("name") if kind == "function_call_output" else None
    ref = item_ref(reader)
    if call_id is None and kind == "local_shell_call_output" and ref is not None:
        call_id, notes["call_id"] = ref.id, "id"
        ref = None if ref.status is None else ItemRef(status=ref.status)
    is_error = None
    if kind == "apply_patch_call_output" and ref is not None:
        is_error = ref.status == "failed"
    content = _CONTENT.get(kind, _content)(reader, notes)
    return ToolResultPart(
        call_id=call_id or "",
        name=name,
        content=content,
        is_error=is_error,
        item=ref,
        extra=extra_with(reader.left, notes) if reader.left or notes else {},
    )


def _content(reader: Reader, notes: JSONObject) -> tuple[Part, ...]:
    """Take `output`: a text, or content parts."""
    output = reader.left.get("output")
    if type(output) is str:
        del reader.left["output"]
        return (TextPart(text=output),)
    if isinstance(output, list):
        parts = content_parts(output, "output", reader)
        if parts is not None:
            del reader.left["output"]
            notes["output"] = "array"
            return parts
    elif output is not None or notes.get("type") != "apply_patch_call_output":
        reader.fault("output", "string or array", describe(output))
    return ()


def _screenshot(reader: Reader, _notes: JSONObject) -> tuple[Part, ...]:
    output = reader.left.get("output")
    if not isinstance(output, dict) or output.get("type") != "computer_screenshot":
        return ()
    inner = Reader(output, f"{reader.path}.output", None)
    source = image_source(inner)
    if source is None:
        return ()
    del reader.left["output"], inner.left["type"]
    return (ImagePart(source=source, extra=extra_with(inner.left)),)


def _shell(reader: Reader, _notes: JSONObject) -> tuple[Part, ...]:
    """Take what each command printed; what else is said of it stays beside."""
    output = reader.left.get("output")
    if not isinstance(output, list) or any(type(item) is not dict for item in output):
        return ()
    del reader.left["output"]
    parts: list[Part] = []
    for item in output:
        text = item.get("stdout")
        if type(text) is str:
            rest = {k: v for k, v in item.items() if k != "stdout"}
            parts.append(TextPart(text=text, extra=extra_with(rest)))
        else:
            parts.append(UnknownPart(dialect=DIALECT, raw=item))
    return tuple(parts)


def _nothing(_reader: Reader, _notes: JSONObject) -> tuple[Part, ...]:
    return ()


_CONTENT: Final[Mapping[str, Callable[[Reader, JSONObject], tuple[Part, ...]]]] = {
    "computer_call_output": _screenshot,
    "shell_call_output": _shell,
    "tool_search_output": _nothing,
    "mcp_approval_response": _nothing,
}


# --- writing ------------------------------------------------------------------------


def encode_result(
    part: ToolResultPart,
    path: str,
    place: str,
    *,
    kind: str | None,
    call_id: str,
    log: LossLog,
) -> JSONObject:
    """
    Write a result.

    Args:
        part: The result.
        path: Its place.
        place: Its place in the decoded output.
        kind: The kind of its call, where the call is known.
        call_id: The target's id of the call.
        log: Where losses go.

    Returns:
        The item.
    """
    notes = spelling_of(part.extra) if part.extra else {}
    wire = _type(part, kind, notes)
    ref = part.item
    ident = None if ref is None else ref.id
    status = None if ref is None else ref.status
    out: JSONObject = {"type": wire}
    if ident is not None:
        out["id"] = ident
    if wire == "mcp_approval_response":
        out["approval_request_id"] = call_id
    elif notes.get("call_id") == "id":
        out["id"] = call_id
    elif call_id:
        out["call_id"] = call_id
    if call_id != part.call_id:
        log.add(LossCode.TOOL_CALL_ID, None, "synthesised", to=f"{place}.call_id")
    if part.name is not None:
        if wire == "function_call_output":
            out["name"] = part.name
        else:
            log.drop(LossCode.TOOL_RESULT_NAME, f"{path}.name")
    status = _flag(part, wire, status, path, place, log=log)
    if status is not None:
        out["status"] = status
    output = _OUTPUTS.get(wire, _text_output)(part, path, place, notes, log)
    if output is not None:
        out["output"] = output
    if part.extra:
        merge_own(out, part.extra)
    if part.extra or part.signature is not None:
        common_losses(part, path, LossCode.TOOL_RESULT_TEXT, log, item=False)
    item_losses(ref, made_ref(ident, status), path, place, log)
    return out


def _type(part: ToolResultPart, kind: str | None, notes: JSONObject) -> str:
    """Choose the item type of a result."""
    noted = notes.get("type")
    wire = "function_call_output"
    if isinstance(noted, str) and noted in OUTPUT_KINDS:
        wire = noted
    if kind is not None:
        wire = OUTPUT_TYPES.get(kind, wire)
    if wire in _OUTPUTS and wire != noted and not _fits(wire, part):
        return "function_call_output"
    return wire


def _fits(wire: str, part: ToolResultPart) -> bool:
    """Say whether a result that came otherwise can be written as *wire*."""
    content = part.content
    if wire == "computer_call_output":
        return len(content) == 1 and isinstance(content[0], ImagePart)
    if wire == "shell_call_output":
        return all(isinstance(item, TextPart) for item in content)
    return False


def _flag(
    part: ToolResultPart,
    wire: str,
    status: str | None,
    path: str,
    place: str,
    *,
    log: LossLog,
) -> str | None:
    """Write what says that a tool failed: a status, of a patch only."""
    if wire != "apply_patch_call_output":
        if part.is_error is False:
            log.add(
                LossCode.TOOL_RESULT_ERROR_FLAG,
                f"{path}.is_error",
                "dropped",
                severity="cosmetic",
            )
        return status
    if part.is_error is None:
        # The vendor's type requires the status, and a reader takes it for the flag.
        code = LossCode.TOOL_RESULT_ERROR_FLAG
        log.add(code, None, "synthesised", to=f"{place}.is_error")
        return status or "completed"
    if status is not None and (status == "failed") == part.is_error:
        return status
    return "failed" if part.is_error else "completed"


def _text_output(
    part: ToolResultPart, path: str, place: str, notes: JSONObject, log: LossLog
) -> Any:
    """Write `output` of a function's or free-text tool's result."""
    noted = notes.get("output") == "array"
    if len(part.content) == 1 and not noted and not part.is_error and not part.cache:
        only = part.content[0]
        if type(only) is TextPart and _is_plain(only):
            return only.text
    context = Context(log, f"{place}.content", detail=False)
    items: list[JSONObject] = []
    if part.is_error and notes.get("type") != "apply_patch_call_output":
        items += _error_text(part, path, place, log)
    said = bool(items)
    for index, sub in enumerate(part.content):
        context.items = len(items)
        found = encode_content_part(sub, f"{path}.content[{index}]", context)
        if not index and said and isinstance(sub, TextPart):
            # The first text takes the words that say so.
            found[0]["text"] = f"{_ERROR_PREFIX}{sub.text}"
            items = found
        else:
            items += found
    if not items and not noted:
        items.append({"type": "input_text", "text": ""})
        log.add(
            LossCode.TOOL_RESULT_TEXT,
            path,
            "synthesised",
            to=f"{place}.content[0]",
            detail="a result without text",
        )
    if part.cache is not None:
        _move_cache(part, items, path, place, log)
    if (
        len(items) == 1
        and items[0].keys() == {"type", "text"}
        and items[0]["type"] == "input_text"
        and not noted
    ):
        return items[0]["text"]
    return items


def _is_plain(part: TextPart) -> bool:
    return not (
        part.annotations
        or part.extra
        or part.cache is not None
        or part.item is not None
        or part.signature is not None
        or part.logprobs is not None
    )


def _error_text(
    part: ToolResultPart, path: str, place: str, log: LossLog
) -> list[JSONObject]:
    """Say in words that a tool failed: there is no flag."""
    log.approximate(
        LossCode.TOOL_RESULT_ERROR_FLAG,
        f"{path}.is_error" if part.content else path,
        "the text begins with `Error:`",
        to=f"{place}.content[0]",
    )
    return [{"type": "input_text", "text": _ERROR_PREFIX.strip()}]


def _move_cache(
    part: ToolResultPart,
    items: list[JSONObject],
    path: str,
    place: str,
    log: LossLog,
) -> None:
    """Move a result's breakpoint to its last content; the item has none."""
    last = items[-1] if items else None
    if last is None or FIELD in last or part.cache is None:
        log.drop(LossCode.CACHE_BREAKPOINT, f"{path}.cache")
        return
    items[-1] = dict(last)
    # One loss for the whole breakpoint: its time may change on the way too.
    encode_cache(part.cache, items[-1], "", LossLog(DIALECT))
    log.add(
        LossCode.CACHE_BREAKPOINT,
        f"{path}.cache",
        "moved",
        to=f"{place}.content[{len(items) - 1}].cache",
    )


def _screenshot_output(
    part: ToolResultPart, path: str, place: str, _notes: JSONObject, log: LossLog
) -> Any:
    image = next((p for p in part.content if isinstance(p, ImagePart)), None)
    out: JSONObject | None = None
    for index, sub in enumerate(part.content):
        where = f"{path}.content[{index}]"
        if sub is not image or image is None:
            log.add(LossCode.TOOL_RESULT_TEXT, where, "dropped", severity="content")
            continue
        to = f"{place}.content[0]"
        fields = image_fields(image.source, where, log, LossCode.TOOL_RESULT_IMAGE, to)
        if fields is None:
            continue
        out = {"type": "computer_screenshot", **fields}
        if image.detail is not None:
            log.drop(LossCode.IN_IMAGE_DETAIL, f"{where}.detail")
        if image.cache is not None:
            log.drop(LossCode.CACHE_BREAKPOINT, f"{where}.cache")
        merge_own(out, image.extra)
        common_losses(image, where, LossCode.TOOL_RESULT_IMAGE, log)
    _bare(part, path, log)
    return out


def _bare(part: ToolResultPart, path: str, log: LossLog) -> None:
    """Record what an item without content of its own cannot say."""
    if part.is_error:
        log.drop(LossCode.TOOL_RESULT_ERROR_FLAG, f"{path}.is_error")
    if part.cache is not None:
        log.drop(LossCode.CACHE_BREAKPOINT, f"{path}.cache")


def _shell_output(
    part: ToolResultPart, path: str, place: str, _notes: JSONObject, log: LossLog
) -> Any:
    out: list[JSONObject] = []
    for index, sub in enumerate(part.content):
        where = f"{path}.content[{index}]"
        if isinstance(sub, UnknownPart) and sub.dialect == DIALECT:
            out.append(dict(sub.raw))
        elif isinstance(sub, TextPart):
            to = f"{place}.content[{len(out)}]"
            item: JSONObject = {"stdout": sub.text, **own_fields(sub.extra)}
            item.pop("$spelling", None)
            for field, value in (
                ("stderr", ""),
                ("outcome", {"type": "exit", "exit_code": 0}),
            ):
                if field not in item:
                    item[field] = value
                    log.add(
                        LossCode.TOOL_RESULT_TEXT,
                        None,
                        "synthesised",
                        to=f"{to}.extra[{DIALECT!r}].{field}",
                    )
            for number in range(len(sub.annotations)):
                log.drop(
                    LossCode.OUT_ANNOTATIONS_CITATIONS,
                    f"{where}.annotations[{number}]",
                )
            if sub.logprobs is not None:
                log.drop(LossCode.RESP_LOGPROBS, f"{where}.logprobs")
            if sub.cache is not None:
                log.drop(LossCode.CACHE_BREAKPOINT, f"{where}.cache")
            common_losses(sub, where, LossCode.TOOL_RESULT_TEXT, log)
            out.append(item)
        else:
            log.add(LossCode.TOOL_RESULT_TEXT, where, "dropped", severity="content")
    _bare(part, path, log)
    # What is no list of outputs stays where the decoder left it.
    return out if out or "output" not in own_fields(part.extra) else None


def _patch_output(
    part: ToolResultPart, path: str, place: str, notes: JSONObject, log: LossLog
) -> Any:
    if not part.content and part.cache is None:
        return None
    return _text_output(
        part, path, place, {**notes, "type": "apply_patch_call_output"}, log
    )


def _no_output(
    part: ToolResultPart, path: str, _place: str, _notes: JSONObject, log: LossLog
) -> Any:
    for index in range(len(part.content)):
        where = f"{path}.content[{index}]"
        log.add(LossCode.TOOL_RESULT_TEXT, where, "dropped", severity="content")
    _bare(part, path, log)


_OUTPUTS: Final[
    Mapping[str, Callable[[ToolResultPart, str, str, JSONObject, LossLog], Any]]
] = {
    "computer_call_output": _screenshot_output,
    "shell_call_output": _shell_output,
    "apply_patch_call_output": _patch_output,
    "tool_search_output": _no_output,
    "mcp_approval_response": _no_output,
}
"""Writers of `output` where it is neither text nor content parts."""
