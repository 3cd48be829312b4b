"""Parts, messages and tools for the strategies, as a dialect's decoder gives them."""

from __future__ import annotations

import functools
from typing import Any, Final

from hypothesis import strategies as st

from modelwire.ir._messages import LEGAL_PARTS, Message, Role
from modelwire.ir._parts import (
    AudioPart,
    Base64Source,
    CompactionPart,
    ContentSource,
    DocumentPart,
    FileIdSource,
    ImagePart,
    Part,
    ReasoningPart,
    RefusalPart,
    SearchResultPart,
    ServerToolCallPart,
    ServerToolResultPart,
    TextPart,
    TextSource,
    ToolCallPart,
    ToolResultPart,
    UnknownPart,
    UrlSource,
    VideoPart,
)
from modelwire.ir._tools import (
    AllowedTool,
    CustomTool,
    FunctionTool,
    Grammar,
    ServerTool,
    Tool,
    ToolChoice,
    UnknownTool,
)
from modelwire.testing import _strategy_decoded as decoded
from modelwire.testing._strategy_decoded import DECODED
from modelwire.testing._strategy_values import (
    ANTHROPIC,
    BASE64,
    CHAT,
    Dialect,
    arguments,
    caches,
    citations,
    extras,
    ids,
    items,
    json_objects,
    json_schemas,
    json_values,
    logprobs,
    node,
    opaques,
    texts,
    tool_names,
)

__all__ = ["conversations", "messages", "parts", "tool_choices", "tools"]

_Parts = st.SearchStrategy[Part]

_IMAGE_TYPES: Final = ("image/png", "image/jpeg", "image/gif", "image/webp")
_SEARCH_CONFIGS: Final[tuple[dict[str, Any], ...]] = (
    {},
    {"max_uses": 2},
    {"allowed_domains": ["a.b"]},
)
_URLS: Final = ("https://a.example/x.png", "https://b.example/ü?a=b&c")


def _base64(*media_types: str) -> st.SearchStrategy[Base64Source]:
    return st.builds(
        Base64Source,
        data=st.sampled_from(BASE64),
        media_type=st.sampled_from(media_types),
    )


def _file_ids(dialect: Dialect) -> st.SearchStrategy[FileIdSource]:
    owners = (dialect,) if dialect else (None, CHAT, ANTHROPIC)
    return st.builds(FileIdSource, file_id=ids("file"), dialect=st.sampled_from(owners))


_url_sources: Final = st.builds(UrlSource, url=st.sampled_from(_URLS))


def _marks(dialect: Dialect) -> dict[str, st.SearchStrategy[Any]]:
    """Give what may stand on any part: in a dialect, unknown fields only."""
    if dialect is not None:
        return {"extra": extras(dialect)}
    return {
        "extra": extras(None),
        "cache": caches(None),
        "signature": opaques(None),
        "item": items(),
    }


def _cached(dialect: Dialect) -> dict[str, st.SearchStrategy[Any]]:
    return {**_marks(dialect), "cache": caches(dialect)}


# --- parts by class -----------------------------------------------------------------


@functools.cache
def _text(dialect: Dialect, role: str) -> _Parts:
    optional = _marks(dialect) if role == "assistant" and dialect else _cached(dialect)
    if role in ("assistant", "response") and dialect in (None, ANTHROPIC):
        cites = st.lists(citations(dialect), min_size=1, max_size=2).map(tuple)
        optional = {**optional, "annotations": cites}
    if dialect is None:
        optional = {**optional, "logprobs": logprobs()}
    return node(TextPart, {"text": texts(empty=dialect is None)}, optional, 2)


@functools.cache
def _image(dialect: Dialect) -> _Parts:
    sources: st.SearchStrategy[Any] = _base64(*_IMAGE_TYPES) | _url_sources
    optional = _cached(dialect)
    if dialect != CHAT:
        sources |= _file_ids(dialect)
    if dialect != ANTHROPIC:
        detail = st.sampled_from(("auto", "low", "high", "original"))
        optional = {**optional, "detail": detail}
    return node(ImagePart, {"source": sources}, optional, 2)


@functools.cache
def _document(dialect: Dialect) -> _Parts:
    names = st.sampled_from(("a.pdf", "ü.txt"))
    inline = _base64("application/pdf")
    chat = node(
        DocumentPart, {"source": inline, "filename": names}, _cached(dialect), 1
    ) | node(DocumentPart, {"source": _file_ids(dialect)}, _cached(dialect), 1)
    if dialect == CHAT:
        return chat
    plain = st.builds(TextPart, text=texts(empty=False))
    sources = st.one_of(
        inline,
        _url_sources,
        _file_ids(dialect),
        st.builds(TextSource, text=texts(empty=False)),
        st.builds(ContentSource, parts=st.tuples(plain)),
    )
    described = {"title": texts(empty=False), "context": texts(empty=False)}
    optional = {**described, "citations": st.booleans(), **_cached(dialect)}
    anthropic = node(DocumentPart, {"source": sources}, optional)
    return anthropic if dialect == ANTHROPIC else chat | anthropic


