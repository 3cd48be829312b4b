"""Errors: before the answer, in the middle of it, and instead of its end."""

from __future__ import annotations

from typing import Any

import pytest
from tests._wires import AM, DIALECTS, GG, OC, OR, named_sse, plain_sse
from tests.clients._answers import RESPONSES
from tests.clients._loopback import Answer, failed, stream_of, translated_stream
from tests.clients._seen import CLIENTS, STREAMED
from tests.clients._upstream import UPSTREAM

from modelwire import ir

READERS = ("plain", *STREAMED)
MODULES = {
    "openai": "openai",
    "responses": "openai",
    "anthropic": "anthropic",
    "gemini": "google.genai.errors",
}


def info(kind: ir.ErrorKind, **fields: Any) -> ir.ErrorInfo:
    return ir.ErrorInfo(kind=kind, message="it went wrong", **fields)


def error_class(name: str, wanted: str) -> type[Exception]:
    return getattr(pytest.importorskip(MODULES[name]), wanted)


# --- before the answer --------------------------------------------------------------

OPENAI_RAISES = {
    "invalid_request": "BadRequestError",
    "context_length_exceeded": "BadRequestError",
    "authentication": "AuthenticationError",
    "permission": "PermissionDeniedError",
    "not_found": "NotFoundError",
    "rate_limit": "RateLimitError",
    "overloaded": "InternalServerError",
    "server_error": "InternalServerError",
    "stream_truncated": "InternalServerError",
}
RAISES = {
    "openai": OPENAI_RAISES,
    "responses": OPENAI_RAISES,
    "anthropic": {
        "invalid_request": "BadRequestError",
        "context_length_exceeded": "BadRequestError",
        "authentication": "AuthenticationError",
        "billing": "APIStatusError",
        "permission": "PermissionDeniedError",
        "not_found": "NotFoundError",
        "request_too_large": "APIStatusError",
        "rate_limit": "RateLimitError",
        "overloaded": "InternalServerError",
        "server_error": "InternalServerError",
    },
    "gemini": {
        "invalid_request": "ClientError",
        "context_length_exceeded": "ClientError",
        "authentication": "ClientError",
        "permission": "ClientError",
        "not_found": "ClientError",
        "rate_limit": "ClientError",
        "overloaded": "ServerError",
        "timeout": "ServerError",
        "server_error": "ServerError",
        "stream_truncated": "ServerError",
    },
}
TYPED = [(name, kind) for name, kinds in RAISES.items() for kind in kinds]


@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize(("name", "kind"), TYPED)
def test_a_client_raises_its_typed_error(loopback, clients, name, kind, reader):
    client = CLIENTS[name]
    loopback.answer = failed(client.dialect, info(kind))
    raised = error_class(name, RAISES[name][kind])
    with pytest.raises(raised, match="it went wrong"):
        client.readers[reader](clients(name))


GEMINI_STATUS = {
    "invalid_request": (400, "INVALID_ARGUMENT"),
    "authentication": (401, "UNAUTHENTICATED"),
    "permission": (403, "PERMISSION_DENIED"),
    "not_found": (404, "NOT_FOUND"),
    "rate_limit": (429, "RESOURCE_EXHAUSTED"),
    "server_error": (500, "INTERNAL"),
    "overloaded": (503, "UNAVAILABLE"),
    "timeout": (504, "DEADLINE_EXCEEDED"),
}


@pytest.mark.parametrize("kind", GEMINI_STATUS)
def test_gemini_has_the_code_and_the_status(loopback, gemini_client, kind):
    loopback.answer = failed(GG, info(kind))
    with pytest.raises(error_class("gemini", "APIError")) as caught:
        CLIENTS["gemini"].readers["plain"](gemini_client)
    assert (caught.value.code, caught.value.status) == GEMINI_STATUS[kind]
    assert caught.value.message == "it went wrong"


