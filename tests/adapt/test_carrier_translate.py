"""The carrier in a proxy: an upstream's bytes to a client, and the next turn back."""

from __future__ import annotations

import json
import pickle

import pytest
from tests._wires import Call, Say, Think, wire
from tests.adapt import _carrier_support as way
from tests.adapt._carrier_support import AM, GG, OC, OPENROUTER, OR

from modelwire.adapt import Carrier
from modelwire.codecs import COLLECT
from modelwire.translate import (
    StreamTranslator,
    translate_decoded,
    translate_request,
    translate_response,
)

CARRIER = Carrier()
WAYS = ["whole", "stream"]


def turn(pieces, upstream, client, how, *, profile=None, carrier=CARRIER):
    """Let a client have an upstream's answer, and give the next request upstream."""
    body, stream = pieces
    if how == "whole":
        encoded = translate_response(
            body,
            source=upstream,
            target=client,
            carrier=carrier,
            on_loss=COLLECT,
            target_profile=profile,
        )
        answer, losses = json.loads(encoded.body), encoded.losses
    else:
        translator = StreamTranslator(
            upstream, client, carrier=carrier, target_profile=profile
        )
        data = b"".join(map(translator.feed, stream)) + translator.close()
        answer, losses = way.fold_answer(client, data), translator.losses
    request = translate_request(
        way.replay(client, answer),
        source=client,
        target=upstream,
        path=way.PATHS.get(client, ""),
        model="gemini-3-pro",
        carrier=carrier,
        on_loss=COLLECT,
    )
    return answer, losses, request


def gemini(*parts):
    """An answer of Gemini: whole, and one event a part."""

    def event(parts, **rest):
        content = {"role": "model", "parts": parts}
        head = {"modelVersion": "m", "responseId": "r1"}
        candidate = {"content": content, "index": 0, **rest}
        return json.dumps({"candidates": [candidate], **head}).encode()

    whole = event(list(parts), finishReason="STOP")
    stream = [b"data: " + event([part]) + b"\n\n" for part in parts]
    last = b"data: " + event([], finishReason="STOP") + b"\n\n"
    return whole, [*stream, last]


CALLED = {"functionCall": {"name": "f", "args": {"a": 1}, "id": "c1"}}
PARALLEL = {"functionCall": {"name": "g", "args": {}, "id": "c2"}}
SIGNED = {**CALLED, "thoughtSignature": "Q2F2ZXJub3Vz"}
TEXT = {"text": "Hi"}
ENDING = {"text": "", "thoughtSignature": "ZW5kaW5n"}


def model_parts(request):
    return [
        part
        for content in json.loads(request.body)["contents"]
        if content["role"] == "model"
        for part in content["parts"]
    ]


@pytest.mark.parametrize("how", WAYS)
@pytest.mark.parametrize("client", [OC, AM, OR])
def test_L12_S05_a_calls_signature_comes_back_to_gemini(client, how):
    pieces = gemini(TEXT, SIGNED, PARALLEL)
    answer, losses, request = turn(pieces, GG, client, how)
    assert "Q2F2ZXJub3Vz" not in json.dumps(answer)
    assert model_parts(request) == [TEXT, SIGNED, PARALLEL]
    assert [x for x in losses if "signature" in x.code.value] == []
    # Without the carrier there is nothing but a placeholder.
    _, losses, request = turn(pieces, GG, client, how, carrier=None)
    assert "Q2F2ZXJub3Vz" not in request.body.decode()
    assert "tool_call.thought_signature" in {x.code.value for x in losses}


@pytest.mark.parametrize("how", WAYS)
@pytest.mark.parametrize(
    ("client", "profile"), [(AM, None), (OR, None), (OC, OPENROUTER)], ids=str
)
def test_S06_a_signature_stays_on_the_part_that_carried_it(client, profile, how):
    thought = {"text": "Hm.", "thought": True}
    parts = (thought, TEXT, ENDING)
    _, _, request = turn(gemini(*parts), GG, client, how, profile=profile)
    assert model_parts(request)[-2:] == [TEXT, ENDING]