@functools.cache
def _search_result(dialect: Dialect) -> _Parts:
    plain = st.builds(TextPart, text=texts(empty=False))
    return node(
        SearchResultPart,
        {
            "source": st.sampled_from(_URLS),
            "title": texts(),
            "content": st.lists(plain, min_size=1, max_size=2).map(tuple),
        },
        {"citations": st.booleans(), **_cached(dialect)},
    )


@functools.cache
def _audio_input(dialect: Dialect) -> _Parts:
    return node(
        AudioPart, {"source": _base64("audio/wav", "audio/mpeg")}, _cached(dialect), 1
    )


@functools.cache
def _reasoning(dialect: Dialect) -> _Parts:
    signed = node(
        ReasoningPart,
        {"text": texts(empty=dialect is None)},
        {"signature": opaques(dialect)},
    )
    redacted = st.builds(ReasoningPart, redacted=opaques(dialect))
    if dialect == ANTHROPIC:
        return signed | redacted
    free = node(
        ReasoningPart,
        {},
        {
            "text": texts(),
            "summaries": st.lists(texts(), max_size=2).map(tuple),
            "encrypted": opaques(None),
            "details_id": ids("rd"),
            **_marks(None),
        },
    )
    return st.one_of(signed, redacted, free)


@functools.cache
def _call(dialect: Dialect) -> _Parts:
    optional = _cached(dialect) if dialect == ANTHROPIC else _marks(dialect)
    function = node(
        ToolCallPart,
        {
            "id": ids("call"),
            "name": tool_names(dialect),
            "arguments": arguments(dialect),
        },
        optional,
        1,
    )
    if dialect == ANTHROPIC:
        return function
    custom = node(
        ToolCallPart,
        {
            "id": ids("call"),
            "name": tool_names(dialect),
            "arguments": texts(),
            "kind": st.just("custom"),
        },
        _marks(dialect),
        1,
    )
    return function | custom


@functools.cache
def _result(dialect: Dialect) -> _Parts:
    inner: st.SearchStrategy[Any] = _text(dialect, "user")
    optional: dict[str, st.SearchStrategy[Any]] = {}
    if dialect != CHAT:
        inner = st.one_of(
            inner, _image(dialect), _document(dialect), _search_result(dialect)
        )
        optional = {"is_error": st.booleans(), **_cached(dialect)}
    if dialect is None:
        optional["name"] = tool_names(None)
    return node(
        ToolResultPart,
        {
            "call_id": ids("call"),
            "content": st.lists(inner, min_size=dialect == CHAT, max_size=2).map(tuple),
        },
        optional,
        2,
    )


@functools.cache
def _server_call(dialect: Dialect) -> _Parts:
    kinds = (("web_search", "web_search"), ("code_execution", "code_execution"))
    optional = dict(_marks(dialect))
    if dialect is None:
        optional |= {
            "status": st.sampled_from(("completed", "failed")),
            "result": json_values(),
            "server_label": texts(),
        }
    return st.sampled_from(kinds).flatmap(
        lambda kind: node(
            ServerToolCallPart,
            {
                "id": ids("srvtoolu"),
                "kind": st.just(kind[0]),
                "name": st.just(kind[1]),
                "arguments": arguments(ANTHROPIC),
            },
            optional,
            2,
        )
    )


@functools.cache
def _server_result(dialect: Dialect) -> _Parts:
    return node(
        ServerToolResultPart,
        {
            "call_id": ids("srvtoolu"),
            "kind": st.just("web_search"),
            "content": st.lists(json_objects(), max_size=1),
            "dialect": st.just(dialect or ANTHROPIC),
            "type": st.just("web_search_tool_result"),
        },
        _marks(dialect),
        1,
    )


@functools.cache
def _unknown(dialect: Dialect) -> _Parts:
    raw = json_objects().map(lambda fields: {"type": "x_unknown", **fields})
    owners = (dialect,) if dialect else (CHAT, ANTHROPIC, "gemini-generate")
    return st.builds(UnknownPart, dialect=st.sampled_from(owners), raw=raw)


