"""
Errors survive from every dialect to every other: kind, message, status, and hints.

Recorded bodies and made values go through `translate_error` for every ordered pair;
what the client's dialect reads again must mean the same.  Where its vocabulary has no
word for a kind, `FALLBACKS` says what it becomes (wire/errors.md, sections 2 and 5).
"""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings, strategies as hyp
from tests._corpus import cases

from modelwire import codecs
from modelwire.codecs import COLLECT
from modelwire.errors import ERROR_KINDS, ErrorInfo, Permanent
from modelwire.ir import (
    BlockStart,
    StreamEnd,
    StreamError,
    StreamStart,
    TextDelta,
    TextPart,
)
from modelwire.testing import run_decoder
from modelwire.translate import StreamTranslator, translate_error

PAIRS = [(a, b) for a in codecs.DIALECTS for b in codecs.DIALECTS]
OPENAI = {"unknown": "server_error"}
FALLBACKS = {
    "openai-chat": OPENAI,
    "openai-responses": OPENAI,
    # Ten types, all of HTTP statuses; a context that is too long is told by its text.
    "anthropic-messages": {
        "content_filter": "invalid_request",
        "unsupported": "invalid_request",
        "stream_truncated": "server_error",
        "decode_error": "server_error",
        "unknown": "server_error",
    },
    # The statuses of gRPC: one for every limit, one for every wrong argument.
    "gemini-generate": {
        "billing": "rate_limit",
        "request_too_large": "invalid_request",
        "context_length_exceeded": "invalid_request",
        "content_filter": "invalid_request",
        "unsupported": "invalid_request",
        "stream_truncated": "overloaded",
        "decode_error": "server_error",
        "unknown": "server_error",
    },
}
"""What a kind is read as in a dialect that cannot say it."""

RETRIED = {"billing", "decode_error"}
"""
Kinds whose fallback invites a retry that cannot help.

Gemini's one word for limits, and a bad gateway: a client of any dialect tries again.
"""

STATUSES = {
    "invalid_request": {400, 404, 405, 422, 424},
    "authentication": {401, 403},
    "permission": {401, 403},
    "billing": {402, 429},
    "not_found": {404},
    "conflict": {409},
    "request_too_large": {400, 413},
    "context_length_exceeded": {400, 413},
    "rate_limit": {429},
    "overloaded": {429, 503, 529},
    "timeout": {408, 504},
    "server_error": {500, 502, 503, 504},
    "content_filter": {400, 403},
    "unsupported": {400, 501},
    "stream_truncated": {500, 502},
    "decode_error": {500, 502},
    "unknown": set(range(400, 600)),
}
"""Statuses that a client may see for a kind, whatever its dialect."""


def read(answer, target):
    codec = codecs.get(target)
    return codec.decode_error(answer.body, status=answer.status, headers=answer.headers)


def is_permanent(info):
    return isinstance(info.retry_classification(), Permanent)


def check(source_info, answer, target):
    """Assert that *answer* says the same to a client of *target*."""
    again = read(answer, target)
    wanted = FALLBACKS[target].get(source_info.kind, source_info.kind)
    assert again.kind in (source_info.kind, wanted)
    assert source_info.message in again.message
    assert answer.status == again.status
    assert answer.status in STATUSES[source_info.kind] | {source_info.status}
    # The status is half of what says whether a repetition can help.
    if source_info.status is not None and source_info.kind not in ("unknown", *RETRIED):
        assert is_permanent(again) == is_permanent(source_info)
    if source_info.retry_after is not None:
        assert again.retry_after == pytest.approx(source_info.retry_after, abs=1)
    return again


# --- recorded -----------------------------------------------------------------------


@pytest.mark.parametrize("target", codecs.DIALECTS)
@pytest.mark.parametrize("case", cases("error"), ids=lambda c: c.id)
def test_recorded_errors(case, target):
    body = case.response_body or b""
    headers = case.response_headers
    info = codecs.get(case.dialect).decode_error(
        body, status=case.status, headers=headers
    )
    answer = translate_error(
        body,
        source=case.dialect,
        target=target,
        status=case.status,
        headers=headers,
    )
    assert answer.error == info
    again = check(info, answer, target)
    if target == case.dialect:
        assert again.kind == info.kind
        assert again.code == info.code
        # The vendors' types require the word that some servers leave out.
        assert again.type == info.type or info.type is None
    assert "error" in json.loads(answer.body)


