"""
Small values for the strategies: texts, JSON, schemas, ids, and what stands on parts.

Everything is small, so that an example of a whole request takes a few milliseconds.
A *dialect* of `None` means any value that the IR can hold; else only what that
dialect's decoder gives.
"""

from __future__ import annotations

import functools
import json
from collections.abc import Iterable, Mapping
from typing import Any, Final, TypeVar

from hypothesis import strategies as st

from modelwire.ir._parts import (
    Annotation,
    CacheBreakpoint,
    ItemRef,
    Logprobs,
    Opaque,
    SourceSpan,
    TokenLogprob,
)

__all__ = [
    "ANTHROPIC",
    "BASE64",
    "CHAT",
    "Dialect",
    "arguments",
    "caches",
    "citations",
    "extras",
    "ids",
    "items",
    "json_objects",
    "json_schemas",
    "json_values",
    "logprobs",
    "node",
    "opaques",
    "some_of",
    "texts",
    "tool_names",
]

Dialect = str | None
CHAT: Final = "openai-chat"
ANTHROPIC: Final = "anthropic-messages"

_T = TypeVar("_T")

_TEXTS: Final = (
    "a", "Hello, world", "two\nlines", '"quoted" \\ back', "ünï 😀", "\u2028", "[DONE]",
    "data: x\n\n", "  spaced  ", "\x00\x1f", "</think>", "{}", "0", "ﬃ e\u0301",
)  # fmt: skip
"""Texts that have broken parsers."""

BASE64: Final = ("", "aGk=", "iVBORw0KGgo=", "AAAA", "/+8=")
"""Texts that are base64."""

_SCHEMAS: Final[tuple[dict[str, Any], ...]] = (
    {"type": "object", "properties": {}},
    {
        "type": "object",
        "properties": {"city": {"type": "string", "description": "Where"}},
        "required": ["city"],
        "additionalProperties": False,
    },
    {
        "type": "object",
        "properties": {
            "unit": {"enum": ["c", "f"]},
            "n": {"type": ["integer", "null"]},
        },
    },
    {
        "type": "object",
        "properties": {"tree": {"$ref": "#/$defs/tree"}},
        "$defs": {
            "tree": {
                "type": "object",
                "properties": {
                    "children": {"type": "array", "items": {"$ref": "#/$defs/tree"}}
                },
            }
        },
    },
)


def node(
    cls: type[_T],
    required: Mapping[str, st.SearchStrategy[Any]],
    optional: Mapping[str, st.SearchStrategy[Any]],
    most: int = 3,
) -> st.SearchStrategy[_T]:
    """
    Build IR nodes with all of *required* and a few of *optional*.

    Args:
        cls: The class.
        required: Fields that are always set.
        optional: Fields that are set now and then; left out means the default.
        most: How many of them at most.

    Returns:
        Nodes.
    """
    return _nodes(cls, required, optional, some_of(optional, most))


@st.composite
def _nodes(
    draw: st.DrawFn,
    cls: type[_T],
    required: Mapping[str, st.SearchStrategy[Any]],
    optional: Mapping[str, st.SearchStrategy[Any]],
    chosen: st.SearchStrategy[list[str]],
) -> _T:
    fields = {name: draw(values) for name, values in required.items()}
    for name in draw(chosen):
        fields[name] = draw(optional[name])
    return cls(**fields)


def some_of(names: Iterable[str], most: int) -> st.SearchStrategy[list[str]]:
    """
    Choose a few names.

    Args:
        names: The names.
        most: How many at most.

    Returns:
        Lists without repetition.
    """
    known = sorted(names)
    if not known:
        return st.just([])
    return st.lists(st.sampled_from(known), max_size=most, unique=True)


@functools.cache
def texts(*, empty: bool = True) -> st.SearchStrategy[str]:
    """Give texts, the awkward ones often."""
    some: st.SearchStrategy[str] = st.sampled_from(_TEXTS)
    some |= st.text(min_size=1, max_size=6)
    return st.just("") | some if empty else some


@functools.cache
def json_values() -> st.SearchStrategy[Any]:
    """Give JSON values, two levels deep."""
    scalars = st.one_of(
        st.none(),
        st.booleans(),
        st.integers(-(2**31), 2**70),
        st.sampled_from((0.5, -1.5e300, 1e-7, 3.0)),
        texts(),
    )
    keys = st.sampled_from(("a", "b", "key", "ключ", "x.y"))
    flat = st.dictionaries(keys, scalars, max_size=2)
    return st.one_of(
        scalars, st.lists(scalars, max_size=2), flat, st.lists(flat, max_size=1)
    )


@functools.cache
def json_objects() -> st.SearchStrategy[dict[str, Any]]:
    """Give JSON objects."""
    keys = st.sampled_from(("city", "n", "deep", "ключ", "x.y"))
    return st.dictionaries(keys, json_values(), max_size=2)


def json_schemas() -> st.SearchStrategy[dict[str, Any]]:
    """
    Give JSON Schemas of tool arguments, a recursive one among them.

    Returns:
        Schemas of type `object`.
    """
    return st.sampled_from(_SCHEMAS)