@functools.cache
def _free(kind: str) -> _Parts:
    """Give the parts that no dialect here produces."""
    rare: dict[str, _Parts] = {
        "VideoPart": node(VideoPart, {"source": _base64("video/mp4")}, _marks(None), 1),
        "CompactionPart": node(
            CompactionPart,
            {},
            {"text": texts(), "encrypted": opaques(None), **_marks(None)},
        ),
        "AudioPart": node(
            AudioPart,
            {},
            {
                "source": _base64("audio/wav", "audio/mpeg", "audio/L16"),
                "id": ids("audio"),
                "transcript": texts(),
                "expires_at": st.integers(0, 2**33),
                **_marks(None),
            },
        ),
        "RefusalPart": node(RefusalPart, {"text": texts()}, _marks(None), 1),
    }
    return rare[kind]


# --- parts by role ------------------------------------------------------------------

_AUDIO_REFERENCES: Final[_Parts] = st.builds(AudioPart, id=ids("audio"))

_BY_CLASS: Final[dict[str, Any]] = {
    "ImagePart": _image,
    "DocumentPart": _document,
    "SearchResultPart": _search_result,
    "ReasoningPart": _reasoning,
    "ToolCallPart": _call,
    "ToolResultPart": _result,
    "ServerToolCallPart": _server_call,
    "ServerToolResultPart": _server_result,
    "UnknownPart": _unknown,
}


@functools.cache
def parts(role: Role, dialect: Dialect = None) -> st.SearchStrategy[Part]:
    """
    Give parts that are legal in a role.

    Args:
        role: The role.
        dialect: Only what this dialect's decoder gives there; `None`: anything that
            the IR allows.

    Returns:
        Parts.
    """
    if dialect in DECODED:
        return decoded.parts(role, dialect)
    if role in ("system", "developer"):
        some = _text(dialect, role)
        return some if dialect else some | _unknown(None)
    if dialect is None:
        names = sorted(LEGAL_PARTS[role] - {"TextPart"})
        texts_too = [_text(None, role)] if role != "tool" else []
        return st.one_of(
            *texts_too,
            *(
                _BY_CLASS[name](None) if name in _BY_CLASS else _free(name)
                for name in names
            ),
        )
    if role == "tool":
        return _result(dialect)
    if role == "user":
        media = [_text(dialect, role), _image(dialect), _document(dialect)]
        own = _audio_input if dialect == CHAT else _search_result
        return st.one_of(*media, own(dialect), _unknown(dialect))
    if dialect == CHAT:
        return _text(dialect, role)
    return st.one_of(
        _text(dialect, role),
        _reasoning(dialect),
        _server_call(dialect),
        _server_result(dialect),
    )


# --- messages -----------------------------------------------------------------------


@functools.cache
def messages(role: Role, dialect: Dialect = None) -> st.SearchStrategy[Message]:
    """
    Give one message.

    Args:
        role: Who speaks.
        dialect: As in `parts`.

    Returns:
        Messages; with a dialect, with a part at least, and without calls or results.
    """
    if dialect in DECODED:
        return decoded.messages(role, dialect)
    some = st.lists(parts(role, dialect), min_size=dialect is not None, max_size=3)
    optional: dict[str, st.SearchStrategy[Any]] = {"extra": extras(dialect)}
    if dialect != ANTHROPIC and role != "tool":
        optional["name"] = st.sampled_from(("alice", "bob"))
    if dialect is None:
        optional["id"] = ids("msg")
    fields = {"role": st.just(role), "parts": some.map(tuple)}
    return node(Message, fields, optional, 1)


@functools.cache
def _any_messages() -> st.SearchStrategy[list[Message]]:
    roles: tuple[Role, ...] = ("user", "assistant", "tool", "system", "developer")
    return st.lists(st.sampled_from(roles).flatmap(messages), max_size=4)


_turns: Final = st.lists(st.sampled_from(("say", "call", "system")), max_size=2)


@functools.cache
def _call_lists(dialect: str) -> st.SearchStrategy[list[Part]]:
    return st.lists(_call(dialect), min_size=1, max_size=2)


@functools.cache
def _more_texts(dialect: str) -> st.SearchStrategy[list[Part]]:
    return st.lists(_text(dialect, "user"), max_size=1)