@pytest.mark.parametrize("how", WAYS)
@pytest.mark.parametrize("client", [OC, GG, OR])
def test_S03_each_signature_stays_with_its_own_block(client, how):
    blocks = [
        {"type": "thinking", "thinking": "One.", "signature": "b25l"},
        {"type": "redacted_thinking", "data": "dHdv"},
        {"type": "thinking", "thinking": "Three.", "signature": "dGhyZWU="},
        {"type": "text", "text": "Hi"},
        {"type": "tool_use", "id": "t1", "name": "f", "input": {"a": 1}},
    ]
    _, losses, request = turn(anthropic(blocks), AM, client, how)
    said = [
        block
        for message in json.loads(request.body)["messages"]
        if message["role"] == "assistant"
        for block in (
            [{"type": "text", "text": message["content"]}]
            if isinstance(message["content"], str)
            else message["content"]
        )
    ]
    assert said == blocks
    assert [x for x in losses if x.action == "dropped" and "sign" in x.code.value] == []


@pytest.mark.parametrize("how", WAYS)
@pytest.mark.parametrize("client", [OC, GG, OR])
def test_S04_a_tool_loop_of_several_steps_keeps_every_signature(client, how):
    request = way.FIRST[client]
    for step in range(3):
        blocks = [
            {"type": "thinking", "thinking": f"{step}.", "signature": f"c2ln{step}"},
            {"type": "tool_use", "id": f"t{step}", "name": "f", "input": {}},
        ]
        body, stream = anthropic(blocks)
        translator = StreamTranslator(AM, client, carrier=CARRIER)
        data = b"".join(map(translator.feed, stream)) + translator.close()
        answer = (
            way.fold_answer(client, data)
            if how == "stream"
            else json.loads(
                translate_response(
                    body, source=AM, target=client, carrier=CARRIER, on_loss=COLLECT
                ).body
            )
        )
        request = json.loads(way.replay(client, answer, request))
    sent = translate_request(
        json.dumps(request).encode(),
        source=client,
        target=AM,
        path=way.PATHS.get(client, ""),
        carrier=CARRIER,
        on_loss=COLLECT,
    )
    assert [
        block["signature"]
        for message in json.loads(sent.body)["messages"]
        for block in message["content"]
        if isinstance(block, dict) and block["type"] == "thinking"
    ] == ["c2ln0", "c2ln1", "c2ln2"]


def anthropic(blocks):
    """An answer of Anthropic: whole, and as its events."""
    head = {
        "id": "msg_1",
        "type": "message",
        "role": "assistant",
        "model": "m",
        "stop_reason": "tool_use",
        "stop_sequence": None,
        "usage": {"input_tokens": 3, "output_tokens": 2},
    }
    events = [
        {
            "type": "message_start",
            "message": {**head, "content": [], "stop_reason": None},
        }
    ]
    for index, block in enumerate(blocks):
        start, deltas = dict(block), []
        if block["type"] == "thinking":
            start |= {"thinking": "", "signature": ""}
            deltas = [
                {"type": "thinking_delta", "thinking": block["thinking"]},
                {"type": "signature_delta", "signature": block["signature"]},
            ]
        elif block["type"] == "text":
            start["text"] = ""
            deltas = [{"type": "text_delta", "text": block["text"]}]
        elif block["type"] == "tool_use":
            start["input"] = {}
            text = json.dumps(block["input"])
            deltas = [{"type": "input_json_delta", "partial_json": text}]
        events.append(
            {"type": "content_block_start", "index": index, "content_block": start}
        )
        events += [
            {"type": "content_block_delta", "index": index, "delta": delta}
            for delta in deltas
        ]
        events.append({"type": "content_block_stop", "index": index})
    events += [
        {
            "type": "message_delta",
            "delta": {"stop_reason": "tool_use", "stop_sequence": None},
            "usage": {"output_tokens": 2},
        },
        {"type": "message_stop"},
    ]
    stream = [
        f"event: {event['type']}\ndata: {json.dumps(event)}\n\n".encode()
        for event in events
    ]
    return json.dumps({**head, "content": blocks}).encode(), stream


