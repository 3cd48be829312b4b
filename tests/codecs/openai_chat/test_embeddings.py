"""Embeddings and moderation: what this dialect has of its own."""

import json

from modelwire.codecs import openai_chat
from modelwire.codecs._base import COLLECT
from modelwire.ir import (
    AudioPart,
    Base64Source,
    CacheBreakpoint,
    EmbeddingInput,
    EmbeddingRequest,
    EmbeddingResponse,
    ModerationInput,
    ModerationRequest,
    ModerationResponse,
    TextPart,
    Usage,
)


def lost(losses):
    return [(str(loss.code), loss.path or loss.to, loss.action) for loss in losses]


def test_azure_names_the_model_in_the_path():
    path = "/openai/deployments/my-embedding/embeddings"
    request = openai_chat.decode_embedding_request(b'{"input":"a"}', path=path)
    encoded = openai_chat.encode_embedding_request(request)
    assert request.model == "my-embedding"
    # Written out it is right at any address.
    assert encoded.body == b'{"input":"a","model":"my-embedding"}'


def test_tokens_stand_for_the_whole_input():
    input_ = EmbeddingInput(tokens=(1, 2), parts=(TextPart(text="a"),))
    encoded = openai_chat.encode_embedding_request(
        EmbeddingRequest(model="m", inputs=(input_,)), on_loss=COLLECT
    )
    assert json.loads(encoded.body)["input"] == [1, 2]
    assert [(path, action) for _, path, action in lost(encoded.losses)] == [
        ("$.inputs[0].parts[0]", "dropped")
    ]


def test_a_breakpoint_of_an_embedded_text():
    input_ = EmbeddingInput(parts=(TextPart(text="a", cache=CacheBreakpoint()),))
    encoded = openai_chat.encode_embedding_request(
        EmbeddingRequest(model="m", inputs=(input_,))
    )
    assert lost(encoded.losses) == [
        ("in.text", "$.inputs[0].parts[0].cache", "dropped")
    ]


def test_server_tools_are_not_counted_for_embeddings():
    usage = Usage(input_total=1, server_tools={"web_search": 2})
    encoded = openai_chat.encode_embedding_response(
        EmbeddingResponse(model="m", embeddings=(), usage=usage), on_loss=COLLECT
    )
    assert (
        "usage.server_tools",
        "$.usage.server_tools.web_search",
        "dropped",
    ) in lost(encoded.losses)


def test_audio_is_not_moderated():
    audio = AudioPart(source=Base64Source(data="AA==", media_type="audio/wav"))
    request = ModerationRequest(
        model="m", inputs=(ModerationInput(parts=(TextPart(text="a"), audio)),)
    )
    encoded = openai_chat.encode_moderation_request(request, on_loss=COLLECT)
    assert lost(encoded.losses) == [("in.text", "$.inputs[0].parts[1]", "dropped")]


def test_a_verdict_without_a_model_has_that_of_the_request():
    request = ModerationRequest(model="asked", inputs=())
    encoded = openai_chat.encode_moderation_response(
        ModerationResponse(results=()), request=request
    )
    assert json.loads(encoded.body)["model"] == "asked"
    assert ("resp.model", "$.model", "synthesised") in lost(encoded.losses)
