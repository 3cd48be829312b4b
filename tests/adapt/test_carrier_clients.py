"""
Envelopes in the hands of the vendors' own client libraries.

Each library reads an answer into its own types and writes them back into the history
of its next request, as its users do: the envelope must come through as it was.
"""

from __future__ import annotations

import json

import pytest
from tests.adapt import _carrier_support as way
from tests.adapt._carrier_support import AM, GG, OC, OPENROUTER, OR

from modelwire import codecs
from modelwire.adapt import Carrier
from modelwire.codecs import COLLECT
from modelwire.ir import Opaque, ReasoningPart, TextPart, ToolCallPart

CARRIER = Carrier()

# Bytes that the two alphabets of base64 write differently stand in the envelope.
WORDS = "Hm?>~ \u00ff\u00fe ???>>>"


def answer(upstream):
    """An answer with reasoning that can be read, some that cannot, and a call."""
    sealed = Opaque(value="c2ln+/==", dialect=upstream)
    field = "encrypted" if upstream == OR else "signature"
    return way.answer(
        ReasoningPart(text=WORDS, **{field: sealed}),
        ReasoningPart(
            **{"encrypted" if upstream == OR else "redacted": sealed},
        ),
        TextPart(text="Hi"),
        ToolCallPart(id="", name="f", arguments='{"a":1}', signature=None),
    )


def recovered(client, body):
    request = way.decode(client, json.dumps(body).encode())
    adapted = CARRIER.recover(request, client=client)
    assert [loss for loss in adapted.losses if loss.action == "dropped"] == []
    return way.outline(way.assistant(adapted.request))


def sent(client, upstream, profile=None):
    response = answer(upstream)
    return response, way.send_whole(response, client, CARRIER, profile).answer


def stream_bytes(client, upstream):
    """Give a stream as it goes to the client."""
    stow = CARRIER.stow_stream(client=client)
    encoder = codecs.get(client).stream_encoder(on_loss=COLLECT)
    written = [
        encoder.encode(seen)
        for chunk in way.streamed(answer(upstream), ["late"])
        for seen in stow.feed(chunk)
    ]
    return b"".join([*written, encoder.close()])


def streamed(client, upstream):
    """Give the events of a stream, parsed."""
    return [
        json.loads(line[6:])
        for line in stream_bytes(client, upstream).decode().split("\n")
        if line.startswith("data: {")
    ]


def want(upstream):
    return way.outline(answer(upstream).choices[0].message.parts)


# --- openai -------------------------------------------------------------------------


@pytest.mark.parametrize("upstream", [AM, OR])
@pytest.mark.parametrize("profile", [None, OPENROUTER], ids=["openai", "openrouter"])
def test_openai_chat_field_survives(upstream, profile):
    types = pytest.importorskip("openai.types.chat")
    _, body = sent(OC, upstream, profile)
    message = types.ChatCompletion.model_validate(body).choices[0].message
    said = message.model_dump(exclude_none=True)
    assert recovered(OC, history(said)) == want(upstream)


@pytest.mark.parametrize("upstream", [AM, OR])
def test_openai_chat_field_survives_a_stream(upstream):
    streaming = pytest.importorskip("openai.lib.streaming.chat")
    types = pytest.importorskip("openai.types.chat")
    state = streaming.ChatCompletionStreamState()
    for event in streamed(OC, upstream):
        state.handle_chunk(types.ChatCompletionChunk.model_validate(event))
    message = state.get_final_completion().choices[0].message
    said = message.model_dump(exclude_none=True)
    for call in said["tool_calls"]:
        call.pop("index", None)
        call["function"].pop("parsed_arguments", None)
    said.pop("parsed", None)
    assert recovered(OC, history(said)) == want(upstream)


def history(said):
    body = way.FIRST[OC]
    results = [
        {"role": "tool", "tool_call_id": call["id"], "content": "done"}
        for call in said["tool_calls"]
    ]
    return {**body, "messages": [*body["messages"], said, *results]}


@pytest.mark.parametrize("upstream", [AM])
def test_openai_responses_field_survives(upstream):
    types = pytest.importorskip("openai.types.responses")
    _, body = sent(OR, upstream)
    made = types.Response.model_validate(body)
    output = [item.model_dump(exclude_none=True) for item in made.output]
    first = way.FIRST[OR]
    assert recovered(OR, {**first, "input": [*first["input"], *output]}) == want(
        upstream
    )
    done = [
        types.ResponseCompletedEvent.model_validate(event)
        for event in streamed(OR, upstream)
        if event["type"] == "response.completed"
    ]
    output = [item.model_dump(exclude_none=True) for item in done[0].response.output]
    assert recovered(OR, {**first, "input": [*first["input"], *output]}) == want(
        upstream
    )


# --- anthropic ----------------------------------------------------------------------


@pytest.mark.parametrize("upstream", [OR])
def test_anthropic_field_survives(upstream):
    types = pytest.importorskip("anthropic.types")
    _, body = sent(AM, upstream)
    content = types.Message.model_validate(body).content
    assert recovered(AM, blocks(content)) == want(upstream)


@pytest.mark.parametrize("upstream", [OR])
def test_anthropic_field_survives_a_stream(upstream):
    anthropic = pytest.importorskip("anthropic")
    httpx = pytest.importorskip("httpx2")
    data = stream_bytes(AM, upstream)

    def give(_request):
        kind = {"content-type": "text/event-stream"}
        return httpx.Response(200, headers=kind, content=data)

    with (
        httpx.Client(transport=httpx.MockTransport(give)) as http,
        anthropic.Anthropic(api_key="k", http_client=http).messages.stream(
            **way.FIRST[AM]
        ) as stream,
    ):
        content = stream.get_final_message().content
    assert recovered(AM, blocks(content)) == want(upstream)


def blocks(content):
    """Put blocks back into the history, as the library's examples do."""
    said = [block.model_dump(exclude_none=True) for block in content]
    first = way.FIRST[AM]
    messages = [*first["messages"], {"role": "assistant", "content": said}]
    return {**first, "messages": messages}


# --- google-genai -------------------------------------------------------------------


@pytest.mark.parametrize("upstream", [AM, OR])
def test_gemini_field_survives(upstream):
    types = pytest.importorskip("google.genai.types")
    _, body = sent(GG, upstream)
    made = types.GenerateContentResponse.model_validate(body)
    content = written(made.candidates[0].content)
    first = way.FIRST[GG]
    # The library reads bytes and writes them in its own alphabet of base64.
    assert set("+/") & set(proofs(body["candidates"][0]["content"]))
    assert set("-_") & set(proofs(content))
    assert recovered(GG, {"contents": [*first["contents"], content]}) == want(upstream)


@pytest.mark.parametrize("upstream", [AM, OR])
def test_gemini_field_survives_a_stream(upstream):
    types = pytest.importorskip("google.genai.types")
    contents = [
        written(made.candidates[0].content)
        for event in streamed(GG, upstream)
        if (made := types.GenerateContentResponse.model_validate(event)).candidates
        and made.candidates[0].content is not None
        and made.candidates[0].content.parts
    ]
    first = way.FIRST[GG]
    # Its chats replay the content of every event on its own.
    assert recovered(GG, {"contents": [*first["contents"], *contents]}) == want(
        upstream
    )


def proofs(content):
    return "".join(part.get("thoughtSignature", "") for part in content["parts"])


def written(content):
    return content.model_dump(mode="json", by_alias=True, exclude_none=True)
