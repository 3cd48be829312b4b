"""Embeddings: what each dialect loses of them, and golden bytes."""

from __future__ import annotations

import json
import math

import pytest
from tests.codecs._operation_support import (
    GE,
    OC,
    Functions,
    body_of,
    summary,
)

from modelwire.codecs import COLLECT, gemini_generate, openai_chat
from modelwire.codecs._float_text import floats_of, text_of
from modelwire.errors import UnsupportedFeatureError
from modelwire.ir import (
    Embedding,
    EmbeddingInput,
    EmbeddingRequest,
    EmbeddingResponse,
    ImagePart,
    TextPart,
    UrlSource,
    Usage,
)
from modelwire.testing import assert_losses


def of(*texts, **fields):
    return EmbeddingInput(parts=tuple(TextPart(text=t) for t in texts), **fields)


def embed(*inputs, **fields):
    return EmbeddingRequest(model="m", inputs=inputs or (of("a"),), **fields)


IMAGE = ImagePart(source=UrlSource(url="https://x/y.png"))

EMBEDDINGS = [
    ("plain", embed(), [], []),
    ("several", embed(of("a"), of("b")), [], []),
    ("an empty text", embed(of("")), [], []),
    ("dimensions", embed(dimensions=8), [], []),
    ("task", embed(task="CLUSTERING"), ["meta.kv $.task dropped parameter"], []),
    (
        "title",
        embed(of("a", title="t")),
        ["in.doc.meta $.inputs[0].title dropped parameter"],
        [],
    ),
    (
        "tokens",
        embed(EmbeddingInput(tokens=(1, 2))),
        [],
        [
            "in.text $.inputs[0].tokens dropped error",
            "in.text +$.inputs[0].parts[0] synthesised cosmetic",
        ],
    ),
    ("floats", embed(encoding="float"), [], ["meta.kv $.encoding dropped cosmetic"]),
    ("base64", embed(encoding="base64"), [], ["meta.kv $.encoding dropped cosmetic"]),
    ("int8", embed(encoding="int8"), [], ["meta.kv $.encoding dropped error"]),
    ("user", embed(user_id="u"), [], ["meta.user $.user_id dropped parameter"]),
    (
        "own task",
        embed(of("a", task="X"), of("b")),
        ["meta.kv $.inputs[0].task dropped parameter"],
        [],
    ),
    (
        "own dimensions",
        embed(of("a", dimensions=4), of("b")),
        ["meta.kv $.inputs[0].dimensions dropped error"],
        [],
    ),
    (
        "two texts of one input",
        embed(of("a", "b")),
        ["in.text $.inputs[0].parts[1] merged approximation"],
        [],
    ),
    (
        "an image",
        embed(EmbeddingInput(parts=(TextPart(text="a"), IMAGE))),
        ["in.text $.inputs[0].parts[1] dropped error"],
        [
            "in.image.url $.inputs[0].parts[1] needs_fetch error",
        ],
    ),
    (
        "unknown fields",
        embed(extra={OC: {"input_type": "query"}, GE: {"autoTruncate": True}}),
        ["meta.kv $.extra['gemini-generate'].autoTruncate dropped parameter"],
        ["meta.kv $.extra['openai-chat'].input_type dropped parameter"],
    ),
    (
        "headers",
        embed(headers=(("openai-beta", "x"),)),
        [],
        ["meta.kv $.headers dropped parameter"],
    ),
]


@pytest.mark.parametrize(
    ("request_", "dialect", "lost"),
    [
        pytest.param(row[1], dialect, lost, id=f"{row[0]}-{dialect}")
        for row in EMBEDDINGS
        for dialect, lost in ((OC, row[2]), (GE, row[3]))
    ],
)
def test_what_a_request_for_embeddings_loses(request_, dialect, lost):
    codec = Functions("embedding", dialect)
    encoded = codec.encode_request(request_, on_loss=COLLECT)
    assert summary(encoded.losses) == lost
    again = codec.decode_request(
        encoded.body, path=encoded.path, headers=encoded.headers
    )
    assert_losses(request_, again, encoded.losses)


def test_a_batch_for_two_models_keeps_both_names():
    entries = [
        {"model": f"models/{name}", "content": {"parts": [{"text": "a"}]}}
        for name in ("m", "n")
    ]
    body = {"requests": entries}
    request = gemini_generate.decode_embedding_request(json.dumps(body).encode())
    assert request.model == "m"
    encoded = gemini_generate.encode_embedding_request(request)
    assert body_of(encoded) == body
    assert not encoded.losses


