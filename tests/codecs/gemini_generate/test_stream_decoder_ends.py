"""Streamed generateContent answers into chunks: ends, framings, any input at all."""

from __future__ import annotations

import copy
import json
import pickle

import pytest
from hypothesis import given, strategies as st
from tests.codecs.gemini_generate._stream_decoder_support import BEGIN, END, STOP, kinds
from tests.codecs.gemini_generate._streams import (
    array,
    call,
    decode,
    native,
    parts,
    piece,
    response,
    sse,
    text,
    told,
)

from modelwire.codecs._base import MalformedEvent, NativeEvent
from modelwire.codecs._limits import Limits
from modelwire.codecs.gemini_generate._stream_decoder import stream_decoder
from modelwire.errors import StateError
from modelwire.ir import (
    ChoiceFinish,
    Keepalive,
    Message,
    StreamEnd,
    StreamError,
    ToolCallPart,
)

# --- ends and framings --------------------------------------------------------------


ERROR = {"error": {"code": 503, "message": "overloaded", "status": "UNAVAILABLE"}}


@pytest.mark.parametrize("frame", [sse, array])
def test_error_in_the_stream(frame):
    chunks = decode(frame(response(text("a")), ERROR, STOP))
    assert kinds(chunks)[-2:] == ["StreamError", "StreamEnd"]
    assert chunks[-2].error.kind == "overloaded"
    assert chunks[-1] == StreamEnd(complete=False)


def test_array_wrapped_error():
    chunks = decode(b"[" + json.dumps(ERROR, indent=1).encode() + b"\n]")
    assert chunks[-2].error.kind == "overloaded"


def test_error_object_alone():
    chunks = decode(json.dumps(ERROR, indent=1).encode())
    assert chunks[-2].error.kind == "overloaded"


def test_E05_three_ends():
    whole = sse(response(text("a"), finish="STOP"))
    assert decode(whole)[-1].complete
    cut = decode(sse(response(text("a"))))
    assert cut[-2].error.kind == "stream_truncated"
    assert cut[-1] == StreamEnd(complete=False)
    broken = decode(whole[:-20])
    assert "inside an event" in broken[-2].error.message
    brackets = array(response(text("a"), finish="STOP"))
    assert decode(brackets)[-1].complete
    unclosed = decode(brackets.rstrip().rstrip(b"]"))
    assert unclosed[-2].error.kind == "stream_truncated"
    assert any(type(c) is ChoiceFinish for c in unclosed)
    assert "inside an event" in decode(brackets[:-20])[-2].error.message


def test_nothing_at_all():
    assert decode(b"")[-2].error.kind == "stream_truncated"
    assert decode(b" \r\n")[-2].error.kind == "stream_truncated"
    assert decode(b"[]")[-2].error.kind == "stream_truncated"
    assert decode(b"\xef\xbb")[-1] == StreamEnd(complete=False)


def test_array_behind_a_bom():
    body = b"\xef\xbb\xbf" + array(response(text("a"), finish="STOP"))
    headers = (("content-type", "text/event-stream"),)
    for size in (0, 1, 2):
        assert decode(body, size, headers=headers)[-1].complete


def test_event_stream_labelled_as_json():
    headers = (("content-type", "application/json"),)
    body = sse(response(text("a"), finish="STOP"))
    assert decode(body, headers=headers)[-1].complete


def test_html_page():
    chunks = decode(b"<html><body>Bad Gateway</body></html>")
    assert type(chunks[-2]) is StreamError
    assert "Bad Gateway" in chunks[-2].error.message


def test_done_marker_of_a_gateway():
    body = sse(response(text("a"), finish="STOP")) + b"data: [DONE]\n\n"
    assert decode(body)[-1] == StreamEnd(complete=True, terminator="event")
    cut = sse(response(text("a"))) + b"data: [DONE]\n\n"
    assert not decode(cut)[-1].complete


def test_comments_are_signs_of_life():
    body = sse(response(text("a"))) + b": wait\n\n" + sse(STOP)
    assert Keepalive(" wait") in decode(body)


def test_trailing_bytes():
    for frame, tail in ((sse, b"data: {}\n\n"), (array, b"{}")):
        body = frame(ERROR)
        counted = set()
        for size in (1, 5, 1000):
            decoder = stream_decoder()
            data = body + tail
            for at in range(0, len(data), size):
                decoder.feed(data[at : at + size])
            decoder.close()
            assert decoder.failed
            counted.add(decoder.trailing_bytes)
        assert len(counted) == 1
        assert counted.pop() >= len(tail)


