"""What the tests of `stream_encoder` share."""

from __future__ import annotations

from tests.codecs.openai_responses._streams import (
    decode,
    encode,
    folded,
    payloads,
)

from modelwire.errors import (
    ErrorInfo,
)
from modelwire.ir import (
    Annotation,
    Finish,
    ServerToolCallPart,
    TextPart,
    ToolCallPart,
)
from modelwire.ir._chunks import (
    BlockStart,
    BlockStop,
    ChoiceFinish,
    StreamEnd,
    StreamError,
    StreamStart,
    TextDelta,
    ToolArgumentsDelta,
)
from modelwire.testing import assert_losses

OR = "openai-responses"


START = StreamStart("resp_1", "gpt", 1)


STOP = ChoiceFinish(0, Finish(kind="stop", raw="completed"))


CALLS = ChoiceFinish(0, Finish(kind="tool_calls", raw="completed"))


END = StreamEnd(complete=True, terminator="event")


NOTE = Annotation(kind="url", type="url_citation", url="https://a.example", title="A")


FOREIGN = Annotation(kind="url", url="https://b.example", cited_text="x")


BOOM = StreamError(ErrorInfo(kind="overloaded", message="busy"))


def text(index=0, *pieces, part=None):
    return [
        BlockStart(index, 0, part or TextPart(text="")),
        *(TextDelta(index, piece) for piece in pieces),
        BlockStop(index),
    ]


def call(index, *pieces, id_="call_1", kind="function"):
    return [
        BlockStart(index, 0, ToolCallPart(id=id_, name="f", kind=kind)),
        *(ToolArgumentsDelta(index, piece) for piece in pieces),
        BlockStop(index),
    ]


def written(*chunks, **options):
    """The payloads of a whole stream."""
    data, _ = encode([START, *chunks], **options)
    return payloads(data)


def again(*chunks):
    """The response that a reader finds."""
    data, losses = encode([START, *chunks])
    payloads(data)
    return folded(decode(data)).response, losses


def accounted(*chunks, start=START):
    """
    Write a stream, and read it again: it is legal, and its losses are the truth.

    Returns:
        The kinds of its events, what is lost (but for ids, which an answer gets), and
        the response that a reader finds.
    """
    data, losses = encode([start, *chunks])
    kinds = [event["type"].removeprefix("response.") for event in payloads(data)]
    response = folded(decode(data)).response
    assert_losses(folded([start, *chunks]).response, response, losses)
    told = [
        (str(loss.code), loss.path or loss.to)
        for loss in losses
        if loss.code != "think.item_id"
    ]
    return kinds, told, response


def at(field, number=0):
    """Give the path of a field of a part."""
    return f"$.choices[0].message.parts[{number}].{field}"


GOLDEN = b"""event: response.created
data: {"type":"response.created","sequence_number":0,"response":{"id":"resp_1",\
"object":"response","created_at":1,"status":"in_progress","model":"gpt","output":[],\
"usage":null,\
"completed_at":null,"error":null,"incomplete_details":null,"instructions":null,\
"max_output_tokens":null,"max_tool_calls":null,"metadata":null,\
"previous_response_id":null,"prompt_cache_key":null,"reasoning":null,\
"safety_identifier":null,"background":false,"frequency_penalty":0.0,\
"parallel_tool_calls":true,"presence_penalty":0.0,"store":false,"temperature":1.0,\
"text":{"format":{"type":"text"}},"tool_choice":"auto","tools":[],"top_logprobs":0,\
"top_p":1.0,"truncation":"disabled","service_tier":"auto"}}

event: response.in_progress
data: {"type":"response.in_progress","sequence_number":1,"response":{"id":"resp_1",\
"object":"response","created_at":1,"status":"in_progress","model":"gpt","output":[],\
"usage":null,\
"completed_at":null,"error":null,"incomplete_details":null,"instructions":null,\
"max_output_tokens":null,"max_tool_calls":null,"metadata":null,\
"previous_response_id":null,"prompt_cache_key":null,"reasoning":null,\
"safety_identifier":null,"background":false,"frequency_penalty":0.0,\
"parallel_tool_calls":true,"presence_penalty":0.0,"store":false,"temperature":1.0,\
"text":{"format":{"type":"text"}},"tool_choice":"auto","tools":[],"top_logprobs":0,\
"top_p":1.0,"truncation":"disabled","service_tier":"auto"}}

event: response.output_item.added
data: {"type":"response.output_item.added","sequence_number":2,"output_index":0,\
"item":{"type":"message","id":"msg_resp_1_message_0","role":"assistant",\
"content":[],"status":"in_progress"}}

event: response.content_part.added
data: {"type":"response.content_part.added","sequence_number":3,\
"item_id":"msg_resp_1_message_0","output_index":0,"content_index":0,\
"part":{"type":"output_text","text":"","annotations":[],"logprobs":[]}}

event: response.output_text.delta
data: {"type":"response.output_text.delta","sequence_number":4,\
"item_id":"msg_resp_1_message_0","output_index":0,"content_index":0,\
"delta":"H\xc3\xa9","logprobs":[]}

event: response.output_text.done
data: {"type":"response.output_text.done","sequence_number":5,\
"item_id":"msg_resp_1_message_0","output_index":0,"content_index":0,\
"text":"H\xc3\xa9","logprobs":[]}

event: response.content_part.done
data: {"type":"response.content_part.done","sequence_number":6,\
"item_id":"msg_resp_1_message_0","output_index":0,"content_index":0,\
"part":{"type":"output_text","text":"H\xc3\xa9","annotations":[],"logprobs":[]}}

event: response.output_item.done
data: {"type":"response.output_item.done","sequence_number":7,"output_index":0,\
"item":{"type":"message","id":"msg_resp_1_message_0","role":"assistant",\
"content":[{"type":"output_text","text":"H\xc3\xa9","annotations":[],"logprobs":[]}],\
"status":"completed"}}

event: response.completed
data: {"type":"response.completed","sequence_number":8,"response":{"id":"resp_1",\
"object":"response","created_at":1,"status":"completed","model":"gpt",\
"output":[{"type":"message","id":"msg_resp_1_message_0","role":"assistant",\
"content":[{"type":"output_text","text":"H\xc3\xa9","annotations":[],"logprobs":[]}],\
"status":"completed"}],"usage":null,\
"completed_at":null,"error":null,"incomplete_details":null,"instructions":null,\
"max_output_tokens":null,"max_tool_calls":null,"metadata":null,\
"previous_response_id":null,"prompt_cache_key":null,"reasoning":null,\
"safety_identifier":null,"background":false,"frequency_penalty":0.0,\
"parallel_tool_calls":true,"presence_penalty":0.0,"store":false,"temperature":1.0,\
"text":{"format":{"type":"text"}},"tool_choice":"auto","tools":[],"top_logprobs":0,\
"top_p":1.0,"truncation":"disabled","service_tier":"auto"}}

"""


SEARCH = ServerToolCallPart(
    id="ws_1", kind="web_search", name="web_search", status="in_progress",
    extra={OR: {"type": "web_search_call"}},
)  # fmt: skip