@functools.cache
def arguments(dialect: Dialect) -> st.SearchStrategy[str]:
    """Give arguments of function calls; Anthropic's come from parsed objects."""
    compact = json_objects().map(
        lambda value: json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    )
    if dialect == ANTHROPIC:
        return compact
    loose = st.sampled_from(("", "{}", '{"a": 1}', '{ "n" : 1.0 }', '{"cut', "[]", "x"))
    return compact | loose


def ids(prefix: str) -> st.SearchStrategy[str]:
    """Give ids that every dialect takes."""
    return st.integers(0, 99).map(lambda number: f"{prefix}_{number:02d}")


@functools.cache
def tool_names(dialect: Dialect) -> st.SearchStrategy[str]:
    """Give tool names: legal ones for a dialect, any for none."""
    legal = st.sampled_from(("get_weather", "f", "a-b_C9", "search"))
    if dialect is not None:
        return legal
    return legal | st.sampled_from(("has space", "ünï", "x" * 70, "ns.name:1", ""))


@functools.cache
def extras(dialect: Dialect) -> st.SearchStrategy[dict[str, dict[str, Any]]]:
    """Give unknown fields of the dialect, or of any."""
    dialects = (dialect,) if dialect else (CHAT, ANTHROPIC, "gemini-generate")
    values = json_values().filter(lambda value: value is not None)
    return st.tuples(
        st.sampled_from(dialects), st.sampled_from(("x_unknown", "x_more")), values
    ).map(lambda drawn: {drawn[0]: {drawn[1]: drawn[2]}})


@functools.cache
def opaques(dialect: Dialect) -> st.SearchStrategy[Opaque]:
    """Give opaque values of the dialect, or of any."""
    dialects = (
        (dialect,) if dialect else (ANTHROPIC, "gemini-generate", "openai-responses")
    )
    return st.builds(
        Opaque,
        value=st.sampled_from(("EqQBCg==", "sig", "AAECAw==")),
        dialect=st.sampled_from(dialects),
    )


@functools.cache
def caches(dialect: Dialect) -> st.SearchStrategy[CacheBreakpoint]:
    """Give cache breakpoints with the dialect's lifetimes."""
    lifetimes = {CHAT: ("30m", "12h"), ANTHROPIC: ("5m", "1h")}
    ttl = st.sampled_from(
        (None, *lifetimes.get(dialect or "", ("5m", "1h", "30m", "12h")))
    )
    return st.builds(CacheBreakpoint, ttl=ttl)


@functools.cache
def items() -> st.SearchStrategy[ItemRef]:
    """Give item references; only Responses has them."""
    return st.builds(
        ItemRef,
        id=st.none() | ids("msg"),
        status=st.sampled_from((None, "completed", "in_progress")),
        phase=st.sampled_from((None, "commentary")),
        group=st.none() | ids("group"),
    )


@functools.cache
def citations(dialect: Dialect) -> st.SearchStrategy[Annotation]:
    """Give citations as the dialect has them."""
    url = st.sampled_from(("https://a.example/", "https://b.example/?q=ü"))
    chat = node(
        Annotation,
        {
            "kind": st.just("url"), "type": st.just("url_citation"), "url": url,
            "title": texts(), "start": st.integers(0, 3), "end": st.integers(3, 9),
        },
        {},
    )  # fmt: skip
    document = node(
        Annotation,
        {
            "kind": st.just("document"),
            "type": st.just("char_location"),
            "cited_text": texts(empty=False),
            "source": st.builds(
                SourceSpan,
                unit=st.just("char"),
                start=st.integers(0, 3),
                end=st.integers(4, 9),
                index=st.integers(0, 2),
            ),
        },
        {"title": texts(empty=False)},
    )
    search = node(
        Annotation,
        {
            "kind": st.just("url"),
            "type": st.just("web_search_result_location"),
            "url": url,
            "cited_text": texts(empty=False),
            "encrypted": opaques(dialect or ANTHROPIC),
        },
        {"title": texts(empty=False)},
    )
    if dialect == CHAT:
        return chat
    if dialect == ANTHROPIC:
        return document | search
    free = node(
        Annotation,
        {"kind": st.sampled_from(("file", "unknown", "search_result"))},
        {
            "type": texts(), "url": url, "file_id": ids("file"), "filename": texts(),
            "start": st.integers(0, 3), "extra": extras(None),
        },
    )  # fmt: skip
    return st.one_of(chat, document, search, free)


@functools.cache
def logprobs() -> st.SearchStrategy[Logprobs]:
    """Give token log probabilities."""
    numbers = st.sampled_from((-0.5, -12.25, 0.0, -1))
    octets = st.none() | st.lists(st.integers(0, 255), max_size=2).map(tuple)
    top = st.builds(TokenLogprob, token=texts(), logprob=numbers, bytes=octets)
    token = st.builds(
        TokenLogprob,
        token=texts(),
        logprob=numbers,
        bytes=octets,
        top=st.lists(top, max_size=1).map(tuple),
    )
    some = st.lists(token, min_size=1, max_size=2).map(tuple)
    return st.builds(Logprobs, content=some) | st.builds(Logprobs, refusal=some)
