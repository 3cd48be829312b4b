"""Translation: the glue between codecs, on small hand-made traffic."""

from __future__ import annotations

import copy
import json
import pickle

import pytest

from modelwire.codecs import RAISE_ON_ERROR, LossPolicy
from modelwire.errors import RequestDecodeError, StateError, UnsupportedFeatureError
from modelwire.translate import (
    StreamTap,
    StreamTranslator,
    translate_error,
    translate_headers,
    translate_request,
    translate_response,
)

OPENAI = "openai-chat"
RESPONSES_API = "openai-responses"
ANTHROPIC = "anthropic-messages"
GEMINI = "gemini-generate"
DIALECTS = (OPENAI, RESPONSES_API, ANTHROPIC, GEMINI)
PAIRS = [(a, b) for a in DIALECTS for b in DIALECTS]
PATHS = {**dict.fromkeys(DIALECTS, ""), GEMINI: "/v1beta/models/m:generateContent"}

REQUESTS = {
    OPENAI: {
        "model": "m",
        "messages": [
            {"role": "system", "content": "Be brief."},
            {"role": "user", "content": "Hi"},
        ],
        "max_completion_tokens": 20,
    },
    RESPONSES_API: {
        "model": "m",
        "instructions": "Be brief.",
        "input": [{"role": "user", "content": "Hi"}],
        "max_output_tokens": 20,
    },
    ANTHROPIC: {
        "model": "m",
        "max_tokens": 20,
        "system": "Be brief.",
        "messages": [{"role": "user", "content": "Hi"}],
    },
    GEMINI: {
        "systemInstruction": {"parts": [{"text": "Be brief."}]},
        "contents": [{"role": "user", "parts": [{"text": "Hi"}]}],
        "generationConfig": {"maxOutputTokens": 20},
    },
}
RESPONSES = {
    OPENAI: {
        "id": "r1",
        "object": "chat.completion",
        "created": 5,
        "model": "m",
        "choices": [
            {
                "index": 0,
                "message": {"role": "assistant", "content": "Hi"},
                "finish_reason": "stop",
            }
        ],
        "usage": {"prompt_tokens": 3, "completion_tokens": 2, "total_tokens": 5},
    },
    RESPONSES_API: {
        "id": "r1",
        "object": "response",
        "created_at": 5,
        "status": "completed",
        "model": "m",
        "output": [
            {
                "type": "message",
                "id": "msg_r1_message_0",
                "role": "assistant",
                "content": [
                    {
                        "type": "output_text",
                        "text": "Hi",
                        "annotations": [],
                        "logprobs": [],
                    }
                ],
                "status": "completed",
            }
        ],
        "usage": {
            "input_tokens": 3,
            "input_tokens_details": {"cached_tokens": 0, "cache_write_tokens": 0},
            "output_tokens": 2,
            "output_tokens_details": {"reasoning_tokens": 0},
            "total_tokens": 5,
        },
    },
    ANTHROPIC: {
        "id": "r1",
        "type": "message",
        "role": "assistant",
        "model": "m",
        "content": [{"type": "text", "text": "Hi", "citations": None}],
        "stop_reason": "end_turn",
        "stop_sequence": None,
        "usage": {"input_tokens": 3, "output_tokens": 2},
    },
    GEMINI: {
        "candidates": [
            {
                "content": {"parts": [{"text": "Hi"}], "role": "model"},
                "finishReason": "STOP",
                "index": 0,
            }
        ],
        "usageMetadata": {
            "promptTokenCount": 3,
            "candidatesTokenCount": 2,
            "totalTokenCount": 5,
        },
        "modelVersion": "m",
        "responseId": "r1",
    },
}
ERRORS = {
    OPENAI: {"error": {"message": "slow down", "type": "rate_limit_error"}},
    RESPONSES_API: {
        "error": {"message": "slow down", "type": "rate_limit_error", "param": None}
    },
    ANTHROPIC: {
        "type": "error",
        "error": {"type": "rate_limit_error", "message": "slow down"},
    },
    GEMINI: {
        "error": {
            "code": 429,
            "message": "slow down",
            "status": "RESOURCE_EXHAUSTED",
        }
    },
}


