"""Small hand-written traffic of the dialects, and readers of our output."""

from __future__ import annotations

import json

from modelwire.codecs import COLLECT
from modelwire.translate import StreamTranslator, translate_request, translate_response

OC = "openai-chat"
AM = "anthropic-messages"


def dumps(value) -> bytes:
    return json.dumps(value).encode()


def oc_event(**rest):
    return {
        "id": "chatcmpl-1",
        "object": "chat.completion.chunk",
        "created": 1,
        "model": "m",
        **rest,
    }


def oc_delta(delta, finish=None, index=0, **rest):
    choice = {"index": index, "delta": delta, "finish_reason": finish, **rest}
    return oc_event(choices=[choice])


def oc_call(index, *, id=None, name=None, arguments=None):
    call = {"index": index}
    if id is not None:
        call |= {"id": id, "type": "function"}
    function = {}
    if name is not None:
        function["name"] = name
    if arguments is not None:
        function["arguments"] = arguments
    return oc_delta({"tool_calls": [{**call, "function": function}]})


def oc_stream(*events, done=True) -> bytes:
    lines = [f"data: {json.dumps(event)}\n\n" for event in events]
    return "".join([*lines, *(["data: [DONE]\n\n"] if done else [])]).encode()


ROLE = oc_delta({"role": "assistant", "content": ""})


def am_stream(*events) -> bytes:
    return "".join(
        f"event: {event['type']}\ndata: {json.dumps(event)}\n\n" for event in events
    ).encode()


def am_start(usage=None):
    return {
        "type": "message_start",
        "message": {
            "id": "msg_1",
            "type": "message",
            "role": "assistant",
            "model": "m",
            "content": [],
            "stop_reason": None,
            "stop_sequence": None,
            "usage": usage or {"input_tokens": 3, "output_tokens": 1},
        },
    }


def am_block(index, block, *deltas, stop=True):
    events = [{"type": "content_block_start", "index": index, "content_block": block}]
    events += [
        {"type": "content_block_delta", "index": index, "delta": delta}
        for delta in deltas
    ]
    return events + ([{"type": "content_block_stop", "index": index}] if stop else [])


def am_text(index, *texts):
    deltas = [{"type": "text_delta", "text": text} for text in texts]
    return am_block(index, {"type": "text", "text": ""}, *deltas)


def am_tool(index, id, name, *fragments, start=None):
    deltas = [
        {"type": "input_json_delta", "partial_json": fragment} for fragment in fragments
    ]
    block = {"type": "tool_use", "id": id, "name": name, "input": start or {}}
    return am_block(index, block, *deltas)


def am_end(reason="end_turn", usage=None, **delta):
    return [
        {
            "type": "message_delta",
            "delta": {"stop_reason": reason, "stop_sequence": None, **delta},
            "usage": usage or {"output_tokens": 9},
        },
        {"type": "message_stop"},
    ]


def translate_stream(data: bytes, source, target, *, size=17, **options):
    translator = StreamTranslator(source, target, **options)
    out = [translator.feed(data[i : i + size]) for i in range(0, len(data), size)]
    out.append(translator.close())
    return b"".join(out), translator


def events(data: bytes) -> list[dict]:
    """Parse SSE data lines; `[DONE]` is left out."""
    return [
        json.loads(line[6:])
        for line in data.decode().split("\n")
        if line.startswith("data: {")
    ]


def am_blocks(data: bytes) -> list[dict]:
    """Assemble an Anthropic stream; asserts that blocks are strictly sequential."""
    blocks, current = [], None
    for event in events(data):
        kind = event["type"]
        if kind == "content_block_start":
            assert current is None, "a block starts while another is open"
            assert event["index"] == len(blocks)
            current = {**event["content_block"], "_json": "", "_text": ""}
        elif kind == "content_block_delta":
            assert event["index"] == len(blocks)
            delta = event["delta"]
            current["_json"] += delta.get("partial_json", "")
            current["_text"] += delta.get("text", "") + delta.get("thinking", "")
            current["_signature"] = delta.get("signature")
        elif kind == "content_block_stop":
            assert event["index"] == len(blocks)
            blocks.append(current)
            current = None
    return blocks


def am_finish(data: bytes) -> dict:
    (event,) = [e for e in events(data) if e["type"] == "message_delta"]
    return event


def oc_calls(data: bytes) -> dict[int, dict]:
    """Assemble tool calls of an OpenAI stream, strictly as documented."""
    calls: dict[int, dict] = {}
    for event in events(data):
        for choice in event.get("choices", ()):
            for call in choice["delta"].get("tool_calls") or ():
                known = calls.get(call["index"])
                if known is None:
                    assert call["id"]
                    assert call["type"] == "function"
                    calls[call["index"]] = {
                        "id": call["id"],
                        "name": call["function"]["name"],
                        "arguments": call["function"].get("arguments") or "",
                    }
                else:
                    assert "id" not in call
                    assert "name" not in call["function"]
                    known["arguments"] += call["function"]["arguments"]
    return calls


def oc_finish(data: bytes) -> str | None:
    reasons = [
        choice["finish_reason"]
        for event in events(data)
        for choice in event.get("choices", ())
        if choice["finish_reason"]
    ]
    assert len(reasons) <= 1
    return reasons[0] if reasons else None


def request_to(target, body, **options):
    source = AM if target == OC else OC
    options.setdefault("on_loss", COLLECT)
    encoded = translate_request(dumps(body), source=source, target=target, **options)
    return json.loads(encoded.body), encoded


def response_to(target, body, **options):
    source = AM if target == OC else OC
    encoded = translate_response(
        dumps(body), source=source, target=target, on_loss=COLLECT, **options
    )
    return json.loads(encoded.body), encoded