def test_limits():
    body = array(response(text("a" * 1000)), STOP)
    limits = Limits(max_event_bytes=100)
    for size in (0, 1, 64):
        chunks = decode(body, size, limits=limits)
        assert "max_event_bytes" in chunks[-2].error.message or (
            "max_element_bytes" in chunks[-2].error.message
        )
    many = sse(*[response(text("a"), index=n) for n in range(5)])
    chunks = decode(many, limits=Limits(max_open_blocks=3))
    assert "max_open_blocks" in chunks[-2].error.message


def test_ids_of_a_request_without_a_response_id():
    event = response(call("f", {}), finish="STOP")
    del event["responseId"]
    assert parts(decode(sse(event)))[0].id == "call_0"

    class Request:
        messages = (Message(role="user"),) * 3

    assert parts(decode(sse(event), request=Request()))[0].id == "turn_3_call_0"


def test_copy_and_pickle_in_the_middle():
    events = [
        response(call("f", {})),
        response(BEGIN),
        response(piece("$.a", stringValue="x", willContinue=True)),
        response(piece("$.a", stringValue="日"), END),
        response(text("é"), call("g", {})),
        STOP,
    ]
    for frame in (sse, array):
        body = frame(*events)
        whole = decode(body)
        for at in range(0, len(body), 37):
            decoder = stream_decoder()
            before = decoder.feed(body[:at])
            for twin in (copy.deepcopy(decoder), pickle.loads(pickle.dumps(decoder))):
                assert before + twin.feed(body[at:]) + twin.close() == whole


def test_misuse():
    decoder = stream_decoder()
    with pytest.raises(StateError):
        decoder.feed("text")
    decoder.close()
    assert decoder.close() == []
    with pytest.raises(StateError):
        decoder.feed(b"")


def test_raw():
    event = response(text("a"), finish="STOP")
    chunks = decode(sse(event))
    assert all(c.raw == event for c in chunks[:-1] if type(c) is not Keepalive)
    assert all(c.raw is None for c in decode(sse(event), keep_raw=False))


# --- totality -----------------------------------------------------------------------


JUNK = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=3) | st.floats(),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                [
                    "candidates",
                    "content",
                    "parts",
                    "text",
                    "thought",
                    "functionCall",
                    "name",
                    "args",
                    "id",
                    "partialArgs",
                    "jsonPath",
                    "stringValue",
                    "willContinue",
                    "thoughtSignature",
                    "finishReason",
                    "index",
                    "usageMetadata",
                    "promptFeedback",
                    "groundingMetadata",
                    "citationMetadata",
                    "logprobsResult",
                    "error",
                    "role",
                    "createTime",
                    "inlineData",
                ]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=25,
)
LIKELY = st.lists(
    JUNK
    | st.fixed_dictionaries({"candidates": st.lists(JUNK, max_size=2)})
    | st.builds(lambda p: response(*p), st.lists(JUNK, max_size=3))
    | st.builds(lambda f: response(candidate=f), st.dictionaries(st.just("x"), JUNK)),
    max_size=4,
)


@given(LIKELY, st.integers(1, 30))
def test_no_json_breaks_the_decoder(values, size):
    body = b"".join(b"data: " + json.dumps(v).encode() + b"\n\n" for v in values)
    chunks = decode(body)
    assert decode(body, size) == chunks
    assert type(chunks[-1]) is StreamEnd
    told(chunks)
    chunks = decode(json.dumps(values).encode())
    assert type(chunks[-1]) is StreamEnd
    told(chunks)


@given(st.binary(max_size=60), st.integers(1, 7))
def test_no_bytes_break_the_decoder(data, size):
    for body in (data, b"[" + data, b"[{" + data, b"data: {" + data + b"\n\n"):
        chunks = decode(body)
        assert decode(body, size) == chunks
        assert type(chunks[-1]) is StreamEnd


# --- native events ------------------------------------------------------------------


def test_native_events():
    event = response(text("a"), finish="STOP")
    for body in (sse(event, ERROR), array(event, ERROR)):
        items = native(body)
        assert items == [
            NativeEvent("gemini-generate", "GenerateContentResponse", event),
            NativeEvent("gemini-generate", "error", ERROR),
        ]
    assert type(native(b"[{]}")[-1]) is MalformedEvent
    assert type(native(b'[{"a":1')[-1]).__name__ == "FramingFault"
    assert native(b"") == []


def test_native_events_and_tool_call_part_agree():
    event = response(call("f", {"a": 1}), finish="STOP")
    (part,) = parts(decode(sse(event)))
    assert type(part) is ToolCallPart