def sse(*events, done=False):
    lines = []
    for event in events:
        if "type" in event:
            lines.append(f"event: {event['type']}\n")
        lines.append(f"data: {json.dumps(event)}\n\n")
    if done:
        lines.append("data: [DONE]\n\n")
    return "".join(lines).encode()


def chunk(**rest):
    return {
        "id": "r1",
        "object": "chat.completion.chunk",
        "created": 5,
        "model": "m",
        **rest,
    }


def gemini(*parts, **candidate):
    made = {"content": {"parts": list(parts), "role": "model"}, "index": 0}
    rest = {k: v for k, v in RESPONSES[GEMINI].items() if k != "candidates"}
    return {"candidates": [{**made, **candidate}], **rest}


MESSAGE = RESPONSES[RESPONSES_API]["output"][0]
(TEXT,) = MESSAGE["content"]


def responses(*kinds, **rest):
    """Events of openai-responses; only the first three fields differ."""
    return [{"type": f"response.{kind}", **rest} for kind in kinds]


def begun(value, **rest):
    return {**value, "status": "in_progress", **rest}


OPENED = {
    RESPONSES_API: sse(
        *responses(
            "created",
            "in_progress",
            response=begun(RESPONSES[RESPONSES_API], output=[], usage=None),
        )
    ),
    OPENAI: sse(
        chunk(
            choices=[
                {
                    "index": 0,
                    "delta": {"role": "assistant", "content": ""},
                    "finish_reason": None,
                }
            ]
        )
    ),
    ANTHROPIC: sse(
        {
            "type": "message_start",
            "message": {
                **RESPONSES[ANTHROPIC],
                "content": [],
                "stop_reason": None,
                "usage": {"input_tokens": 3, "output_tokens": 1},
            },
        }
    ),
    GEMINI: sse(gemini({"text": ""})),
}
PLACE = {"item_id": MESSAGE["id"], "output_index": 0, "content_index": 0}
BODY = {
    RESPONSES_API: sse(
        *responses(
            "output_item.added", output_index=0, item=begun(MESSAGE, content=[])
        ),
        *responses("content_part.added", **PLACE, part={**TEXT, "text": ""}),
        *responses("output_text.delta", **PLACE, delta="Hi", logprobs=[]),
    ),
    OPENAI: sse(
        chunk(
            choices=[{"index": 0, "delta": {"content": "Hi"}, "finish_reason": None}]
        ),
    ),
    ANTHROPIC: sse(
        {
            "type": "content_block_start",
            "index": 0,
            "content_block": {"type": "text", "text": ""},
        },
        {
            "type": "content_block_delta",
            "index": 0,
            "delta": {"type": "text_delta", "text": "Hi"},
        },
    ),
    GEMINI: sse(gemini({"text": "Hi"})),
}
END = {
    RESPONSES_API: sse(
        *responses("output_text.done", **PLACE, text="Hi", logprobs=[]),
        *responses("content_part.done", **PLACE, part=TEXT),
        *responses("output_item.done", output_index=0, item=MESSAGE),
        *responses("completed", response=RESPONSES[RESPONSES_API]),
    ),
    OPENAI: sse(
        chunk(choices=[{"index": 0, "delta": {}, "finish_reason": "stop"}]),
        chunk(choices=[], usage=RESPONSES[OPENAI]["usage"]),
        done=True,
    ),
    ANTHROPIC: sse(
        {"type": "content_block_stop", "index": 0},
        {
            "type": "message_delta",
            "delta": {"stop_reason": "end_turn", "stop_sequence": None},
            "usage": {"output_tokens": 2},
        },
        {"type": "message_stop"},
    ),
    GEMINI: sse(gemini({"text": ""}, finishReason="STOP")),
}
STREAM = {d: OPENED[d] + BODY[d] + END[d] for d in DIALECTS}
# A Gemini stream has no terminator; what makes it whole is a finish reason.
TERMINATOR = {
    OPENAI: b"[DONE]",
    RESPONSES_API: b"response.completed",
    ANTHROPIC: b"message_stop",
    GEMINI: b'"finishReason"',
}