def codes(encoded) -> set[str]:
    return {str(loss.code) for loss in encoded.losses}


OR = "openai-responses"


def or_response(*output, status="completed", usage=None, **rest):
    details = {"cached_tokens": 0, "cache_write_tokens": 0}
    counts = {
        "input_tokens": 3,
        "input_tokens_details": details,
        "output_tokens": 2,
        "output_tokens_details": {"reasoning_tokens": 0},
        "total_tokens": 5,
    }
    return {
        "id": "resp_1",
        "object": "response",
        "created_at": 1,
        "model": "m",
        "status": status,
        "output": list(output),
        "usage": usage or counts,
        **rest,
    }


def or_text(text, **rest):
    made = {"type": "output_text", "text": text, "annotations": [], "logprobs": []}
    return {**made, **rest}


def or_message(id_, *content, status="completed", **rest):
    made = {"type": "message", "id": id_, "role": "assistant", "status": status}
    return {**made, "content": list(content), **rest}


def or_call(id_, call_id, name, arguments, status="completed"):
    made = {"type": "function_call", "id": id_, "call_id": call_id, "name": name}
    return {**made, "arguments": arguments, "status": status}


def or_thought(id_, *summaries, **rest):
    summary = [{"type": "summary_text", "text": text} for text in summaries]
    return {"type": "reasoning", "id": id_, "summary": summary, **rest}


def or_event(kind, **rest):
    return {"type": f"response.{kind}", **rest}


def or_started(item):
    """Give an item as it is added: without what comes in deltas."""
    empty = {"content": [], "arguments": "", "summary": []}
    cleared = {name: value for name, value in empty.items() if name in item}
    return {**item, **cleared, "status": "in_progress"}


def or_item(index, item, *deltas):
    """Give an item's events; *deltas* are pairs of a kind and what stands in it."""
    place = {"item_id": item["id"], "output_index": index}
    return [
        or_event("output_item.added", output_index=index, item=or_started(item)),
        *(or_event(kind, **place, **rest) for kind, rest in deltas),
        or_event("output_item.done", output_index=index, item=item),
    ]


def or_begin():
    return or_event("created", response=or_response(status="in_progress"))


def or_end(*items, **rest):
    return or_event("completed", response=or_response(*items, **rest))


def or_stream(*given) -> bytes:
    numbered = [{**event, "sequence_number": n} for n, event in enumerate(given)]
    return am_stream(*numbered)


def or_output(data: bytes) -> list[dict]:
    """
    Assemble a Responses stream strictly; give the final items.

    Asserts that numbers are dense, that an item has one id from its start to the last
    snapshot, and that what is repeated equals what was streamed.
    """
    found = events(data)
    assert [event["sequence_number"] for event in found] == list(range(len(found)))
    added: dict[int, dict] = {}
    done: dict[int, dict] = {}
    deltas: dict[tuple, str] = {}
    for event in found:
        kind, place = event["type"].removeprefix("response."), event.get("output_index")
        if place is None:
            continue
        if kind == "output_item.added":
            assert place == len(added)
            added[place] = event["item"]
        elif kind == "output_item.done":
            assert place not in done
            assert event["item"]["id"] == added[place]["id"]
            done[place] = event["item"]
        else:
            assert place in added
            assert place not in done
            assert event["item_id"] == added[place]["id"]
            stem, _, what = kind.rpartition(".")
            part = event.get("content_index", event.get("summary_index"))
            where = (stem, place, part)
            if what == "delta":
                deltas[where] = deltas.get(where, "") + event["delta"]
            elif what == "done" and "part" not in stem:
                text = event.get("text", event.get("arguments"))
                assert deltas.get(where, "") == text
    output = [item for _, item in sorted(done.items())]
    assert len(done) == len(added)
    assert found[-1]["response"]["output"] == output
    return output


def or_said(item: dict) -> str:
    """Give the text of a message."""
    return "".join(part.get("text", "") for part in item["content"])


GG = "gemini-generate"


def gg_chunk(*parts, finish=None, usage=None, **candidate):
    made = {"index": 0, **candidate}
    if parts:
        made["content"] = {"role": "model", "parts": list(parts)}
    if finish is not None:
        made["finishReason"] = finish
    counts = usage or {
        "promptTokenCount": 3,
        "candidatesTokenCount": 2,
        "totalTokenCount": 5,
    }
    return {
        "candidates": [made],
        "usageMetadata": counts,
        "modelVersion": "gemini-2.5-flash",
        "responseId": "r1",
    }


def gg_call(name, arguments, **rest):
    return {"functionCall": {"name": name, "args": arguments}, **rest}


def gg_stream(*chunks) -> bytes:
    return "".join(f"data: {json.dumps(chunk)}\r\n\r\n" for chunk in chunks).encode()


def request_between(source, target, body, **options):
    options.setdefault("on_loss", COLLECT)
    encoded = translate_request(dumps(body), source=source, target=target, **options)
    return json.loads(encoded.body), encoded


def response_between(source, target, body, **options):
    encoded = translate_response(
        dumps(body), source=source, target=target, on_loss=COLLECT, **options
    )
    return json.loads(encoded.body), encoded


OR_DONE_ONLY = or_stream(
    or_begin(),
    *or_item(0, or_thought("rs_1", "so it is")),
    *or_item(1, or_message("msg_1", or_text("Said."))),
    *or_item(2, or_call("fc_1", "call_1", "f", '{"a":1}')),
    or_end(
        or_thought("rs_1", "so it is"),
        or_message("msg_1", or_text("Said.")),
        or_call("fc_1", "call_1", "f", '{"a":1}'),
    ),
)
"""A thought, a text and a call, of which only the end of the item says anything."""
