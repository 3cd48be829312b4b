"""
Parts and contents of `gemini-generate` as JSON.

Source:
    wire/gemini_generate.md section 2 and its appendix, read 2026-11-21.
"""

from __future__ import annotations

import functools
from typing import Any, Final

from hypothesis import strategies as st

from modelwire.testing._strategy_values import json_objects, json_values, texts
from modelwire.testing._wire_values import either, flags, said, wire

__all__ = ["answers", "call_parts", "model_parts", "result_part", "user_parts"]

Objects = st.SearchStrategy[dict[str, Any]]

_SIGNATURE: Final = either("EqQBCg==", "c2ln", "AAECAw==")
_SIGNED: Final = {"thoughtSignature": _SIGNATURE}
_META: Final[dict[str, Any]] = {
    "partMetadata": {"a": 1},
    "mediaResolution": either(
        {"level": "MEDIA_RESOLUTION_LOW"},
        {"level": "MEDIA_RESOLUTION_HIGH", "numTokens": 2},
        {"level": "MEDIA_RESOLUTION_MEDIUM"},
    ),
    "thought": False,
}
_NAMES: Final = either("get_weather", "f", "a-b_C9", "search")
_BASE64: Final = either("", "aGk=", "iVBORw0KGgo=", "_-8=", "_-8", "/+8=")
_TYPES: Final = either(
    "image/png", "image/jpeg", "audio/wav", "audio/mpeg", "video/mp4",
    "application/pdf", "text/plain",
)  # fmt: skip
_ADDRESSES: Final = either(
    "https://generativelanguage.googleapis.com/v1beta/files/abc",
    "gs://bucket/x.png",
    "https://a.example/x.pdf",
    "https://youtu.be/abc",
    "files/abc",
)


# --- texts and media ----------------------------------------------------------------


@functools.cache
def _texts(*, signed: bool) -> Objects:
    more = {"thought": False, "partMetadata": {"a": 1}}
    return wire({"text": texts()}, {**more, **_SIGNED} if signed else more)


@functools.cache
def _thoughts() -> Objects:
    whole = wire({"text": texts(), "thought": True}, _SIGNED)
    bare = st.fixed_dictionaries({"thoughtSignature": _SIGNATURE})
    both = st.fixed_dictionaries({"thoughtSignature": _SIGNATURE, "thought": flags})
    return st.one_of(whole, whole, bare, both)


@functools.cache
def _media(*, signed: bool) -> Objects:
    inline = wire({"mimeType": _TYPES, "data": _BASE64}, {"displayName": "ü.pdf"}, 1)
    file = wire({"fileUri": _ADDRESSES}, {"mimeType": _TYPES, "displayName": "x"}, 2)
    more = {**_META, **_SIGNED} if signed else dict(_META)
    clip = {"videoMetadata": {"startOffset": "1s", "fps": 2}}
    return st.one_of(
        wire({"inlineData": inline}, more),
        wire({"fileData": file}, more),
        wire({"inlineData": {"mimeType": "video/mp4", "data": "AAAA"}}, clip),
        st.just({"inline_data": {"mime_type": "image/png", "data": "AAAA"}}),
    )


@functools.cache
def _unknown() -> Objects:
    return wire({"xUnknown": json_values()}, {"thought": flags})


# --- calls and results --------------------------------------------------------------


@functools.cache
def call_parts(*, numbered: bool) -> Objects:
    """
    Give calls of the caller's functions.

    Args:
        numbered: Whether they have ids.

    Returns:
        Parts; an id is to be made unique.
    """
    inner: dict[str, Any] = {"name": _NAMES}
    if numbered:
        inner["id"] = "call_0"
    return wire({"functionCall": wire(inner, {"args": json_objects()})}, _SIGNED)


@functools.cache
def _responses() -> Objects:
    return st.one_of(
        st.fixed_dictionaries({"output": texts()}),
        st.fixed_dictionaries({"error": texts()}),
        st.fixed_dictionaries({"output": json_values().filter(_is_something)}),
        json_objects(),
    )


def _is_something(value: Any) -> bool:
    return value is not None


@functools.cache
def result_part() -> Objects:
    """Give results; name and id of the call are to be put in."""
    image = {"mimeType": "image/png", "data": "AAAA"}
    media = st.lists(
        either({"inlineData": image}, {"fileData": {"fileUri": "gs://b/x.pdf"}}),
        min_size=1,
        max_size=2,
    )
    inner = wire(
        {"response": _responses()},
        {"parts": media, "scheduling": "SILENT", "willContinue": False},
    )
    return wire({"functionResponse": inner}, {"partMetadata": {"a": 1}})


# --- what the API runs --------------------------------------------------------------

_TOOLS: Final = either(
    "GOOGLE_SEARCH_WEB", "URL_CONTEXT", "GOOGLE_MAPS", "FILE_SEARCH", "X_TOOL"
)


@st.composite
def _server(draw: st.DrawFn, number: int) -> list[dict[str, Any]]:
    """Draw a call of the API's own, and its result."""
    ident = {"id": f"srv_{number}"} if draw(flags) else {}
    if draw(flags):
        code = {"language": "PYTHON", "code": draw(texts()), **ident}
        out = {"outcome": "OUTCOME_OK", "output": draw(texts()), **ident}
        pair: list[dict[str, Any]] = [
            {"executableCode": code},
            {"codeExecutionResult": out},
        ]
    else:
        tool = draw(_TOOLS)
        ident = {"id": f"srv_{number}"}
        asked = draw(wire({"toolType": tool, **ident}, {"args": json_objects()}))
        found = draw(wire({"toolType": tool, **ident}, {"response": json_objects()}))
        pair = [{"toolCall": asked}, {"toolResponse": found}]
    if draw(flags):
        pair[0]["thoughtSignature"] = draw(_SIGNATURE)
    return pair[: draw(st.integers(1, 2))]


# --- by role ------------------------------------------------------------------------


@functools.cache
def user_parts() -> Objects:
    """Give parts of a user."""
    plain = _texts(signed=False)
    return st.one_of(plain, plain, _media(signed=False), _unknown())


@st.composite
def model_parts(draw: st.DrawFn, number: int = 0) -> list[dict[str, Any]]:
    """
    Draw what the model says, calls of the caller's functions apart.

    Args:
        draw: Hypothesis's draw; leave it out when calling.
        number: Makes ids unique.

    Returns:
        Parts.
    """
    out: list[dict[str, Any]] = []
    for place in range(draw(st.integers(0, 3))):
        kind = draw(either("text", "text", "think", "media", "server", "unknown"))
        if kind == "text":
            out.append(draw(_texts(signed=True)))
        elif kind == "think":
            out.append(draw(_thoughts()))
        elif kind == "media":
            out.append(draw(_media(signed=True)))
        elif kind == "server":
            out += draw(_server(10 * number + place))
        else:
            out.append(draw(_unknown()))
    return out


@st.composite
def answers(draw: st.DrawFn, number: int = 0) -> list[dict[str, Any]]:
    """
    Draw the parts of a candidate.

    Args:
        draw: Hypothesis's draw; leave it out when calling.
        number: Makes ids unique.

    Returns:
        Parts.
    """
    out: list[dict[str, Any]] = draw(model_parts(number))
    numbered = draw(flags)
    for place in range(draw(st.sampled_from((0, 0, 1, 2)))):
        part = draw(call_parts(numbered=numbered))
        if numbered:
            call = {**part["functionCall"], "id": f"call_{number}{place}"}
            part = {**part, "functionCall": call}
        out.append(part)
    if out and draw(st.integers(0, 7)) == 0:
        out.append({"text": draw(said())})
    return out
