"""Bytes to chunks: framing, errors, ends, and hostile streams."""

from __future__ import annotations

import copy

import pytest
from tests.codecs.openai_chat._stream_decoder_support import (
    CALLS,
    STOP,
    decode,
    delta,
    event,
    message,
    of,
    piece,
    run,
    say,
    stream,
    tools,
)

from modelwire.codecs import _limits
from modelwire.codecs._base import EndSentinel, NativeEvent
from modelwire.codecs.openai_chat import event_decoder, stream_decoder
from modelwire.ir import (
    Keepalive,
    StreamEnd,
    StreamError,
    StreamStart,
)
from modelwire.testing import check_chunks


def test_B04_comments():
    body = b": OPENROUTER PROCESSING\n\n" + stream(say({"content": "a"}), done=False)
    body += b": OPENROUTER PROCESSING\n\n:\n\n" + stream(STOP)
    chunks = run(body)
    assert of(Keepalive, chunks) == [Keepalive(" OPENROUTER PROCESSING"), Keepalive("")]
    assert message(chunks).parts[0].text == "a"


def test_B05_no_space_after_data():
    body = stream(say({"content": "a"}), STOP).replace(b"data: ", b"data:")
    assert run(body) == run(stream(say({"content": "a"}), STOP))


def test_E02_error_inside_the_stream():
    chunks = decode(
        say({"content": "a"}),
        {"error": {"message": "boom", "type": "server_error", "code": "x"}},
    )
    assert of(StreamError, chunks)[0].error.message == "boom"
    assert chunks[-1] == StreamEnd(False, "none")


def test_E02_error_beside_choices():
    error = {"code": 429, "message": "slow", "metadata": {"error_type": "x"}}
    chunks = decode(
        say({"content": "a"}),
        event(delta({"content": ""}, finish="error"), error=error),
    )
    assert [type(c).__name__ for c in chunks[-4:]] == [
        "BlockStop",
        "ChoiceFinish",
        "StreamError",
        "StreamEnd",
    ]
    assert chunks[-3].finish.kind == "error"
    assert chunks[-2].error.kind == "rate_limit"


def test_E03_error_then_done_is_still_an_error():
    chunks = decode({"error": {"message": "boom"}}, done=True)
    assert [type(c).__name__ for c in chunks] == [
        "StreamStart",
        "StreamError",
        "StreamEnd",
    ]
    assert chunks[-1].complete is False


@pytest.mark.parametrize(
    "payload",
    [
        {"error": "boom"},
        {"code": "x", "error": "boom"},
        {"object": "error", "message": "boom", "type": "t", "code": "c"},
        {"message": "boom", "code": "c"},
    ],
)
def test_error_shapes(payload):
    assert of(StreamError, decode(payload))[0].error.message == "boom"


def test_event_error_with_and_without_json():
    body = stream(say({"content": "a"}), done=False)
    named = run(body + b'event: error\ndata: {"message": "boom"}\n\n')
    assert of(StreamError, named)[0].error.message == "boom"
    plain = run(body + b"event: error\ndata: boom\n\n")
    assert of(StreamError, plain)[0].error.message == "boom"


def test_x_groq_error():
    chunks = decode(say({"content": "a"}), event(x_groq={"id": "r", "error": "boom"}))
    assert of(StreamError, chunks)[0].error.message == "boom"


def test_finish_is_given_before_an_error():
    chunks = decode(
        say({"content": "a"}, finish="length"), {"error": {"message": "late"}}
    )
    kinds = [type(c).__name__ for c in chunks[-4:]]
    assert kinds == ["BlockStop", "ChoiceFinish", "StreamError", "StreamEnd"]


def test_E05_three_ends():
    whole = decode(say({"content": "a"}), STOP)
    assert whole[-1] == StreamEnd(True, "event")
    eof = decode(say({"content": "a"}), STOP, done=False)
    assert eof[-1] == StreamEnd(True, "eof")
    clean = decode(say({"content": "a"}), done=False)
    assert clean[-2].error.kind == "stream_truncated"
    assert clean[-1].complete is False
    broken = run(stream(say({"content": "a"}), done=False) + b'data: {"choices":[{"ind')
    assert broken[-2].error.kind == "stream_truncated"
    assert broken[-2].error.message != clean[-2].error.message


def test_one_choice_of_two_without_finish_is_truncated():
    chunks = decode(
        say({"content": "a"}, finish="stop"), say({"content": "b"}, index=1), done=False
    )
    assert [type(c).__name__ for c in chunks[-3:]] == [
        "ChoiceFinish",
        "StreamError",
        "StreamEnd",
    ]