@st.composite
def conversations(draw: st.DrawFn, dialect: Dialect = None) -> tuple[Message, ...]:
    """
    Draw the messages of a request, without leading system messages.

    Args:
        draw: Hypothesis's draw.
        dialect: As in `parts`.  Calls are answered then, each id is used once.

    Returns:
        The messages.
    """
    if dialect in DECODED:
        return draw(decoded.conversations(dialect))
    if dialect is None:
        return (draw(messages("user")), *draw(_any_messages()))
    out = [draw(messages("user", dialect))]
    number = 0
    for kind in draw(_turns):
        if kind == "system":
            out.append(draw(messages("system", dialect)))
            out.append(draw(messages("user", dialect)))
            continue
        said = draw(messages("assistant", dialect))
        if kind == "say":
            if dialect == CHAT and draw(st.booleans()):
                refusal = RefusalPart(text=draw(texts(empty=False)))
                said = Message(role="assistant", parts=(*said.parts, refusal))
            out += [said, draw(messages("user", dialect))]
            continue
        calls = [
            _renumbered(call, f"call_{number + n:02d}")
            for n, call in enumerate(draw(_call_lists(dialect)))
        ]
        number += len(calls)
        before = said.parts if draw(st.booleans()) else ()
        out.append(Message(role="assistant", parts=(*before, *calls)))
        out += _answers(draw, calls, dialect)
    return tuple(out)


def _renumbered(call: Any, call_id: str) -> Any:
    fields = {name: getattr(call, name) for name in _CALL_FIELDS}
    return ToolCallPart(**{**fields, "id": call_id})


_CALL_FIELDS: Final = ("id", "name", "arguments", "kind", "cache", "extra")


def _answers(draw: st.DrawFn, calls: list[Any], dialect: str) -> list[Message]:
    results: list[Any] = []
    for call in calls:
        result: Any = draw(_result(dialect))
        results.append(
            ToolResultPart(
                call_id=call.id,
                content=result.content,
                is_error=result.is_error,
                cache=result.cache,
                extra=result.extra,
            )
        )
    if dialect == CHAT:
        return [Message(role="tool", parts=(result,)) for result in results]
    more = draw(_more_texts(dialect))
    return [Message(role="user", parts=(*results, *more))]


# --- tools --------------------------------------------------------------------------


@functools.cache
def tools(dialect: Dialect = None) -> st.SearchStrategy[Tool]:
    """
    Give tool declarations.

    Args:
        dialect: Only what this dialect's decoder gives; `None`: anything.

    Returns:
        Tools.
    """
    if dialect in DECODED:
        return decoded.tools(dialect)
    described = {
        "description": texts(),
        "strict": st.booleans(),
        "extra": extras(dialect),
    }
    named = {"name": tool_names(dialect)}
    schema = {"input_schema": json_schemas()}
    examples = st.lists(json_objects(), min_size=1, max_size=1).map(tuple)
    custom = node(
        CustomTool,
        named,
        {
            "description": texts(),
            "grammar": st.builds(
                Grammar,
                syntax=st.sampled_from(("lark", "regex")),
                definition=texts(empty=False),
            ),
            "extra": extras(dialect),
        },
    )
    if dialect == CHAT:
        return node(FunctionTool, named, {**described, **schema}) | custom
    cached = {**described, "cache": caches(dialect), "examples": examples}
    function = node(FunctionTool, {**named, **schema}, cached)
    search = node(
        ServerTool,
        {
            "kind": st.just("web_search"),
            "type": st.just("web_search_20250305"),
            "dialect": st.just(ANTHROPIC),
            "name": st.just("web_search"),
            "config": st.sampled_from(
                ({}, {"max_uses": 2}, {"allowed_domains": ["a.b"]})
            ),
        },
        {"cache": caches(dialect), "extra": extras(dialect)},
        1,
    )
    raw = json_objects().map(lambda fields: {"type": "x_tool_20990101", **fields})
    owners = (dialect,) if dialect else (CHAT, ANTHROPIC)
    unknown = st.builds(UnknownTool, dialect=st.sampled_from(owners), raw=raw)
    if dialect == ANTHROPIC:
        return st.one_of(function, function, search, unknown)
    bare = st.builds(
        ServerTool, kind=st.sampled_from(("web_search", "code_execution", "computer"))
    )
    loose = node(FunctionTool, named, {**cached, **schema})
    return st.one_of(function, loose, custom, search, unknown, bare)


@functools.cache
def tool_choices(dialect: Dialect = None) -> st.SearchStrategy[ToolChoice]:
    """
    Give tool choices.

    Args:
        dialect: Only what this dialect's decoder gives; `None`: anything.

    Returns:
        Choices; a named tool need not be declared.
    """
    if dialect in DECODED:
        return decoded.tool_choices(dialect)
    plain = st.builds(ToolChoice, mode=st.sampled_from(("auto", "none", "required")))
    named = st.builds(ToolChoice, mode=st.just("tool"), name=tool_names(dialect))
    if dialect == ANTHROPIC:
        return plain | named
    subset = st.lists(
        st.builds(AllowedTool, name=tool_names(dialect)), min_size=1, max_size=2
    )
    allowed = st.builds(
        ToolChoice,
        mode=st.sampled_from(("auto", "required")),
        allowed=subset.map(tuple),
    )
    return st.one_of(plain, named, allowed)