# --- made ---------------------------------------------------------------------------

WORDS = hyp.sampled_from(("the words", "ünï 😀", "a\nb", '"q"', "x" * 300))


def infos():
    return hyp.builds(
        ErrorInfo,
        kind=hyp.sampled_from(ERROR_KINDS),
        message=WORDS,
        status=hyp.none(),
        code=hyp.none() | hyp.sampled_from(("c", "ünï")),
        type=hyp.none() | hyp.just("x_error"),
        param=hyp.none() | hyp.just("$.messages[0]"),
        request_id=hyp.none() | hyp.just("req_1"),
        retry_after=hyp.none() | hyp.sampled_from((0.0, 0.25, 7.0)),
    )


@pytest.mark.parametrize(("source", "target"), PAIRS)
def test_made_errors(source, target):
    @settings(max_examples=60)
    @given(infos())
    def law(info):
        sent = codecs.get(source).encode_error(info)
        upstream = check(info, sent, source)
        answer = translate_error(
            sent.body,
            source=source,
            target=target,
            status=sent.status,
            headers=sent.headers,
        )
        check(upstream, answer, target)
        if info.request_id is not None:
            assert read(answer, target).request_id == info.request_id

    law()


@pytest.mark.parametrize("target", codecs.DIALECTS)
@pytest.mark.parametrize("kind", ERROR_KINDS)
def test_every_kind_is_said_or_falls_back(kind, target):
    info = ErrorInfo(kind=kind, message="the words")
    again = read(codecs.get(target).encode_error(info), target)
    assert again.kind == FALLBACKS[target].get(kind, kind)


@pytest.mark.parametrize(("source", "target"), PAIRS)
@pytest.mark.parametrize("kind", ERROR_KINDS)
def test_there_and_back(kind, source, target):
    """What both dialects can say is the same after a journey through both."""
    info = ErrorInfo(kind=kind, message="the words")
    sent = codecs.get(source).encode_error(info)
    there = translate_error(sent.body, source=source, target=target, status=sent.status)
    back = translate_error(
        there.body, source=target, target=source, status=there.status
    )
    said = {FALLBACKS[d].get(kind, kind) for d in (source, target)}
    if said == {kind}:
        assert read(back, source).kind == kind


@pytest.mark.parametrize("target", codecs.DIALECTS)
@pytest.mark.parametrize("source", codecs.DIALECTS)
@pytest.mark.parametrize("body", [b"", b"<html>Bad gateway</html>", b"[]", b'"x"'])
def test_bodies_that_are_none(body, source, target):
    answer = translate_error(body, source=source, target=target, status=502)
    assert read(answer, target).kind in ("server_error", "overloaded")
    assert answer.status in (500, 502, 503)


# --- in a stream --------------------------------------------------------------------


def broken_stream(dialect, info):
    """Write a stream that says something and then fails."""
    encoder = codecs.get(dialect).stream_encoder(on_loss=COLLECT)
    chunks = [
        StreamStart(id="r", model="m", created=1),
        BlockStart(0, 0, TextPart(text="")),
        TextDelta(0, "half"),
        StreamError(info),
        StreamEnd(complete=False),
    ]
    return b"".join(map(encoder.encode, chunks)) + encoder.close()


@pytest.mark.parametrize(("source", "target"), PAIRS)
def test_an_error_in_a_stream_survives(source, target):
    for kind in ERROR_KINDS:
        sent = broken_stream(source, ErrorInfo(kind=kind, message="the words"))
        upstream = run_decoder(codecs.get(source).stream_decoder(), [sent])[-2].error
        translator = StreamTranslator(source, target, on_loss=COLLECT)
        written = translator.feed(sent) + translator.close()
        assert not translator.complete
        assert translator.error == upstream
        *said, failed, end = run_decoder(codecs.get(target).stream_decoder(), [written])
        assert "half" in [getattr(chunk, "text", None) for chunk in said]
        assert isinstance(failed, StreamError)
        assert end == StreamEnd(complete=False, terminator=end.terminator)
        assert "the words" in failed.error.message
        fallback = FALLBACKS[target].get(upstream.kind, upstream.kind)
        assert failed.error.kind in (upstream.kind, fallback), kind