def test_a_part_of_a_conversation_is_embedded_as_it_came():
    part = {"functionResponse": {"name": "f", "response": {"output": "a"}}}
    body = {"contents": [{"role": "user", "parts": [part]}]}
    chat = gemini_generate.decode_request(
        json.dumps(body).encode(), path="/v1beta/models/m:generateContent"
    )
    asked = embed(EmbeddingInput(parts=chat.messages[0].parts))
    encoded = gemini_generate.encode_embedding_request(asked)
    assert body_of(encoded)["content"] == {"parts": [part]}


def test_errors_refuse_before_any_byte():
    with pytest.raises(UnsupportedFeatureError):
        gemini_generate.encode_embedding_request(embed(EmbeddingInput(tokens=(1,))))
    with pytest.raises(UnsupportedFeatureError):
        openai_chat.encode_embedding_request(embed(EmbeddingInput(parts=(IMAGE,))))


GOLDEN_REQUESTS = [
    (
        OC,
        embed(of("a"), of("b"), dimensions=2, encoding="base64"),
        "/v1/embeddings",
        b'{"input":["a","b"],"model":"m","encoding_format":"base64","dimensions":2}',
    ),
    (OC, embed(), "/v1/embeddings", b'{"input":"a","model":"m"}'),
    (
        OC,
        embed(EmbeddingInput(tokens=(1, 2)), EmbeddingInput(tokens=(3,))),
        "/v1/embeddings",
        b'{"input":[[1,2],[3]],"model":"m"}',
    ),
    (
        GE,
        embed(task="CLUSTERING", dimensions=2),
        "/v1beta/models/m:embedContent",
        (
            b'{"content":{"parts":[{"text":"a"}]},"taskType":"CLUSTERING",'
            b'"outputDimensionality":2}'
        ),
    ),
    (
        GE,
        embed(of("a", title="t"), of("b", task="X"), task="Y"),
        "/v1beta/models/m:batchEmbedContents",
        (
            b'{"requests":[{"model":"models/m","content":{"parts":[{"text":"a"}]},'
            b'"taskType":"Y","title":"t"},{"model":"models/m","content":{"parts":'
            b'[{"text":"b"}]},"taskType":"X"}]}'
        ),
    ),
    (
        GE,
        EmbeddingRequest(model="tunedModels/x y", inputs=(of("a"),)),
        "/v1beta/tunedModels/x%20y:embedContent",
        b'{"content":{"parts":[{"text":"a"}]}}',
    ),
]


@pytest.mark.parametrize(("dialect", "request_", "path", "body"), GOLDEN_REQUESTS)
def test_golden_requests(dialect, request_, path, body):
    encoded = Functions("embedding", dialect).encode_request(request_)
    assert (encoded.method, encoded.path, encoded.body) == ("POST", path, body)
    assert encoded.headers == (("content-type", "application/json"),)


# --- vectors --------------------------------------------------------------------------


def answer(*vectors, **fields):
    return EmbeddingResponse(
        embeddings=tuple(Embedding(index=n, values=v) for n, v in enumerate(vectors)),
        **fields,
    )


USED = Usage(input_total=2, input_uncached=2)
VECTORS = [
    (
        "plain",
        answer((0.5, 1.0), model="m", usage=USED),
        [],
        ["resp.model $.model dropped cosmetic"],
    ),
    (
        "no usage",
        answer((0.5,), model="m"),
        ["usage.input_total +$.usage synthesised approximation"],
        ["resp.model $.model dropped cosmetic"],
    ),
    (
        "details",
        answer((0.5,), id="i", created=3, usage=USED),
        [],
        ["resp.id $.id dropped cosmetic", "resp.created $.created dropped cosmetic"],
    ),
    (
        "int8",
        EmbeddingResponse(
            embeddings=(Embedding(index=0, data="AAEC"),), usage=USED, model="m"
        ),
        [],
        [
            "out.text $.embeddings[0].data dropped error",
            "resp.model $.model dropped cosmetic",
        ],
    ),
    (
        "out of order",
        EmbeddingResponse(
            embeddings=(
                Embedding(index=1, values=(1.0,)),
                Embedding(index=0, values=(0.0,)),
            ),
            usage=USED,
            model="m",
        ),
        [],
        [
            "out.text $.embeddings[1] moved cosmetic",
            "out.text $.embeddings[0] moved cosmetic",
            "resp.model $.model dropped cosmetic",
        ],
    ),
    (
        "unknown fields",
        answer(
            (0.5,),
            model="m",
            usage=Usage(input_total=2, input_uncached=2, extra={OC: {"cost": 1}}),
            extra={GE: {"truncated": True}},
        ),
        ["resp.fingerprint $.extra['gemini-generate'].truncated dropped parameter"],
        [
            "resp.cost $.usage.extra['openai-chat'].cost dropped parameter",
            "resp.model $.model dropped cosmetic",
        ],
    ),
]