def test_empty_body_and_lone_sentinel():
    assert run(b"")[-1].complete is False
    assert run(b"data: [DONE]\n\n") == [StreamStart(), StreamEnd(True, "event")]


def test_done_without_finish_is_an_unknown_finish():
    chunks = decode(say({"content": "a"}))
    assert (chunks[-2].finish.kind, chunks[-2].finish.raw) == ("unknown", None)


def test_non_stream_error_body():
    chunks = run(b'{"error": {"message": "no", "type": "invalid_request_error"}}')
    assert of(StreamError, chunks)[0].error.message == "no"


HOSTILE = [
    {},
    {"choices": None},
    {"choices": {}},
    {"choices": "x"},
    {"choices": [None, 1, "x", []]},
    {"choices": [{}]},
    {"choices": [{"index": "0", "delta": []}]},
    {"choices": [{"index": -1, "delta": {"content": 5}}]},
    {
        "choices": [
            {
                "index": 0,
                "delta": {
                    "content": [
                        None,
                        1,
                        {"type": 5},
                        {"type": "thinking", "thinking": 7},
                    ]
                },
            }
        ]
    },
    {
        "choices": [
            {
                "index": 0,
                "delta": {"tool_calls": [None, 3, {}, {"index": [], "function": 4}]},
            }
        ]
    },
    {
        "choices": [
            {
                "index": 0,
                "delta": {
                    "tool_calls": [
                        {"index": 0, "id": 5, "function": {"name": [], "arguments": 3}}
                    ]
                },
            }
        ]
    },
    {
        "choices": [
            {"index": 0, "delta": {"function_call": {"name": 3, "arguments": []}}}
        ]
    },
    {
        "choices": [
            {
                "index": 0,
                "delta": {
                    "audio": {"data": 3, "id": []},
                    "images": [None, {}],
                    "annotations": [1, {}],
                },
            }
        ]
    },
    {
        "choices": [
            {
                "index": 0,
                "delta": {
                    "reasoning": 3,
                    "reasoning_content": [],
                    "reasoning_details": [1, {}, {"type": []}],
                },
            }
        ]
    },
    {"choices": [{"index": 0, "finish_reason": 3, "logprobs": 4, "usage": []}]},
    {"choices": [], "usage": [], "moderation": 0, "created": "x", "model": 3, "id": []},
    {"choices": [], "created": 1e400},
    {"choices": [], "x_groq": {"usage": 3}},
]


@pytest.mark.parametrize("payload", HOSTILE, ids=range(len(HOSTILE)))
def test_odd_types_never_raise(payload):
    good = say({"content": "a"})
    for events in (
        [payload],
        [good, payload],
        [payload, payload, good],
        [good, payload, good],
    ):
        body = stream(*events)
        chunks = run(body)
        assert run(body, cuts=1) == chunks
        assert not check_chunks(chunks)


def test_limit_of_open_blocks():
    limits = _limits.Limits(max_open_blocks=3)
    many = [tools(piece(n, f"c{n}", "f", "{}")) for n in range(5)]
    chunks = run(stream(*many), limits=limits)
    assert chunks[-1].complete is False
    assert "max_open_blocks" in of(StreamError, chunks)[0].error.message
    at_once = tools(*(piece(n, f"c{n}", "f", "{}") for n in range(5)))
    assert run(stream(at_once), limits=limits)[-1].complete is False
    choices = [say({"content": "a"}, index=n) for n in range(9)]
    assert run(stream(*choices), limits=limits)[-1].complete is False


def test_deepcopy_in_the_middle():
    body = stream(
        say({"content": "a"}),
        tools(piece(0, "c", "f", "{")),
        tools(piece(0, arguments="}")),
        CALLS,
    )
    whole = run(body)
    for cut in range(0, len(body), 11):
        decoder = stream_decoder()
        head = decoder.feed(body[:cut])
        other = copy.deepcopy(decoder)
        tail = body[cut:]
        assert head + decoder.feed(tail) + decoder.close() == whole
        assert head + other.feed(tail) + other.close() == whole


def test_native_events():
    decoder = event_decoder()
    items = decoder.feed(stream(say({"content": "a"}), {"error": {"message": "x"}}))
    assert [i.type for i in items[:2]] == ["chat.completion.chunk", "error"]
    assert isinstance(items[0], NativeEvent)
    assert items[2] == EndSentinel("[DONE]")