def dumps(value) -> bytes:
    return json.dumps(value).encode()


@pytest.mark.parametrize(("source", "target"), PAIRS)
def test_request(source, target):
    encoded = translate_request(
        dumps(REQUESTS[source]),
        source=source,
        target=target,
        path=PATHS[source],
        model="other",
    )
    body = json.loads(encoded.body)
    if target == GEMINI:
        assert body == REQUESTS[target]
        assert encoded.path == "/v1beta/models/other:generateContent"
    elif target == RESPONSES_API and source != target:
        # Nobody else keeps an answer that was not asked to be kept.
        assert body == {**REQUESTS[target], "model": "other", "store": False}
    else:
        assert body == {**REQUESTS[target], "model": "other"}
    synthesised = {"svc.store"} if "store" in body else set()
    assert {str(loss.code) for loss in encoded.losses} == synthesised
    # The request is the client's own: the answer is made for what it asked.
    assert encoded.request.model == "m"


@pytest.mark.parametrize(("source", "target"), PAIRS)
def test_response(source, target):
    sent = translate_request(
        dumps(REQUESTS[target]), source=target, target=source, path=PATHS[target]
    )
    answer = translate_response(
        dumps(RESPONSES[source]),
        source=source,
        target=target,
        for_request=sent,
        created=5,
    )
    assert answer.status == 200
    assert answer.error is None
    expected = RESPONSES[target]
    body = json.loads(answer.body)
    usage = [name for name in expected if name.startswith("usage")]
    left_out = {"choices", *usage}
    assert {k: body[k] for k in expected if k not in left_out} == {
        k: v for k, v in expected.items() if k not in left_out
    }
    # A source that says that nothing was cached says more than the others.
    assert all(body[name].items() >= expected[name].items() for name in usage)
    if target == OPENAI:
        assert body["choices"][0]["message"]["content"] == "Hi"
        assert body["choices"][0]["finish_reason"] == "stop"


@pytest.mark.parametrize(("source", "target"), PAIRS)
@pytest.mark.parametrize("through", ["error", "response"])
def test_errors_take_the_clients_shape(source, target, through):
    headers = (("Retry-After", "7"),)
    if through == "error":
        answer = translate_error(
            dumps(ERRORS[source]),
            source=source,
            target=target,
            status=429,
            headers=headers,
        )
    else:
        answer = translate_response(
            dumps(ERRORS[source]),
            source=source,
            target=target,
            status=429,
            headers=headers,
        )
    assert answer.status == 429
    assert answer.error.kind == "rate_limit"
    assert answer.error.retry_after == 7
    assert ("retry-after", "7") in answer.headers
    body = json.loads(answer.body)
    assert body["error"]["message"] == "slow down"
    assert (body.get("type") == "error") == (target == ANTHROPIC)


@pytest.mark.parametrize(("source", "target"), PAIRS)
@pytest.mark.parametrize("body", [b"", b"<html>", b"[1]", b'{"a":', b"\xff"])
def test_unreadable_responses_become_errors(source, target, body):
    answer = translate_response(body, source=source, target=target)
    assert answer.status == 502
    assert answer.error.status == 502
    assert answer.error.kind == "decode_error"
    assert "error" in json.loads(answer.body)


