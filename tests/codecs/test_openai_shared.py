"""What the dialects of the OpenAI API share: the same words mean the same in each."""

import json

import pytest

from modelwire.codecs import openai_chat, openai_responses
from modelwire.codecs._losses import LossLog
from modelwire.codecs._openai_logprobs import decode_tokens
from modelwire.codecs._openai_params import effort_of
from modelwire.codecs._own_extra import OwnExtra
from modelwire.errors import RequestDecodeError
from modelwire.ir import ReasoningConfig

DIALECTS = [openai_chat, openai_responses]
each_dialect = pytest.mark.parametrize("codec", DIALECTS, ids=lambda c: c.DIALECT)

# Bodies of compatible servers, which speak both dialects.
ERRORS = [
    ("vllm type", 400, {"error": {"message": "m", "type": "NotFoundError"}},
     "not_found", "m"),
    ("vague type", None, {"error": {"message": "m", "type": "BadRequestError"}},
     "invalid_request", "m"),
    ("flex capacity", 498, {"error": {"message": "m"}}, "overloaded", "m"),
    ("spent", 402, {"error": {"message": "m", "type": "rate_limit_error"}},
     "billing", "m"),
    ("upstream's class", 500,
     {"error": {"message": "m", "metadata": {"error_type": "rate_limit_error"}}},
     "rate_limit", "m"),
    ("findings", 422, {"detail": [{"loc": ["body", "top_p"], "msg": "too high"}]},
     "invalid_request", "body.top_p: too high"),
    ("wrapped findings", 422, {"message": {"detail": [{"msg": "too high"}]}},
     "invalid_request", "too high"),
    ("token endpoint", 401, {"error": "invalid_client", "error_description": "who?"},
     "authentication", "who?"),
    ("status inside", None, {"error": {"message": "m", "status": 503}},
     "overloaded", "m"),
    ("safety", 400, {"error": {"message": "m", "code": "bio_policy"}},
     "content_filter", "m"),
    ("our own word", 502, {"error": {"message": "m", "code": "decode_error"}},
     "decode_error", "m"),
    ("context in words", 400,
     {"error": {"message": "too many tokens in the prompt"}},
     "context_length_exceeded", "too many tokens in the prompt"),
]  # fmt: skip


@each_dialect
@pytest.mark.parametrize(
    ("status", "body", "kind", "message"), [e[1:] for e in ERRORS],
    ids=[e[0] for e in ERRORS],
)  # fmt: skip
def test_errors_mean_the_same(codec, status, body, kind, message):
    if status is None:
        info = codec.decode_error.__self__.decode_object(body)
    else:
        info = codec.decode_error(json.dumps(body).encode(), status=status)
    assert (info.kind, info.message, info.dialect) == (kind, message, codec.DIALECT)


@each_dialect
def test_error_headers(codec):
    info = codec.decode_error(
        b"",
        status=429,
        headers=[("Retry-After", "7"), ("Mistral-Correlation-Id", "abc")],
    )
    assert (info.retry_after, info.request_id) == (7, "abc")
    written = codec.encode_error(info)
    assert dict(written.headers) == {
        "content-type": "application/json",
        "retry-after": "7",
        "x-request-id": "abc",
    }


def test_type_of_a_flat_event_is_no_type_of_an_error():
    # Events of Responses have a type; a chunk of Chat has none.
    flat = {"type": "error", "message": "m"}
    decoded = [codec.decode_error.__self__.decode_object(flat) for codec in DIALECTS]
    assert [info.type for info in decoded] == ["error", None]


@each_dialect
def test_cache_options_that_say_nothing_come_back(codec):
    body = {"model": "m", "messages": [], "input": [], "prompt_cache_options": {}}
    request = codec.decode_request(json.dumps(body).encode())
    assert request.cache is None
    encoded = codec.encode_request(request)
    assert json.loads(encoded.body)["prompt_cache_options"] == {}
    assert "cache" not in str(encoded.losses)


@each_dialect
@pytest.mark.parametrize(
    ("body", "path", "got"),
    [(b"{", "$", "no JSON"), (b"[]", "$", "array"), (b"[" * 200, "$", "no JSON")],
)
def test_bodies_that_are_no_object(codec, body, path, got):
    with pytest.raises(RequestDecodeError) as caught:
        codec.decode_request(body)
    (problem,) = caught.value.problems
    assert problem.path == path
    assert problem.got.startswith(got)


@pytest.mark.parametrize(
    ("config", "effort", "losses"),
    [
        (ReasoningConfig(effort="low"), "low", []),
        (ReasoningConfig(mode="disabled", effort="low"), "none",
         [("think.off", "$.reasoning.effort"), ("think.effort", None)]),
        (ReasoningConfig(mode="disabled", effort="none"), "none",
         [("think.off", None)]),
        (ReasoningConfig(mode="adaptive"), None, [("think.adaptive", None)]),
        (ReasoningConfig(budget_tokens=9000), "medium",
         [("think.budget", "$.reasoning.effort")]),
        (ReasoningConfig(effort="high", budget_tokens=9), "high",
         [("think.budget", None)]),
    ],
)  # fmt: skip
def test_effort(config, effort, losses):
    log = LossLog("openai-chat")
    assert effort_of(config, log) == effort
    assert [(str(loss.code), loss.to) for loss in log.losses] == losses


def test_own_extra_keeps_and_gives_back():
    own = OwnExtra("d")
    extra = own.keep({"a": 1, "b": None, "in": {"x": 1}}, {"form": "short"})
    assert extra == {"d": {"a": 1, "in": {"x": 1}, "$spelling": {"form": "short"}}}
    assert own.spelling(extra) == {"form": "short"}
    assert own.keep({"b": None}) == {}
    out = {"a": 2, "in": {"y": 2}}
    own.merge(out, {**extra, "other": {"z": 1}})
    assert out == {"a": 2, "in": {"y": 2, "x": 1}}
    own.merge(out, {"d": {"k": 1, "skipped": 1}}, ("skipped",))
    assert out == {"a": 2, "in": {"y": 2, "x": 1}, "k": 1}


@pytest.mark.parametrize(
    ("top", "expected"),
    [
        ([{"token": "b", "logprob": -2, "top_logprobs": []}], None),
        ([{"token": "b", "logprob": -2}], None),
        ([{"token": "b", "logprob": -2, "top_logprobs": [{"token": "c"}]}], "none"),
    ],
    ids=["empty", "absent", "too deep"],
)
def test_candidates_have_no_candidates(top, expected):
    tokens = [{"token": "a", "logprob": -1, "top_logprobs": top}]
    found = decode_tokens(tokens, OwnExtra("d"))
    if expected == "none":
        assert found is None
    else:
        assert found[0].top[0].top is expected
