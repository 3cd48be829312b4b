"""Errors: before the answer, in the middle of it, and instead of its end."""

from __future__ import annotations

import pytest
from tests.clients import _upstream
from tests.clients._answers import RESPONSES
from tests.clients._loopback import Answer, failed, stream_of, translated_stream
from tests.clients._seen import (
    ANTHROPIC_READERS,
    ASK,
    MODEL,
    OPENAI_READERS,
    anthropic_plain,
    openai_plain,
)

from modelwire import ir

openai = pytest.importorskip("openai")
anthropic = pytest.importorskip("anthropic")

OPENAI, ANTHROPIC = "openai-chat", "anthropic-messages"
STREAMED = ["raw", "helper"]


def info(kind: ir.ErrorKind, **fields: object) -> ir.ErrorInfo:
    return ir.ErrorInfo(kind=kind, message="it went wrong", **fields)


# --- before the answer --------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "raised"),
    [
        ("invalid_request", openai.BadRequestError),
        ("context_length_exceeded", openai.BadRequestError),
        ("authentication", openai.AuthenticationError),
        ("permission", openai.PermissionDeniedError),
        ("not_found", openai.NotFoundError),
        ("rate_limit", openai.RateLimitError),
        ("overloaded", openai.InternalServerError),
        ("server_error", openai.InternalServerError),
        ("stream_truncated", openai.InternalServerError),
    ],
)
@pytest.mark.parametrize("reader", OPENAI_READERS)
def test_openai_raises_its_typed_error(loopback, openai_client, kind, raised, reader):
    loopback.answer = failed(OPENAI, info(kind))
    with pytest.raises(raised, match="it went wrong"):
        OPENAI_READERS[reader](openai_client)


@pytest.mark.parametrize(
    ("kind", "raised"),
    [
        ("invalid_request", anthropic.BadRequestError),
        ("context_length_exceeded", anthropic.BadRequestError),
        ("authentication", anthropic.AuthenticationError),
        ("billing", anthropic.APIStatusError),
        ("permission", anthropic.PermissionDeniedError),
        ("not_found", anthropic.NotFoundError),
        ("request_too_large", anthropic.APIStatusError),
        ("rate_limit", anthropic.RateLimitError),
        ("overloaded", anthropic.InternalServerError),
        ("server_error", anthropic.InternalServerError),
    ],
)
@pytest.mark.parametrize("reader", ANTHROPIC_READERS)
def test_anthropic_raises_its_typed_error(
    loopback, anthropic_client, kind, raised, reader
):
    loopback.answer = failed(ANTHROPIC, info(kind))
    with pytest.raises(raised, match="it went wrong"):
        ANTHROPIC_READERS[reader](anthropic_client)


def test_openai_gets_retry_after(loopback, openai_client):
    loopback.answer = failed(OPENAI, info("rate_limit", status=429, retry_after=7.0))
    with pytest.raises(openai.RateLimitError) as caught:
        openai_plain(openai_client)
    assert float(caught.value.response.headers["retry-after"]) == 7


def test_anthropic_gets_retry_after_and_its_own_overload_status(
    loopback, anthropic_client
):
    loopback.answer = failed(ANTHROPIC, info("rate_limit", status=429, retry_after=7.0))
    with pytest.raises(anthropic.RateLimitError) as caught:
        anthropic_plain(anthropic_client)
    assert float(caught.value.response.headers["retry-after"]) == 7
    loopback.answer = failed(ANTHROPIC, info("overloaded"))
    with pytest.raises(anthropic.APIStatusError) as caught:
        anthropic_plain(anthropic_client)
    assert caught.value.status_code == 529
    assert caught.value.body["error"]["type"] == "overloaded_error"


# --- instead of a stream ------------------------------------------------------------

ANTHROPIC_OVERLOADED = _upstream.anthropic_sse(
    {"type": "error", "error": {"type": "overloaded_error", "message": "it is full"}}
)
OPENAI_LIMITED = _upstream.openai_sse(
    {"error": {"message": "slow down", "type": "rate_limit_error", "code": None}},
    done=False,
)


@pytest.mark.parametrize("reader", STREAMED)
def test_an_error_before_the_first_chunk_still_gets_a_status(
    loopback, openai_client, anthropic_client, reader
):
    loopback.answer = translated_stream(ANTHROPIC_OVERLOADED, ANTHROPIC, OPENAI)
    with pytest.raises(openai.InternalServerError, match="it is full"):
        OPENAI_READERS[reader](openai_client)
    loopback.answer = translated_stream(OPENAI_LIMITED, OPENAI, ANTHROPIC)
    with pytest.raises(anthropic.RateLimitError, match="slow down"):
        ANTHROPIC_READERS[reader](anthropic_client)


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