def test_bad_request_reports_every_problem():
    body = dumps({"model": 1, "messages": [{"role": 5}], "temperature": "hot"})
    with pytest.raises(RequestDecodeError) as caught:
        translate_request(body, source=OPENAI, target=ANTHROPIC)
    paths = {problem.path for problem in caught.value.problems}
    assert {"$.model", "$.messages[0].role", "$.temperature"} <= paths


def test_a_stream_for_a_client_that_counts_on_usage_asks_for_it():
    body = dumps({**REQUESTS[ANTHROPIC], "stream": True})
    sent = translate_request(body, source=ANTHROPIC, target=OPENAI)
    assert json.loads(sent.body)["stream_options"] == {"include_usage": True}
    assert sent.request.include_usage is None
    assert sent.losses == ()
    for source, target in ((OPENAI, OPENAI), (ANTHROPIC, ANTHROPIC)):
        body = dumps({**REQUESTS[source], "stream": True})
        sent = translate_request(body, source=source, target=target)
        assert json.loads(sent.body) == json.loads(body)


def test_policy_refuses_before_any_byte():
    body = dumps({**REQUESTS[OPENAI], "seed": 1, "n": 2})
    policy = LossPolicy(severities=frozenset({"parameter"}))
    with pytest.raises(UnsupportedFeatureError) as caught:
        translate_request(body, source=OPENAI, target=ANTHROPIC, on_loss=policy)
    assert {"param.seed", "param.n"} <= {str(x.code) for x in caught.value.losses}
    assert RAISE_ON_ERROR.severities == {"error"}


# --- streams ------------------------------------------------------------------------


@pytest.mark.parametrize(("source", "target"), PAIRS)
@pytest.mark.parametrize("size", [1, 3, 50, 10_000])
def test_stream_in_any_split(source, target, size):
    def translate(step):
        translator = StreamTranslator(source, target, created=5)
        data = STREAM[source]
        out = [translator.feed(data[i : i + step]) for i in range(0, len(data), step)]
        out.append(translator.close())
        assert translator.close() == b""
        return b"".join(out), translator

    written, translator = translate(size)
    assert written == translate(len(STREAM[source]))[0]
    assert written.count(TERMINATOR[target]) >= 1
    assert translator.complete
    assert translator.error is None
    assert translator.model == "m"
    assert translator.id == "r1"
    assert translator.finish.kind == "stop"
    assert translator.finishes[0].kind == "stop"
    assert (translator.usage.input_total, translator.usage.output_total) == (3, 2)
    assert translator.content_type.startswith("text/event-stream")


@pytest.mark.parametrize(("source", "target"), PAIRS)
def test_text_is_written_before_the_stream_ends(source, target):
    translator = StreamTranslator(source, target)
    assert b"Hi" in translator.feed(OPENED[source] + BODY[source])


@pytest.mark.parametrize(("source", "target"), PAIRS)
def test_a_fault_before_all_output_writes_nothing(source, target):
    translator = StreamTranslator(source, target)
    written = translator.feed(sse(ERRORS[source])) + translator.close()
    assert written == b""
    assert translator.error.kind == "rate_limit"
    assert not translator.complete


@pytest.mark.parametrize(("source", "target"), PAIRS)
@pytest.mark.parametrize("body", [b"", b"<html>busy</html>", b": only\n\n"])
def test_no_stream_at_all_writes_nothing(source, target, body):
    translator = StreamTranslator(source, target)
    assert translator.feed(body) + translator.close() == b""
    assert translator.error is not None


@pytest.mark.parametrize(("source", "target"), PAIRS)
def test_a_cut_stream_ends_in_the_clients_error(source, target):
    translator = StreamTranslator(source, target)
    written = translator.feed(OPENED[source] + BODY[source]) + translator.close()
    assert TERMINATOR[target] not in written
    assert b'"error"' in written
    assert translator.error.kind == "stream_truncated"
    assert not translator.complete