@pytest.mark.parametrize("how", WAYS)
@pytest.mark.parametrize("client", [OC, GG, AM])
def test_encrypted_reasoning_comes_back_with_its_id(client, how):
    thought = Think("Let me ", "see.", proof="Z0FBQUFB")
    made = wire(OR, thought, Say("Hi"), Call("c1", "f", "{}"))
    _, _, request = turn((made.body, made.pieces), OR, client, how)
    (item,) = [
        item
        for item in json.loads(request.body)["input"]
        if item.get("type") == "reasoning"
    ]
    assert item["encrypted_content"] == "Z0FBQUFB"
    assert item["id"].startswith("rs_")
    assert item["summary"] == [{"type": "summary_text", "text": "Let me see."}]


def test_a_request_that_was_decoded_before_is_recovered_too():
    _, _, request = turn(gemini(SIGNED), GG, OC, "whole")
    answer, _, _ = turn(gemini(SIGNED), GG, OC, "whole")
    decoded = way.decode(OC, way.replay(OC, answer))
    again = translate_decoded(
        decoded,
        source=OC,
        target=GG,
        model="gemini-3-pro",
        carrier=CARRIER,
        on_loss=COLLECT,
    )
    assert again.body == request.body
    assert again.request is decoded


@pytest.mark.parametrize("how", WAYS)
def test_the_same_dialect_is_untouched(how):
    pieces = gemini(SIGNED, ENDING)
    answer, losses, request = turn(pieces, GG, GG, how)
    plain = turn(pieces, GG, GG, how, carrier=None)
    assert (answer, losses, request.body) == (plain[0], plain[1], plain[2].body)
    assert "mwcarry1" not in json.dumps(answer)


def test_another_vendors_state_never_reaches_the_clients_own_upstream():
    # Gemini answered an Anthropic client, and then the route changes to Anthropic.
    answer, _, _ = turn(gemini(SIGNED), GG, AM, "whole")
    sent = translate_request(
        way.replay(AM, answer),
        source=AM,
        target=AM,
        carrier=CARRIER,
        on_loss=COLLECT,
    )
    assert b"mwcarry1" not in sent.body
    assert b"Q2F2ZXJub3Vz" not in sent.body
    assert ("tool_call.thought_signature", "dropped") in {
        (x.code.value, x.action) for x in sent.losses
    }


def test_losses_speak_of_the_upstreams_answer():
    blocks = [
        {"type": "redacted_thinking", "data": "dHdv"},
        {"type": "text", "text": "Hi"},
        {"type": "web_search_tool_result", "tool_use_id": "s", "content": []},
        {"type": "tool_use", "id": "t1", "name": "f", "input": {}},
    ]
    body, stream = anthropic(blocks)
    _, losses, _ = turn((body, stream), AM, OC, "whole")
    (gone,) = [x for x in losses if x.code.value == "bt.call_items"]
    assert gone.path == "$.choices[0].message.parts[2]"
    _, losses, _ = turn((body, stream), AM, OC, "stream")
    (gone,) = [x for x in losses if x.code.value == "bt.call_items"]
    assert gone.path == "$.choices[0].message.parts[2]"


def test_a_translator_can_be_copied_in_the_middle():
    _, stream = gemini(SIGNED, PARALLEL)
    translator = StreamTranslator(GG, AM, carrier=CARRIER)
    before = translator.feed(stream[0])
    other = pickle.loads(pickle.dumps(translator))
    rest = [b"".join(map(x.feed, stream[1:])) + x.close() for x in (translator, other)]
    assert before
    assert rest[0] == rest[1]


def test_an_error_is_still_an_error():
    translator = StreamTranslator(GG, OC, carrier=CARRIER)
    assert translator.feed(b'data: {"error":{"code":429,"message":"slow"}}\n\n') == b""
    assert translator.close() == b""
    assert translator.error is not None
