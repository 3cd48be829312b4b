"""Token counts, models, moderation: what each dialect loses of them, golden bytes."""

from __future__ import annotations

import json

import attrs
import pytest
from tests.codecs._operation_support import (
    AN,
    GE,
    OC,
    OR,
    Functions,
    body_of,
    summary,
)

from modelwire import codecs, ir
from modelwire.codecs import COLLECT, OPERATIONS, gemini_generate, openai_chat
from modelwire.ir import (
    CachePolicy,
    ChatRequest,
    FunctionTool,
    ImagePart,
    ModelInfo,
    ModelList,
    ModelListRequest,
    ModerationInput,
    ModerationRequest,
    TextPart,
    TokenCount,
    ToolChoice,
    UrlSource,
)
from modelwire.testing import assert_losses

IMAGE = ImagePart(source=UrlSource(url="https://x/y.png"))

# --- token counts ---------------------------------------------------------------------

TOOL = FunctionTool(name="f", input_schema={"type": "object", "properties": {}})


def chat(**fields):
    return ChatRequest(model="m", messages=(ir.user("hi"),), **fields)


COUNTED = [
    ("plain", chat()),
    ("system", chat(system=(ir.system("s"),))),
    ("tools", chat(tools=(TOOL,), tool_choice=ToolChoice(mode="required"))),
    (
        "settings",
        chat(
            max_output_tokens=5,
            temperature=0.5,
            top_p=0.5,
            top_k=3,
            stop_sequences=("x",),
            seed=1,
            stream=True,
            include_usage=True,
            user_id="u",
            store=False,
            service_tier="auto",
            candidate_count=2,
            metadata={"a": "b"},
        ),
    ),
    (
        "reasoning",
        chat(reasoning=ir.ReasoningConfig(mode="enabled", budget_tokens=9000)),
    ),
    ("cache", chat(cache=CachePolicy(automatic=True))),
]


@pytest.mark.parametrize("dialect", OPERATIONS["token_count"].dialects)
@pytest.mark.parametrize(("name", "request_"), COUNTED)
def test_what_a_question_for_a_count_loses(dialect, name, request_):
    codec = Functions("token_count", dialect)
    encoded = codec.encode_request(request_, on_loss=COLLECT)
    again = codec.decode_request(
        encoded.body, path=encoded.path, headers=encoded.headers
    )
    assert_losses(request_, again, encoded.losses)
    if name == "plain":
        assert not encoded.losses


@pytest.mark.parametrize("profile", gemini_generate.PROFILES)
@pytest.mark.parametrize(("name", "request_"), COUNTED)
def test_variants_account_for_a_count(profile, name, request_):
    encoded = gemini_generate.encode_token_count_request(
        request_, profile=gemini_generate.PROFILES[profile], on_loss=COLLECT
    )
    again = gemini_generate.decode_token_count_request(encoded.body, path=encoded.path)
    assert_losses(request_, again, encoded.losses)


GOLDEN_COUNTS = [
    (
        AN,
        None,
        chat(system=(ir.system("s"),), tools=(TOOL,), temperature=1, stream=True),
        "/v1/messages/count_tokens",
        (
            b'{"model":"m","system":"s","messages":[{"role":"user","content":"hi"}],'
            b'"tools":[{"name":"f","input_schema":{"type":"object","properties":{}}}]}'
        ),
    ),
    (
        AN,
        "vertex",
        chat(),
        "/v1/publishers/anthropic/models/count-tokens:rawPredict",
        (
            b'{"model":"m","messages":[{"role":"user","content":"hi"}],'
            b'"anthropic_version":"vertex-2023-10-16"}'
        ),
    ),
    (
        GE,
        None,
        chat(),
        "/v1beta/models/m:countTokens",
        b'{"contents":[{"role":"user","parts":[{"text":"hi"}]}]}',
    ),
    (
        GE,
        None,
        chat(system=(ir.system("s"),)),
        "/v1beta/models/m:countTokens",
        (
            b'{"generateContentRequest":{"model":"models/m","systemInstruction":'
            b'{"parts":[{"text":"s"}]},"contents":[{"role":"user","parts":'
            b'[{"text":"hi"}]}]}}'
        ),
    ),
    (
        GE,
        "vertex",
        chat(system=(ir.system("s"),), tool_choice=ToolChoice(mode="auto")),
        "/v1beta1/publishers/google/models/m:countTokens",
        (
            b'{"systemInstruction":{"parts":[{"text":"s"}]},"contents":[{"role":"user",'
            b'"parts":[{"text":"hi"}]}]}'
        ),
    ),
    (
        OR,
        None,
        chat(max_output_tokens=9, temperature=1),
        "/v1/responses/input_tokens",
        b'{"model":"m","input":[{"role":"user","content":"hi"}]}',
    ),
]


