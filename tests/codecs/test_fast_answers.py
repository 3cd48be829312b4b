"""
The quick ways of reading and writing answers give what the general ways give.

Each dialect's ordinary answers, every change of them in one place, and the recorded
answers are decoded twice: as they are, and with the quick ways taken away.
"""

from __future__ import annotations

import copy
import functools
import json
import operator

import pytest
from tests._corpus import load
from tests._paths import needs_shared
from tests.codecs._mutations import mutations, package, replacements, without

from modelwire import codecs
from modelwire.codecs import COLLECT, Aliases
from modelwire.errors import ModelwireError
from modelwire.ir import ChatRequest, Message, TextPart

CHAT, RESPONSES = "openai-chat", "openai-responses"
ANTHROPIC, GEMINI = "anthropic-messages", "gemini-generate"

QUICK = {
    CHAT: (
        "_response.fast_answer",
        "_response.fast_choice",
        "_response.fast_response",
        "_usage.fast_usage",
    ),
    RESPONSES: (
        "_items_decode.fast_item",
        "_response.fast_answer",
        "_response.fast_response",
        "_usage.fast_usage",
    ),
    ANTHROPIC: (
        "_blocks.QUICK",
        "_response.fast_answer",
        "_response.fast_response",
        "_usage.fast_usage",
    ),
    GEMINI: (
        "_parts.fast_part",
        "_response.fast_answer",
        "_response.fast_choice",
        "_response.fast_response",
        "_usage.fast_usage",
    ),
}
"""Where each dialect asks its quick ways."""

CALL = {"name": "f", "arguments": '{"x":1}'}
ALIASES = Aliases(names={"f": "home.f"}, call_ids={"c1": "home-1"})
"""What a request renamed."""