def openai_text_until_error(client) -> tuple[str, Exception]:
    text = []

    def read() -> None:
        with client.chat.completions.create(
            model=MODEL, messages=ASK, stream=True
        ) as stream:
            for chunk in stream:
                for choice in chunk.choices:
                    assert choice.finish_reason is None
                    text.append(choice.delta.content or "")

    with pytest.raises(openai.APIError) as caught:
        read()
    return "".join(text), caught.value


def anthropic_text_until_error(client) -> tuple[str, Exception]:
    text = []

    def read() -> None:
        with client.messages.create(
            model=MODEL, messages=ASK, max_tokens=10, stream=True
        ) as stream:
            for event in stream:
                assert event.type not in ("message_delta", "message_stop")
                if event.type == "content_block_delta":
                    text.append(event.delta.text)

    with pytest.raises(anthropic.APIError) as caught:
        read()
    return "".join(text), caught.value


def test_openai_sees_an_error_in_the_stream(loopback, openai_client):
    loopback.answer = stream_of(OPENAI, broken(*OVERLOADED))
    text, error = openai_text_until_error(openai_client)
    assert text.startswith("Sunny")
    assert error.message == "it went wrong"


def test_anthropic_sees_an_error_in_the_stream(loopback, anthropic_client):
    loopback.answer = stream_of(ANTHROPIC, broken(*OVERLOADED))
    text, error = anthropic_text_until_error(anthropic_client)
    assert text.startswith("Sunny")
    assert isinstance(error, anthropic.APIStatusError)
    assert error.body["error"] == {
        "type": "overloaded_error",
        "message": "it went wrong",
    }


MID_ANTHROPIC = _upstream.ANTHROPIC["text"].pieces[:4] + ANTHROPIC_OVERLOADED
MID_OPENAI = _upstream.OPENAI["text"].pieces[:3] + OPENAI_LIMITED


def test_a_translated_error_in_the_stream(loopback, openai_client, anthropic_client):
    loopback.answer = translated_stream(MID_ANTHROPIC, ANTHROPIC, OPENAI)
    text, error = openai_text_until_error(openai_client)
    assert text == "Sunny, 20 °C."
    assert error.message == "it is full"
    loopback.answer = translated_stream(MID_OPENAI, OPENAI, ANTHROPIC)
    text, error = anthropic_text_until_error(anthropic_client)
    assert text == "Sunny, 20 °C."
    assert error.body["error"]["type"] == "rate_limit_error"


# --- cut ----------------------------------------------------------------------------


def cut_answers(dialect: str) -> dict[str, Answer]:
    """A stream whose source ends early, in every place where it can be noticed."""
    other = ANTHROPIC if dialect == OPENAI else OPENAI
    wires = {OPENAI: _upstream.OPENAI, ANTHROPIC: _upstream.ANTHROPIC}[other]
    pieces = wires["text"].pieces
    early = pieces[:-3]  # both end in three events that follow the last text
    return {
        "chunks end": stream_of(dialect, broken()),
        "chunks say so": stream_of(
            dialect,
            broken(
                ir.StreamError(info("stream_truncated")),
                ir.StreamEnd(complete=False, terminator="none"),
            ),
        ),
        "upstream ends": translated_stream(early, other, dialect),
        "upstream ends inside an event": translated_stream(
            (*early[:-1], early[-1][:-10]), other, dialect
        ),
    }


CUTS = (
    "chunks end",
    "chunks say so",
    "upstream ends",
    "upstream ends inside an event",
)


@pytest.mark.parametrize("cut", CUTS)
def test_openai_never_takes_a_cut_stream_for_an_answer(loopback, openai_client, cut):
    loopback.answer = cut_answers(OPENAI)[cut]
    text, _ = openai_text_until_error(openai_client)
    assert text.startswith("Sunny")
    with pytest.raises(openai.APIError):
        OPENAI_READERS["helper"](openai_client)


@pytest.mark.parametrize("cut", CUTS)
def test_anthropic_never_takes_a_cut_stream_for_an_answer(
    loopback, anthropic_client, cut
):
    loopback.answer = cut_answers(ANTHROPIC)[cut]
    text, _ = anthropic_text_until_error(anthropic_client)
    assert text.startswith("Sunny")
    with pytest.raises(anthropic.APIError):
        ANTHROPIC_READERS["helper"](anthropic_client)