@pytest.mark.parametrize(
    ("dialect", "profile", "request_", "path", "body"), GOLDEN_COUNTS
)
def test_golden_questions_for_a_count(dialect, profile, request_, path, body):
    module = codecs.get(dialect)
    more = {} if profile is None else {"profile": module.PROFILES[profile]}
    encoded = Functions("token_count", dialect).encode_request(request_, **more)
    assert (encoded.path, encoded.body) == (path, body)


@pytest.mark.parametrize("dialect", OPERATIONS["token_count"].dialects)
@pytest.mark.parametrize(
    "count",
    [
        TokenCount(input_total=3),
        TokenCount(input_total=3, cache_read=2),
        TokenCount(),
        TokenCount(input_total=3, extra={GE: {"totalBillableCharacters": 1}}),
    ],
)
def test_what_a_count_loses(dialect, count):
    codec = Functions("token_count", dialect)
    encoded = codec.encode_response(count, on_loss=COLLECT)
    assert_losses(count, codec.decode_response(encoded.body), encoded.losses)


def test_a_model_beside_the_contents_stays_there():
    body = {
        "model": "models/m",
        "contents": [{"role": "user", "parts": [{"text": "a"}]}],
    }
    request = gemini_generate.decode_token_count_request(json.dumps(body).encode())
    encoded = gemini_generate.encode_token_count_request(request)
    assert encoded.path == "/v1beta/models/m:countTokens"
    assert body_of(encoded) == body


def test_a_model_that_was_changed_is_changed_in_the_body():
    body = b'{"generateContentRequest":{"model":"models/m","contents":[]}}'
    request = gemini_generate.decode_token_count_request(body)
    encoded = gemini_generate.encode_token_count_request(
        attrs.evolve(request, model="n", messages=(ir.user("hi"),))
    )
    assert body_of(encoded)["generateContentRequest"]["model"] == "models/n"


# --- models ---------------------------------------------------------------------------

MODEL = ModelInfo(id="m")
FULL = ModelInfo(
    id="n",
    display_name="N",
    description="d",
    created=86400,
    owned_by="o",
    lifecycle="deprecated",
    max_input_tokens=1,
    max_output_tokens=2,
    extra={OC: {"a": 1}, AN: {"b": 1}, GE: {"c": 1}},
)
LISTS = [
    ModelList(),
    ModelList(models=(MODEL,)),
    ModelList(models=(MODEL, FULL), has_more=False),
    ModelList(models=(MODEL, FULL), has_more=True, first_id="m", last_id="n"),
    ModelList(models=(MODEL,), has_more=True),
    ModelList(models=(MODEL,), has_more=False, last_id="m"),
    ModelList(models=(FULL,), is_single=True),
    ModelList(models=(ModelInfo(id="tunedModels/x"), ModelInfo(id="a/b"))),
    ModelList(models=(MODEL,), extra={OC: {"a": 1}}),
    ModelList(models=(attrs.evolve(MODEL, created=-1),)),
]


@pytest.mark.parametrize("dialect", OPERATIONS["model_list"].dialects)
@pytest.mark.parametrize("response", LISTS)
def test_what_a_list_of_models_loses(dialect, response):
    codec = Functions("model_list", dialect)
    encoded = codec.encode_response(response, on_loss=COLLECT)
    again = codec.decode_response(encoded.body)
    assert_losses(response, again, encoded.losses)


GOLDEN_LISTS = [
    (
        OC,
        (
            b'{"object":"list","data":[{"id":"n","object":"model","created":86400,'
            b'"owned_by":"o","a":1}]}'
        ),
    ),
    (
        AN,
        (
            b'{"data":[{"type":"model","id":"n","display_name":"N","lifecycle":'
            b'"deprecated","max_input_tokens":1,"max_tokens":2,"created_at":'
            b'"1970-01-02T00:00:00Z","b":1}],"has_more":false,"first_id":"n","last_id":"n"}'
        ),
    ),
    (
        GE,
        (
            b'{"models":[{"name":"models/n","displayName":"N","description":"d",'
            b'"inputTokenLimit":1,"outputTokenLimit":2,"c":1}]}'
        ),
    ),
]