ANSWERS = {
    CHAT: {
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "created": 1758968520,
        "model": "gpt",
        "choices": [
            {
                "index": 0,
                "message": {
                    "role": "assistant",
                    "content": "Hi",
                    "refusal": None,
                    "annotations": [],
                    "audio": None,
                    "tool_calls": [{"id": "c1", "type": "function", "function": CALL}],
                },
                "logprobs": None,
                "finish_reason": "tool_calls",
            }
        ],
        "usage": {
            "prompt_tokens": 20,
            "completion_tokens": 7,
            "total_tokens": 27,
            "prompt_tokens_details": {
                "cached_tokens": 4,
                "cache_write_tokens": 3,
                "audio_tokens": 0,
                "image_tokens": 2,
            },
            "completion_tokens_details": {
                "reasoning_tokens": 1,
                "audio_tokens": 0,
                "image_tokens": 0,
                "accepted_prediction_tokens": 0,
                "rejected_prediction_tokens": 2,
            },
        },
        "service_tier": "default",
        "system_fingerprint": "fp",
    },
    RESPONSES: {
        "id": "resp_1",
        "object": "response",
        "created_at": 1785367849,
        "status": "completed",
        "background": False,
        "error": None,
        "incomplete_details": None,
        "model": "gpt",
        "moderation": None,
        "output": [
            {
                "id": "rs_1",
                "type": "reasoning",
                "status": "completed",
                "encrypted_content": "gAAA",
                "summary": [{"type": "summary_text", "text": "So"}],
            },
            {
                "id": "msg_1",
                "type": "message",
                "status": "completed",
                "phase": "commentary",
                "role": "assistant",
                "content": [
                    {
                        "type": "output_text",
                        "annotations": [],
                        "logprobs": [],
                        "text": "Hi",
                    }
                ],
            },
            {
                "id": "fc_1",
                "type": "function_call",
                "status": "completed",
                "call_id": "c1",
                **CALL,
            },
        ],
        "service_tier": "default",
        "temperature": 1.0,
        "tools": [],
        "top_p": 0.98,
        "usage": {
            "input_tokens": 20,
            "input_tokens_details": {"cached_tokens": 4, "cache_write_tokens": 3},
            "output_tokens": 7,
            "output_tokens_details": {"reasoning_tokens": 1},
            "total_tokens": 27,
        },
    },
    ANTHROPIC: {
        "id": "msg_1",
        "type": "message",
        "role": "assistant",
        "model": "claude",
        "content": [
            {"type": "thinking", "thinking": "So", "signature": "EqQB"},
            {"type": "text", "text": "Hi", "citations": None},
            {"type": "tool_use", "id": "c1", "name": "f", "input": {"x": 1}},
            {
                "type": "tool_use",
                "id": "c2",
                "name": "f",
                "input": {},
                "caller": {"type": "direct"},
            },
        ],
        "stop_reason": "tool_use",
        "stop_sequence": None,
        "stop_details": None,
        "usage": {
            "input_tokens": 20,
            "cache_creation_input_tokens": 3,
            "cache_read_input_tokens": 4,
            "cache_creation": {
                "ephemeral_5m_input_tokens": 1,
                "ephemeral_1h_input_tokens": 2,
            },
            "output_tokens": 7,
            "output_tokens_details": {"thinking_tokens": 1},
            "server_tool_use": None,
            "service_tier": "standard",
            "inference_geo": "not_available",
        },
    },
    GEMINI: {
        "candidates": [
            {
                "content": {
                    "parts": [
                        {"text": "So", "thought": True},
                        {"text": "Hi", "thoughtSignature": "CikB"},
                        {"text": "!"},
                        {"functionCall": {"name": "f", "args": {"x": 1}}},
                        {
                            "functionCall": {"name": "f", "args": {}, "id": "c1"},
                            "thoughtSignature": "CikB",
                        },
                        {
                            "text": "Then",
                            "thought": True,
                            "thoughtSignature": "CikB",
                        },
                    ],
                    "role": "model",
                },
                "finishReason": "STOP",
                "index": 0,
                "avgLogprobs": -0.5,
                "safetyRatings": [{"category": "X", "probability": "LOW"}],
            }
        ],
        "usageMetadata": {
            "promptTokenCount": 20,
            "cachedContentTokenCount": 4,
            "candidatesTokenCount": 6,
            "thoughtsTokenCount": 1,
            "toolUsePromptTokenCount": 5,
            "totalTokenCount": 32,
            "promptTokensDetails": [{"modality": "TEXT", "tokenCount": 20}],
            "trafficType": "ON_DEMAND",
        },
        "modelVersion": "gemini",
        "responseId": "r1",
    },
}
"""One answer of each dialect that takes its quick ways, whole."""


def _read(dialect, body, aliases=None, request=None):
    """Decode; an error counts as an answer."""
    decode = codecs.get(dialect).decode_response
    try:
        response = decode(body, aliases=aliases, request=request)
    except ModelwireError as error:
        return repr(error)
    # Equality leaves the `raw` of a usage out, and 1 is equal to `true`.
    raw = response.usage and response.usage.raw
    return response, repr(response), raw, _orders(response)


def _orders(response):
    """Give the order of unknown fields, which encoders write in that order."""
    nodes = [response, *response.choices, response.usage]
    nodes += [choice.message for choice in response.choices]
    return [node and [list(fields) for fields in node.extra.values()] for node in nodes]


def _both(monkeypatch, dialect, bodies, *given):
    quick = [_read(dialect, body, *given) for body in bodies]
    with monkeypatch.context() as patch:
        without(patch, dialect, QUICK[dialect])
        general = [_read(dialect, body, *given) for body in bodies]
    return quick, general


@pytest.mark.parametrize("dialect", ANSWERS)
@pytest.mark.parametrize("aliases", [None, ALIASES], ids=["plain", "renamed"])
def test_every_changed_answer_is_read_as_by_the_general_way(
    monkeypatch, dialect, aliases
):
    answer = ANSWERS[dialect]
    changed = [answer, *mutations(answer)]
    bodies = [json.dumps(value).encode() for value in changed]
    quick, general = _both(monkeypatch, dialect, bodies, aliases)
    for value, found, wanted in zip(changed, quick, general, strict=True):
        assert found == wanted, value