@pytest.mark.parametrize(
    ("response", "dialect", "lost"),
    [
        pytest.param(row[1], dialect, lost, id=f"{row[0]}-{dialect}")
        for row in VECTORS
        for dialect, lost in ((OC, row[2]), (GE, row[3]))
    ],
)
def test_what_embeddings_lose(response, dialect, lost):
    codec = Functions("embedding", dialect)
    encoded = codec.encode_response(response, on_loss=COLLECT)
    assert summary(encoded.losses) == lost
    asked = embed(encoding="int8") if "AAEC" in str(response) else None
    again = codec.decode_response(encoded.body, request=asked)
    assert_losses(response, again, encoded.losses)


def test_rounding_to_32_bits_is_told():
    response = answer((0.1, 0.5), (0.25,), model="m", usage=USED)
    asked = embed(of("a"), of("b"), encoding="base64")
    encoded = openai_chat.encode_embedding_response(response, request=asked)
    assert summary(encoded.losses) == [
        "out.text $.embeddings[0].values approximated cosmetic"
    ]
    assert body_of(encoded)["data"] == [
        {"object": "embedding", "index": 0, "embedding": "zczMPQAAAD8="},
        {"object": "embedding", "index": 1, "embedding": "AACAPg=="},
    ]
    again = openai_chat.decode_embedding_response(encoded.body, request=asked)
    assert again.embeddings[1].values == (0.25,)
    assert again.embeddings[0].values == pytest.approx((0.1, 0.5))
    assert_losses(response, again, encoded.losses)


def test_what_fits_no_32_bits_stays_a_list_of_numbers():
    response = answer((1e300, 10**400), usage=USED)
    encoded = openai_chat.encode_embedding_response(
        response, request=embed(encoding="base64")
    )
    assert body_of(encoded)["data"][0]["embedding"] == [1e300, 10**400]


TEXTS = [
    ("", ()),
    ("AAAAPw==", (0.5,)),
    ("AACAvwAAAAA=", (-1.0, 0.0)),
]


@pytest.mark.parametrize(("text", "values"), TEXTS)
def test_base64_is_little_endian_float32(text, values):
    assert floats_of(text) == values
    assert text_of(values) == text


@pytest.mark.parametrize(
    "text",
    ["AAEC", "AAAAPw", "AAAAPw==\n", "AAAA-w==", "é", "AADAfw==", "AACAfw==", "\ud800"],
)
def test_text_that_is_no_float32_is_kept(text):
    assert floats_of(text) is None
    body = {"data": [{"index": 0, "embedding": text}]}
    found = openai_chat.decode_embedding_response(json.dumps(body).encode())
    assert found.embeddings[0].data == text
    assert body_of(openai_chat.encode_embedding_response(found)) == body


def test_a_number_that_is_not_finite_is_no_text():
    assert text_of((math.inf,)) is None


def test_text_means_floats_only_where_that_was_asked():
    body = b'{"data":[{"embedding":"AAAAPw=="}]}'
    read = openai_chat.decode_embedding_response
    for asked, values in (
        (None, (0.5,)),
        (embed(encoding="base64"), (0.5,)),
        (embed(), ()),
        (embed(encoding="base64", extra={OC: {"output_dtype": "int8"}}), ()),
    ):
        found = read(body, request=asked).embeddings[0]
        assert found.values == values
        assert (found.data is None) == bool(values)


def test_one_input_of_a_batch_is_answered_as_a_batch():
    batch = b'{"requests":[{"model":"models/m","content":{"parts":[{"text":"a"}]}}]}'
    request = gemini_generate.decode_embedding_request(batch)
    response = answer((1.5,), usage=None)
    encoded = gemini_generate.encode_embedding_response(response, request=request)
    assert encoded.body == b'{"embeddings":[{"values":[1.5]}]}'
    alone = gemini_generate.encode_embedding_response(response, request=embed())
    assert alone.body == b'{"embedding":{"values":[1.5]}}'