@pytest.mark.parametrize(("source", "target"), PAIRS)
def test_an_error_in_the_middle_reaches_the_client(source, target):
    translator = StreamTranslator(source, target)
    written = translator.feed(OPENED[source] + BODY[source] + sse(ERRORS[source]))
    written += translator.close()
    assert b"slow down" in written
    assert TERMINATOR[target] not in written


@pytest.mark.parametrize(("source", "target"), PAIRS)
def test_a_translator_can_be_copied_in_the_middle(source, target):
    data = STREAM[source]
    for cut in range(0, len(data), 97):
        first = StreamTranslator(source, target)
        head = first.feed(data[:cut])
        for second in (copy.deepcopy(first), pickle.loads(pickle.dumps(first))):
            tail = second.feed(data[cut:]) + second.close()
            whole = StreamTranslator(source, target)
            assert head + tail == whole.feed(data) + whole.close()


@pytest.mark.parametrize("dialect", DIALECTS)
def test_tap_watches(dialect):
    tap = StreamTap(dialect)
    for byte in STREAM[dialect]:
        tap.feed(bytes([byte]))
    tap.close()
    tap.close()
    assert tap.complete
    assert tap.error is None
    assert not tap.failed
    assert tap.finish.kind == "stop"
    assert tap.usage.output_total == 2
    assert tap.model == "m"


@pytest.mark.parametrize("dialect", DIALECTS)
def test_tap_sees_a_cut(dialect):
    tap = StreamTap(dialect)
    tap.feed(OPENED[dialect])
    assert tap.finish is None
    tap.close()
    assert not tap.complete
    assert tap.error.kind == "stream_truncated"


@pytest.mark.parametrize("make", [StreamTap, lambda d: StreamTranslator(d, d)])
def test_misuse_is_a_local_error(make):
    machine = make(OPENAI)
    with pytest.raises(StateError):
        machine.feed("text")
    machine.close()
    with pytest.raises(StateError):
        machine.feed(b"x")


# --- headers ------------------------------------------------------------------------

OPENAI_LIMITS = [
    ("X-Request-Id", "req_1"),
    ("x-ratelimit-remaining-requests", "9"),
    ("x-ratelimit-reset-requests", "12ms"),
    ("x-other", "1"),
]
LIMITS = {
    OPENAI: OPENAI_LIMITS,
    RESPONSES_API: OPENAI_LIMITS,
    ANTHROPIC: [
        ("Request-Id", "req_1"),
        ("anthropic-ratelimit-requests-remaining", "9"),
        ("anthropic-ratelimit-requests-reset", "2026-01-01T00:00:00Z"),
        ("anthropic-organization-id", "secret"),
    ],
    GEMINI: [("X-Goog-Request-Id", "req_1"), ("x-other", "1")],
}


def shared_headers(source, target):
    """Give what both have a name for; of Google's only the request id is known."""
    known = 1 if GEMINI in (source, target) else 2
    return [(name.lower(), value) for name, value in LIMITS[target][:known]]


@pytest.mark.parametrize(("source", "target"), PAIRS)
def test_headers_take_the_targets_names(source, target):
    found = translate_headers(LIMITS[source], source=source, target=target)
    expected = shared_headers(source, target)
    if LIMITS[source] == LIMITS[target] and target != GEMINI:
        # The form of a reset is one vendor's; OpenAI's two dialects share it.
        name, value = LIMITS[target][2]
        expected.append((name.lower(), value))
    assert list(found) == expected


@pytest.mark.parametrize(("source", "target"), PAIRS)
@pytest.mark.parametrize("kind", ["answer", "error"])
def test_responses_carry_the_headers(source, target, kind):
    body, status = {
        "answer": (RESPONSES[source], 200),
        "error": (ERRORS[source], 429),
    }[kind]
    answer = translate_response(
        dumps(body),
        source=source,
        target=target,
        status=status,
        headers=LIMITS[source],
    )
    names = [name for name, _ in answer.headers]
    assert len(names) == len(set(names))
    assert set(shared_headers(source, target)) <= set(answer.headers)