def _nested(levels):
    value = "deep"
    for _ in range(levels):
        value = {"x": [value]}
    return value


ODD = (2**63, 2**64, -(2**63) - 1, 10**400 // 3, [2**64], {"x": {"y": [1.5, 2**64]}})
"""What orjson alone reads as a float."""
DEEP = (_nested(56), _nested(63), _nested(64), _nested(70), _nested(150))
"""Around the limit, wherever it stands, and deeper than can be written."""


@pytest.mark.parametrize("dialect", ANSWERS)
@pytest.mark.parametrize("values", [ODD, DEEP], ids=["odd", "deep"])
def test_what_is_read_loosely_is_read_exactly(monkeypatch, dialect, values):
    answers = list(replacements(ANSWERS[dialect], values))
    bodies = [json.dumps(value).encode() for value in answers]
    quick, general = _both(monkeypatch, dialect, bodies)
    for value, found, wanted in zip(answers, quick, general, strict=True):
        assert found == wanted, value


@pytest.mark.parametrize("dialect", ANSWERS)
def test_an_ordinary_answer_takes_the_quick_ways(monkeypatch, dialect):
    def refuse(*_):
        raise AssertionError(dialect)

    for place in QUICK[dialect]:
        owner = package(dialect, place.partition(".")[0])
        if hasattr(owner, "Reader"):
            monkeypatch.setattr(owner, "Reader", refuse)
    body = json.dumps(ANSWERS[dialect]).encode()
    response = codecs.get(dialect).decode_response(body)
    assert response.usage.input_total
    assert response.choices[0].message.parts


NESTED = {"a": {"b": [1.5, "x"]}}
TURN = ChatRequest(
    model="m", messages=(Message(role="user", parts=(TextPart(text="Hi"),)),)
)


def _changed(dialect, path, value):
    """Give the answer of *dialect* with *value* at *path*; `...` takes away."""
    answer = copy.deepcopy(ANSWERS[dialect])
    *above, key = path
    place = functools.reduce(operator.getitem, above, answer)
    if value is ...:
        del place[key]
    else:
        place[key] = value
    return dialect, answer


_CANDIDATE = ANSWERS[GEMINI]["candidates"][0]
_PARTS = ("candidates", 0, "content", "parts")
VARIANTS = {
    "no logprobs": _changed(CHAT, ("choices", 0, "logprobs"), ...),
    "nested arguments": _changed(ANTHROPIC, ("content", 2, "input"), NESTED),
    "no signature": _changed(ANTHROPIC, ("content", 0, "signature"), ""),
    "a text alone": _changed(ANTHROPIC, ("content",), [{"type": "text", "text": "x"}]),
    "few counts": _changed(ANTHROPIC, ("usage",), {"input_tokens": 1}),
    "a search": _changed(
        ANTHROPIC, ("usage", "server_tool_use"), {"web_search_requests": 0}
    ),
    "rounds": _changed(ANTHROPIC, ("usage", "iterations"), [{"input_tokens": 1}]),
    "an exponent": _changed(
        ANTHROPIC, ("content", 2, "input"), {"a": ["e+"], "b": 1.5}
    ),
    "a field more": _changed(ANTHROPIC, ("more",), [1.5]),
    "arguments": _changed(GEMINI, (*_PARTS, 3, "functionCall", "args"), NESTED),
    "a message": _changed(GEMINI, ("candidates", 0, "finishMessage"), "Calls."),
    "a sound": _changed(
        GEMINI,
        ("usageMetadata", "promptTokensDetails", 0, "modality"),
        "AUDIO",
    ),
    "no id": _changed(GEMINI, ("responseId",), ...),
    "no end": _changed(GEMINI, ("candidates", 0, "finishReason"), ...),
    "two": _changed(GEMINI, ("candidates",), [_CANDIDATE, {**_CANDIDATE, "index": 1}]),
    "a time": _changed(GEMINI, ("createTime",), "2026-11-21T10:00:00Z"),
    "an exact time": _changed(GEMINI, ("createTime",), "2026-11-21T10:00:00.5Z"),
    "a tier": _changed(
        GEMINI,
        ("usageMetadata",),
        {
            "promptTokenCount": 2,
            "totalTokenCount": 2,
            "cacheTokensDetails": [{"modality": "TEXT", "tokenCount": 2}],
            "serviceTier": "flex",
        },
    ),
}
"""Other answers that take the quick ways of their dialect."""


@pytest.mark.parametrize(("dialect", "answer"), VARIANTS.values(), ids=VARIANTS)
def test_every_changed_variant_is_read_as_by_the_general_way(
    monkeypatch, dialect, answer
):
    changed = [answer, *mutations(answer)]
    bodies = [json.dumps(value).encode() for value in changed]
    quick, general = _both(monkeypatch, dialect, bodies, ALIASES, TURN)
    for value, found, wanted in zip(changed, quick, general, strict=True):
        assert found == wanted, value


@pytest.mark.parametrize(("dialect", "answer"), VARIANTS.values(), ids=VARIANTS)
def test_a_variant_takes_the_quick_ways(monkeypatch, dialect, answer):
    monkeypatch.setattr(package(dialect, "_response"), "_read", None)
    body = json.dumps(answer).encode()
    assert codecs.get(dialect).decode_response(body).choices


@needs_shared
@pytest.mark.parametrize("dialect", ANSWERS)
def test_recorded_answers_are_read_as_by_the_general_way(monkeypatch, dialect):
    bodies = [
        case.response_body
        for case in load(dialect)
        if case.framing == "json" and case.response_body and case.status < 400
    ]
    assert bodies
    quick, general = _both(monkeypatch, dialect, bodies)
    assert quick == general


# --- writing ------------------------------------------------------------------------


def _decoded(bodies):
    """Give the answers among *bodies*, which are pairs of a dialect and a body."""
    found = []
    for dialect, body in bodies:
        try:
            found.append(codecs.get(dialect).decode_response(body))
        except ModelwireError:
            continue
    return found


def _answers():
    for dialect, answer in ANSWERS.items():
        for changed in [answer, *mutations(answer)]:
            yield dialect, json.dumps(changed).encode()


def _writes(dialect, responses):
    encode = codecs.get(dialect).encode_response
    return [encode(response, on_loss=COLLECT) for response in responses]


def test_answers_are_written_for_gemini_as_by_the_general_way(monkeypatch):
    responses = _decoded(_answers())
    quick = _writes(GEMINI, responses)
    with monkeypatch.context() as patch:
        without(patch, GEMINI, ["_response.fast_call"])
        general = _writes(GEMINI, responses)
    for response, found, wanted in zip(responses, quick, general, strict=True):
        assert (found.body, found.losses) == (wanted.body, wanted.losses), response


COMPACTED = {"type": "compaction", "id": "cmp_1", "encrypted_content": "x"}
REFUSED = {
    "type": "message",
    "role": "assistant",
    "content": [{"type": "refusal", "refusal": "No"}],
}
CUSTOM = {"type": "custom_tool_call", "call_id": "c", "name": "f", "input": ""}
ENDINGS = [
    [*items, *more]
    for items in ([], [REFUSED], [CUSTOM], ANSWERS[RESPONSES]["output"])
    for more in ([], [COMPACTED], [COMPACTED, *ANSWERS[RESPONSES]["output"]])
]


def test_how_an_answer_ends_is_known_without_reading_it():
    response = package(RESPONSES, "_response")
    for changed in [*ENDINGS, *mutations(ANSWERS[RESPONSES]["output"])]:
        items = [item for item in changed if isinstance(item, dict)]
        found = response._ending(items)
        wanted = response.ending_of(response.decode_output(items))
        for name in ("calls", "refused", "compacted"):
            assert getattr(found, name) == getattr(wanted, name), items