@pytest.mark.parametrize(("dialect", "body"), GOLDEN_LISTS)
def test_golden_lists(dialect, body):
    codec = Functions("model_list", dialect)
    assert codec.encode_response(ModelList(models=(FULL,))).body == body


SPELLED_LISTS = [
    (AN, {"data": [{"type": "model", "id": "m", "display_name": "M",
                    "lifecycle": "active", "created_at": "2026-01-01T02:00:00+02:00"}],
          "has_more": False, "first_id": "m", "last_id": "m"}),
    # Vertex names its list after the publisher's resource.
    (GE, {"publisherModels": [{"name": "publishers/google/models/m"}]}),
]  # fmt: skip


@pytest.mark.parametrize(("dialect", "body"), SPELLED_LISTS)
def test_lists_keep_their_spelling(dialect, body):
    codec = Functions("model_list", dialect)
    response = codec.decode_response(json.dumps(body).encode())
    assert len(response.models) == 1
    encoded = codec.encode_response(response)
    assert body_of(encoded) == body
    assert not encoded.losses


LIST_REQUESTS = [
    (ModelListRequest(), OC, "/v1/models", (), []),
    (ModelListRequest(), AN, "/v1/models", (), []),
    (ModelListRequest(), GE, "/v1beta/models", (), []),
    (ModelListRequest(model="a/b"), OC, "/v1/models/a%2Fb", (), []),
    (ModelListRequest(model="tunedModels/x"), GE, "/v1beta/tunedModels/x", (), []),
    (
        ModelListRequest(limit=5, after="c"),
        AN,
        "/v1/models",
        (("after_id", "c"), ("limit", "5")),
        [],
    ),
    (
        ModelListRequest(limit=5, after="c"),
        GE,
        "/v1beta/models",
        (("pageSize", "5"), ("pageToken", "c")),
        [],
    ),
    (
        ModelListRequest(limit=5, after="c"),
        OC,
        "/v1/models",
        (),
        ["meta.kv $.limit dropped parameter", "meta.kv $.after dropped error"],
    ),
    (
        ModelListRequest(before="c"),
        GE,
        "/v1beta/models",
        (),
        ["meta.kv $.before dropped error"],
    ),
]


@pytest.mark.parametrize(
    ("request_", "dialect", "path", "query", "lost"), LIST_REQUESTS
)
def test_requests_for_models(request_, dialect, path, query, lost):
    codec = Functions("model_list", dialect)
    encoded = codec.encode_request(request_, on_loss=COLLECT)
    assert (encoded.method, encoded.path, encoded.body) == ("GET", path, b"")
    assert encoded.query == query
    assert summary(encoded.losses) == lost
    said = "&".join(f"{name}={value}" for name, value in query)
    again = codec.decode_request(path=path, query=said, headers=encoded.headers)
    assert_losses(request_, again, encoded.losses)


def test_a_credential_in_a_query_is_not_kept():
    request = gemini_generate.decode_model_list_request(query="key=k&pageSize=2&x=1")
    assert request == ModelListRequest(limit=2, extra={GE: {"x": "1"}})


# --- moderation -----------------------------------------------------------------------


def judged(*inputs):
    return ModerationRequest(
        model="m", inputs=tuple(ModerationInput(parts=parts) for parts in inputs)
    )


A, B = TextPart(text="a"), TextPart(text="b")
PICTURE = {"type": "image_url", "image_url": {"url": "https://x/y.png"}}
JUDGED = [
    (judged((A,)), "a", []),
    (judged((A,), (B,)), ["a", "b"], []),
    (judged((A, IMAGE)), [{"type": "text", "text": "a"}, PICTURE], []),
    (judged((IMAGE,)), [PICTURE], []),
    (
        judged((IMAGE,), (A,)),
        [PICTURE],
        ["in.text $.inputs[1].parts[0] dropped error"],
    ),
]


@pytest.mark.parametrize(("request_", "input_", "lost"), JUDGED)
def test_what_is_judged(request_, input_, lost):
    encoded = openai_chat.encode_moderation_request(request_, on_loss=COLLECT)
    assert body_of(encoded) == {"input": input_, "model": "m"}
    assert summary(encoded.losses) == lost
    again = openai_chat.decode_moderation_request(encoded.body)
    assert_losses(request_, again, encoded.losses)