@pytest.mark.parametrize("name", ["openai", "responses", "anthropic"])
def test_a_client_gets_retry_after(loopback, clients, name):
    client = CLIENTS[name]
    limit = info("rate_limit", status=429, retry_after=7.0)
    loopback.answer = failed(client.dialect, limit)
    with pytest.raises(error_class(name, "RateLimitError")) as caught:
        client.readers["plain"](clients(name))
    assert float(caught.value.response.headers["retry-after"]) == 7


def test_gemini_gets_retry_info(loopback, gemini_client):
    limit = info("rate_limit", status=429, retry_after=7.0)
    loopback.answer = failed(GG, limit)
    with pytest.raises(error_class("gemini", "ClientError")) as caught:
        CLIENTS["gemini"].readers["plain"](gemini_client)
    delays = [
        detail["retryDelay"]
        for detail in caught.value.details["error"]["details"]
        if detail["@type"].endswith("RetryInfo")
    ]
    assert delays == ["7s"]


def test_anthropic_gets_its_own_overload_status(loopback, anthropic_client):
    loopback.answer = failed(AM, info("overloaded"))
    with pytest.raises(error_class("anthropic", "APIStatusError")) as caught:
        CLIENTS["anthropic"].readers["plain"](anthropic_client)
    assert caught.value.status_code == 529
    assert caught.value.body["error"]["type"] == "overloaded_error"


def test_openai_gets_the_code_of_an_overflow(loopback, clients):
    for name in ("openai", "responses"):
        client = CLIENTS[name]
        loopback.answer = failed(client.dialect, info("context_length_exceeded"))
        with pytest.raises(error_class(name, "BadRequestError")) as caught:
            client.readers["plain"](clients(name))
        assert caught.value.code == "context_length_exceeded"


# --- instead of a stream ------------------------------------------------------------

LIMITED = {
    OC: plain_sse(
        {"error": {"message": "slow down", "type": "rate_limit_error", "code": None}}
    ),
    OR: named_sse(
        {
            "type": "error",
            "code": "rate_limit_exceeded",
            "message": "slow down",
            "param": None,
            "sequence_number": 0,
        }
    ),
    AM: named_sse(
        {
            "type": "error",
            "error": {"type": "rate_limit_error", "message": "slow down"},
        }
    ),
    GG: plain_sse(
        {
            "error": {
                "code": 429,
                "message": "slow down",
                "status": "RESOURCE_EXHAUSTED",
            }
        }
    ),
}
PAIRS = [(name, upstream) for name in CLIENTS for upstream in DIALECTS]


@pytest.mark.parametrize("reader", STREAMED)
@pytest.mark.parametrize(("name", "upstream"), PAIRS)
def test_an_error_before_the_first_chunk_still_gets_a_status(
    loopback, clients, name, upstream, reader
):
    client = CLIENTS[name]
    loopback.answer = translated_stream(LIMITED[upstream], upstream, client.dialect)
    assert loopback.answer.status == 429
    raised = error_class(name, "ClientError" if name == "gemini" else "RateLimitError")
    with pytest.raises(raised, match="slow down"):
        client.readers[reader](clients(name))


# --- in the middle ------------------------------------------------------------------


def broken(*end: ir.StreamChunk) -> list[ir.StreamChunk]:
    """The beginning of a stream, with *end* after its text."""
    chunks = ir.explode(RESPONSES["text"])
    finish = next(i for i, c in enumerate(chunks) if isinstance(c, ir.ChoiceFinish))
    return [*chunks[:finish], *end]


OVERLOADED = (
    ir.StreamError(info("overloaded")),
    ir.StreamEnd(complete=False, terminator="none"),
)


def said(name: str, error: Any) -> tuple[str, Any]:
    """Give the message and the kind of what a client raised in a stream."""
    if name == "anthropic":
        return error.body["error"]["message"], error.body["error"]["type"]
    if name == "gemini":
        return error.message, (error.code, error.status)
    return getattr(error, "message", None) or error.args[0].message, None


KINDS = {
    "anthropic": {"overloaded": "overloaded_error", "rate_limit": "rate_limit_error"},
    "gemini": {
        "overloaded": (503, "UNAVAILABLE"),
        "rate_limit": (429, "RESOURCE_EXHAUSTED"),
    },
}


@pytest.mark.parametrize("name", CLIENTS)
def test_a_client_sees_an_error_in_the_stream(loopback, clients, name):
    client = CLIENTS[name]
    loopback.answer = stream_of(client.dialect, broken(*OVERLOADED))
    text, error = client.until_error(clients(name))
    assert text.startswith("Sunny")
    kind = KINDS.get(name, {}).get("overloaded")
    assert said(name, error) == ("it went wrong", kind)


LAST = {OC: 3, OR: 4, AM: 3, GG: 1}
"""How many pieces of the text's wire begin with the one after a delta."""


@pytest.mark.parametrize(("name", "upstream"), PAIRS)
def test_a_client_sees_a_translated_error_in_the_stream(
    loopback, clients, name, upstream
):
    client = CLIENTS[name]
    early = UPSTREAM[upstream]["text"].pieces[: -LAST[upstream]]
    loopback.answer = translated_stream(
        early + LIMITED[upstream], upstream, client.dialect
    )
    text, error = client.until_error(clients(name))
    assert text.startswith("Sunny,")
    kind = KINDS.get(name, {}).get("rate_limit")
    assert said(name, error) == ("slow down", kind)


# --- cut ----------------------------------------------------------------------------


def cut_answer(dialect: str, cut: str) -> Answer:
    """A stream whose source ends early, in a place where it can be noticed."""
    if cut == "chunks end":
        return stream_of(dialect, broken())
    if cut == "chunks say so":
        end = ir.StreamEnd(complete=False, terminator="none")
        truncated = ir.StreamError(info("stream_truncated"))
        return stream_of(dialect, broken(truncated, end))
    upstream, _, inside = cut.partition(" ")
    early = UPSTREAM[upstream]["text"].pieces[: -LAST[upstream]]
    if inside:
        early = (*early, UPSTREAM[upstream]["text"].pieces[len(early)][:-10])
    return translated_stream(early, upstream, dialect)


NO_END = {"responses": (RuntimeError,)}
"""What a helper raises that hands errors on as events and then lacks the last one."""

CUTS = (
    "chunks end",
    "chunks say so",
    *DIALECTS,
    *(f"{dialect} inside an event" for dialect in DIALECTS),
)


@pytest.mark.parametrize("cut", CUTS)
@pytest.mark.parametrize("name", CLIENTS)
def test_a_client_never_takes_a_cut_stream_for_an_answer(loopback, clients, name, cut):
    client = CLIENTS[name]
    loopback.answer = cut_answer(client.dialect, cut)
    text, _ = client.until_error(clients(name))
    assert text.startswith("Sunny")
    with pytest.raises((error_class(name, "APIError"), *NO_END.get(name, ()))):
        client.readers["helper"](clients(name))


# --- nothing that disturbs ----------------------------------------------------------


@pytest.mark.parametrize("reader", STREAMED)
@pytest.mark.parametrize("name", CLIENTS)
def test_a_keepalive_disturbs_no_client(loopback, clients, name, reader):
    client = CLIENTS[name]
    chunks = ir.explode(RESPONSES["text"])
    alive = [x for chunk in chunks for x in (chunk, ir.Keepalive("still here"))][:-1]
    loopback.answer = stream_of(client.dialect, alive)
    if name == "gemini":
        # Its client takes every line without `data: ` for a piece of an error's JSON.
        lines = b"".join(loopback.answer.pieces).split(b"\r\n")
        assert all(line.startswith(b"data: {") for line in lines if line)
    seen = client.readers[reader](clients(name))
    assert seen.text == "Sunny, 20 °C.\u2028\n✓"
