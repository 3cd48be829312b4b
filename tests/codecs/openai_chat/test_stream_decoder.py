"""Bytes to chunks, event by event, and what compatible servers make of the grammar."""

from __future__ import annotations

import copy
import json

import pytest

from modelwire.codecs import _limits
from modelwire.codecs._base import Aliases, EndSentinel, NativeEvent
from modelwire.codecs.openai_chat import event_decoder, stream_decoder
from modelwire.codecs.openai_chat._profiles import PROFILES
from modelwire.ir import (
    Accumulator,
    AnnotationDelta,
    AudioDelta,
    BlockStart,
    BlockStop,
    ChoiceFinish,
    ChoiceUpdate,
    Keepalive,
    LogprobsDelta,
    ModerationUpdate,
    ReasoningDelta,
    RefusalDelta,
    ResponseUpdate,
    SignatureDelta,
    StreamEnd,
    StreamError,
    StreamStart,
    TextDelta,
    ToolArgumentsDelta,
    ToolCallPart,
    UnknownEvent,
    UsageUpdate,
)
from modelwire.testing import check_chunks

OC = "openai-chat"
HEAD = {
    "id": "chatcmpl-1",
    "object": "chat.completion.chunk",
    "created": 7,
    "model": "m",
}


def event(*choices, **fields):
    return {**HEAD, "choices": list(choices), **fields}


def delta(body=None, index=0, finish=None, **fields):
    return {"index": index, "delta": body or {}, "finish_reason": finish, **fields}


def say(body=None, **fields):
    return event(delta(body, **fields))


def stream(*events, done=True):
    out = b""
    for item in events:
        payload = item if isinstance(item, str) else json.dumps(item)
        out += b"data: " + payload.encode() + b"\n\n"
    return out + (b"data: [DONE]\n\n" if done else b"")


def run(body, cuts=None, **options):
    decoder = stream_decoder(**options)
    out = []
    if cuts is None:
        out += decoder.feed(body)
    else:
        for start in range(0, len(body), cuts):
            out += decoder.feed(body[start : start + cuts])
    return out + decoder.close()


def decode(*events, done=True, **options):
    body = stream(*events, done=done)
    whole = run(body, **options)
    # Chunking never matters, whatever the case is about.
    assert run(body, cuts=1, **options) == whole
    assert run(body, cuts=7, **options) == whole
    assert not check_chunks(whole)
    return whole


def folded(chunks):
    accumulator = Accumulator()
    accumulator.feed_all(chunks)
    return accumulator


def message(chunks, choice=0):
    return folded(chunks).response.choices[choice].message


def calls(chunks, choice=0):
    return [
        (part.id, part.name, part.arguments)
        for part in message(chunks, choice).parts
        if isinstance(part, ToolCallPart)
    ]


def of(kind, chunks):
    return [chunk for chunk in chunks if type(chunk) is kind]


def words(chunks):
    return [
        (type(part).__name__, part.text)
        for part in message(chunks).parts
        if not isinstance(part, ToolCallPart)
    ]


def piece(index=0, id=None, name=None, arguments=None, **fields):
    entry = dict(fields)
    if index is not None:
        entry["index"] = index
    if id is not None:
        entry["id"] = id
        entry.setdefault("type", "function")
    function = {}
    if name is not None:
        function["name"] = name
    if arguments is not None:
        function["arguments"] = arguments
    entry["function"] = function
    return entry


def tools(*pieces, **fields):
    return say({"tool_calls": list(pieces)}, **fields)


STOP = say(finish="stop")
CALLS = say(finish="tool_calls")
USAGE = {"prompt_tokens": 10, "completion_tokens": 2, "total_tokens": 12}


def test_text_chunk_by_chunk():
    chunks = decode(
        say({"role": "assistant", "content": "", "refusal": None}),
        say({"content": "Hel"}),
        say({"content": "lo"}),
        STOP,
        event(usage=USAGE),
    )
    kinds = [type(chunk).__name__ for chunk in chunks]
    assert kinds == [
        "StreamStart",
        "BlockStart",
        "TextDelta",
        "TextDelta",
        "UsageUpdate",
        "BlockStop",
        "ChoiceFinish",
        "StreamEnd",
    ]
    assert chunks[0] == StreamStart("chatcmpl-1", "m", 7)
    assert chunks[2:4] == [TextDelta(0, "Hel"), TextDelta(0, "lo")]
    assert chunks[-2].finish.kind == "stop"
    assert chunks[-1] == StreamEnd(True, "event")
    assert chunks[2].raw["choices"][0]["delta"] == {"content": "Hel"}


def test_raw_can_be_left_out():
    body = stream(say({"content": "a"}), say({"content": "b"}), STOP)
    chunks = run(body, keep_raw=False)
    assert all(getattr(chunk, "raw", None) is None for chunk in chunks)
    assert chunks == run(body)


def test_block_closes_at_another_kind():
    chunks = decode(
        say({"reasoning_content": "hm"}),
        say({"content": "a"}),
        say({"refusal": "no"}),
        say({"content": "b"}),
        tools(piece(0, "c", "f", "{}")),
        say({"content": "c"}),
        CALLS,
    )
    assert words(chunks) == [
        ("ReasoningPart", "hm"),
        ("TextPart", "a"),
        ("RefusalPart", "no"),
        ("TextPart", "b"),
        ("TextPart", "c"),
    ]
    stops = [chunk.index for chunk in of(BlockStop, chunks)]
    assert stops == [0, 1, 2, 3, 4, 5]


def test_content_and_calls_in_one_delta():
    chunks = decode(
        say({"content": "look", "tool_calls": [piece(0, "c", "f", "{}")]}), CALLS
    )
    assert words(chunks) == [("TextPart", "look")]
    assert calls(chunks) == [("c", "f", "{}")]


@pytest.mark.parametrize("content", ["", None])
def test_nothing_said_opens_no_block(content):
    chunks = decode(say({"role": "assistant", "content": content}), STOP)
    assert not of(BlockStart, chunks)
    assert len(of(ChoiceFinish, chunks)) == 1


def test_choices_interleave():
    chunks = decode(
        event(delta({"content": "a"}, 0), delta({"content": "x"}, 1)),
        say({"content": "b"}, index=1),
        say({"content": "c"}, index=0),
        say(index=1, finish="length"),
        say(index=0, finish="stop"),
    )
    assert [message(chunks, n).parts[0].text for n in (0, 1)] == ["ac", "xb"]
    finishes = {c.choice: c.finish.kind for c in of(ChoiceFinish, chunks)}
    assert finishes == {0: "stop", 1: "length"}


# --- tool calls ---------------------------------------------------------------------


def test_calls_stream_by_index():
    chunks = decode(
        tools(piece(0, "a", "f", "")),
        tools(piece(1, "b", "g", "")),
        tools(piece(0, arguments='{"x":')),
        tools(piece(1, arguments="{}")),
        tools(piece(0, arguments="1}")),
        CALLS,
    )
    assert calls(chunks) == [("a", "f", '{"x":1}'), ("b", "g", "{}")]
    assert len(of(ToolArgumentsDelta, chunks)) == 3
    assert chunks[-2].finish.kind == "tool_calls"


@pytest.mark.parametrize("name", ["", None])
def test_T05_name_comes_late(name):
    first = piece(0, "a", arguments='{"x"')
    first["function"]["name"] = name
    chunks = decode(tools(first), tools(piece(0, name="f", arguments=":1}")), CALLS)
    assert calls(chunks) == [("a", "f", '{"x":1}')]
    assert of(BlockStart, chunks)[0].part.name == "f"


def test_T05_call_that_is_never_named_is_not_dropped():
    chunks = decode(tools(piece(0, "a", "", "{}")), CALLS)
    assert calls(chunks) == [("a", "", "{}")]


@pytest.mark.parametrize("type_", ["absent", "late", None, ""])
def test_T09_type_is_optional(type_):
    first = piece(0, "a", "f", "{")
    later = piece(0, arguments="}")
    del first["type"]
    if type_ == "late":
        later["type"] = "function"
    elif type_ != "absent":
        first["type"] = type_
    chunks = decode(tools(first), tools(later), CALLS)
    assert calls(chunks) == [("a", "f", "{}")]
    assert of(BlockStart, chunks)[0].part.kind == "function"


def test_T10_fragments_without_id_join_by_index():
    chunks = decode(
        tools(piece(0, "a", "f", "")),
        tools(
            {"type": "function", "index": 0, "function": {"name": "", "arguments": "{"}}
        ),
        tools({"index": 0, "id": "", "function": {"name": None, "arguments": "}"}}),
        CALLS,
    )
    assert calls(chunks) == [("a", "f", "{}")]


def test_T11_id_and_name_on_every_chunk():
    chunks = decode(
        tools(piece(0, "a", "f", "{")), tools(piece(0, "a", "f", "}")), CALLS
    )
    assert calls(chunks) == [("a", "f", "{}")]


def test_T12_call_without_arguments():
    chunks = decode(tools(piece(0, "a", "f", "")), CALLS)
    (part,) = message(chunks).parts
    assert (part.arguments, part.extra) == (
        "",
        {OC: {"$spelling": {"arguments": "empty"}}},
    )


def test_T17_first_fragment_is_kept():
    chunks = decode(
        tools(piece(0, "a", "f", '{"city"')), tools(piece(0, arguments=':"X"}')), CALLS
    )
    assert calls(chunks) == [("a", "f", '{"city":"X"}')]


def test_two_calls_without_index():
    whole = decode(
        tools(piece(None, "a", "f", '{"n":1}'), piece(None, "b", "f", '{"n":2}')),
        CALLS,
    )
    assert calls(whole) == [("a", "f", '{"n":1}'), ("b", "f", '{"n":2}')]
    empty_ids = decode(
        tools(piece(None, "", "f", "{}")), tools(piece(None, "", "f", "{}")), CALLS
    )
    assert calls(empty_ids) == [("", "f", "{}"), ("", "f", "{}")]
    same_ids = decode(
        tools(piece(None, "a", "f", "1"), piece(None, "a", "f", "2")), CALLS
    )
    assert [c[2] for c in calls(same_ids)] == ["1", "2"]


def test_fragments_without_index_and_id_join_the_last_call():
    chunks = decode(
        tools(piece(None, "a", "f", "{")), tools(piece(None, arguments="}")), CALLS
    )
    assert calls(chunks) == [("a", "f", "{}")]


def test_T03_index_always_zero():
    by_id = decode(
        tools(piece(0, "a", "f", "{")),
        tools(piece(0, arguments="}")),
        tools(piece(0, "b", "g", "[")),
        tools(piece(0, arguments="]")),
        CALLS,
    )
    assert calls(by_id) == [("a", "f", "{}"), ("b", "g", "[]")]
    in_one = decode(tools(piece(0, "", "f", "1"), piece(0, "", "g", "2")), CALLS)
    assert calls(in_one) == [("", "f", "1"), ("", "g", "2")]


def test_index_as_float_and_gaps():
    chunks = decode(
        tools(piece(1.0, "a", "f", "{")), tools(piece(1, arguments="}")), CALLS
    )
    assert calls(chunks) == [("a", "f", "{}")]


def test_arguments_as_object():
    chunks = decode(tools(piece(0, "a", "f", {"ü": [1, 2]})), CALLS)
    assert calls(chunks) == [("a", "f", '{"ü":[1,2]}')]


def test_custom_call():
    chunks = decode(
        tools(
            {
                "index": 0,
                "id": "a",
                "type": "custom",
                "custom": {"name": "s", "input": ""},
            }
        ),
        tools({"index": 0, "custom": {"input": "SELECT"}}),
        CALLS,
    )
    (part,) = message(chunks).parts
    assert (part.kind, part.name, part.arguments) == ("custom", "s", "SELECT")


def test_legacy_function_call():
    chunks = decode(
        say(
            {
                "role": "assistant",
                "content": None,
                "function_call": {"name": "f", "arguments": ""},
            }
        ),
        say({"function_call": {"arguments": "{"}}),
        say({"function_call": {"arguments": "}"}}),
        say(finish="function_call"),
    )
    (part,) = message(chunks).parts
    assert (part.id, part.name, part.arguments) == ("", "f", "{}")
    assert part.extra == {OC: {"$spelling": {"call": "function_call"}}}
    assert chunks[-2].finish.kind == "tool_calls"


def test_builtin_call_type_and_unknown_fields_are_kept():
    chunks = decode(
        tools(piece(0, "a", "$web_search", "{}", type="builtin_function", x=1)), CALLS
    )
    (part,) = message(chunks).parts
    assert part.extra == {OC: {"type": "builtin_function", "x": 1}}


def test_S05_thought_signature_is_carried():
    extra = {"google": {"thought_signature": "sig"}}
    first = decode(tools(piece(0, "a", "f", "{}", extra_content=extra)), CALLS)
    assert message(first).parts[0].extra[OC]["extra_content"] == extra
    late = decode(
        tools(piece(0, "a", "f", "")),
        tools(piece(0, arguments="{}", extra_content=extra)),
        CALLS,
    )
    assert [c.signature.value for c in of(SignatureDelta, late)] == ["sig"]


def test_ids_and_aliases():
    ids = iter(("one", "two"))
    chunks = decode(
        tools(piece(None, "", "f_x", "{}"), piece(None, "t1", "g", "{}")),
        CALLS,
        aliases=Aliases(names={"f_x": "f x"}, call_ids={"t1": "s1"}),
    )
    assert calls(chunks) == [("", "f x", "{}"), ("s1", "g", "{}")]
    minted = run(
        stream(tools(piece(None, "", "f", "{}")), CALLS), ids=lambda kind: next(ids)
    )
    assert calls(minted) == [("one", "f", "{}")]


def test_F01_stop_with_calls_means_tool_calls():
    chunks = decode(say({"content": "a"}), tools(piece(0, "a", "f", "{}")), STOP)
    assert (chunks[-2].finish.kind, chunks[-2].finish.raw) == ("tool_calls", "stop")


# --- finish -------------------------------------------------------------------------


def test_finish_twice_with_usage_the_second_time():
    chunks = decode(
        say({"content": "a"}),
        say({"role": "assistant", "content": ""}, finish="stop"),
        event(delta({"role": "assistant", "content": ""}, finish="stop"), usage=USAGE),
    )
    assert len(of(ChoiceFinish, chunks)) == 1
    assert len(of(UsageUpdate, chunks)) == 1


def test_deltas_after_the_finish_are_tolerated():
    chunks = decode(
        tools(piece(0, "a", "f", "{"), finish="tool_calls"),
        tools(piece(0, arguments="}")),
        tools(piece(1, "b", "g", "{}"), finish="tool_calls"),
    )
    assert calls(chunks) == [("a", "f", "{}"), ("b", "g", "{}")]


@pytest.mark.parametrize(
    ("raw", "kind"),
    [
        ("length", "length"),
        ("content_filter", "content_filter"),
        ("eos", "stop"),
        ("error", "error"),
        ("insufficient_system_resource", "error"),
        ("brand_new", "unknown"),
        ("Ü", "unknown"),
    ],
)
def test_F09_finish_is_an_open_enum(raw, kind):
    chunks = decode(say({"content": "a"}), say(finish=raw))
    assert (chunks[-2].finish.kind, chunks[-2].finish.raw) == (kind, raw)


# --- usage --------------------------------------------------------------------------


def test_U01_usage_after_the_finish():
    usage = {**USAGE, "prompt_tokens_details": {"cached_tokens": 4}}
    chunks = decode(say({"content": "a"}), STOP, event(usage=usage))
    found = of(UsageUpdate, chunks)[0].usage
    assert (found.input_total, found.input_uncached, found.cache_read) == (10, 6, 4)


def test_U03_cached_tokens():
    usage = {
        "prompt_tokens": 9888,
        "completion_tokens": 1,
        "total_tokens": 9889,
        "prompt_tokens_details": {"cached_tokens": 6752},
    }
    found = of(UsageUpdate, decode(STOP, event(usage=usage)))[0].usage
    assert (found.input_uncached, found.cache_read) == (3136, 6752)


def test_U08_empty_choices_anywhere():
    chunks = decode(event(), say({"content": "a"}), event(), STOP, event(usage=USAGE))
    assert message(chunks).parts[0].text == "a"


def test_usage_on_every_chunk_only_when_it_changed():
    grown = {**USAGE, "completion_tokens": 3, "total_tokens": 13}
    chunks = decode(
        event(delta({"content": "a"}), usage=USAGE),
        event(delta({"content": "b"}), usage=USAGE),
        event(delta({"content": "c"}), usage=grown),
        event(delta(finish="stop"), usage=grown),
    )
    assert [c.usage.output_total for c in of(UsageUpdate, chunks)] == [2, 3]
    assert message(chunks).parts[0].text == "abc"


def test_usage_of_groq():
    chunks = decode(
        say({"content": "a"}), event(delta(finish="stop"), x_groq={"usage": USAGE})
    )
    assert of(UsageUpdate, chunks)[0].usage.input_total == 10
    both = decode(
        event(delta(finish="stop"), usage=USAGE, x_groq={"id": "r", "usage": USAGE})
    )
    assert len(of(UsageUpdate, both)) == 1


def test_usage_inside_the_choice():
    chunks = decode(say({"content": "a"}), say(finish="stop", usage=USAGE))
    assert of(UsageUpdate, chunks)[0].usage.input_total == 10


def test_usage_excludes_reasoning_by_profile():
    usage = {
        "prompt_tokens": 10,
        "completion_tokens": 2,
        "completion_tokens_details": {"reasoning_tokens": 5},
    }
    chunks = decode(STOP, event(usage=usage), profile=PROFILES["xai"])
    assert of(UsageUpdate, chunks)[0].usage.output_total == 7


# --- reasoning ----------------------------------------------------------------------


@pytest.mark.parametrize("field", ["reasoning_content", "reasoning"])
def test_reasoning_fields(field):
    chunks = decode(
        say({"role": "assistant", "content": None, field: ""}),
        say({"content": None, field: "a"}),
        say({"content": "", field: "b"}),
        say({field: None, "content": "text"}),
        STOP,
    )
    assert words(chunks) == [("ReasoningPart", "ab"), ("TextPart", "text")]
    part = of(BlockStart, chunks)[0].part
    assert part.extra == {OC: {"$spelling": {"reasoning": [field]}}}


def test_reasoning_counts_once():
    def both(text):
        entry = {"type": "reasoning.text", "text": text, "format": "x", "index": 0}
        return say({"content": "", "reasoning": text, "reasoning_details": [entry]})

    chunks = decode(both("a"), both("b"), say({"content": "c"}), STOP)
    assert words(chunks) == [("ReasoningPart", "ab"), ("TextPart", "c")]
    assert message(chunks).parts[0].extra[OC] == {
        "format": "x",
        "index": 0,
        "$spelling": {"reasoning": "reasoning_details", "repeated": "reasoning"},
    }


def test_reasoning_details_of_every_type():
    chunks = decode(
        say(
            {
                "reasoning_details": [
                    {"type": "reasoning.summary", "summary": "s", "index": 0}
                ]
            }
        ),
        say(
            {
                "reasoning_details": [
                    {"type": "reasoning.encrypted", "data": "e", "id": "rs", "index": 0}
                ]
            }
        ),
        say(
            {"reasoning_details": [{"type": "reasoning.text", "text": "t", "index": 1}]}
        ),
        say(
            {
                "reasoning_details": [
                    {"type": "reasoning.text", "signature": "sig", "index": 1}
                ]
            }
        ),
        say({"reasoning_details": [{"type": "reasoning.server_tool_call", "x": 1}]}),
        STOP,
    )
    summary, encrypted, text, other = message(chunks).parts
    assert summary.summaries == ("s",)
    assert (encrypted.encrypted.value, encrypted.details_id) == ("e", "rs")
    assert (text.text, text.signature.value) == ("t", "sig")
    assert other.raw == {"type": "reasoning.server_tool_call", "x": 1}


def test_mistral_content_array():
    thinking = {"type": "thinking", "thinking": [{"type": "text", "text": "hm"}]}
    chunks = decode(
        say({"role": "assistant", "content": [thinking]}),
        say({"content": [thinking, {"type": "text", "text": "4"}]}),
        say({"content": [{"type": "reference", "reference_ids": [1]}]}),
        say({"content": ""}, finish="stop"),
    )
    parts = message(chunks).parts
    assert [type(p).__name__ for p in parts] == [
        "ReasoningPart",
        "TextPart",
        "UnknownPart",
    ]
    assert (parts[0].text, parts[1].text) == ("hmhm", "4")


def test_content_object():
    chunks = decode(say({"content": {"a": 1}}), STOP)
    assert words(chunks) == [("TextPart", '{"a":1}')]


# --- other deltas -------------------------------------------------------------------


def test_L34_logprobs():
    token = {"token": "a", "logprob": -0.5, "bytes": [97], "top_logprobs": []}
    chunks = decode(
        say({"content": ""}, logprobs={"content": [], "refusal": None}),
        say({"content": "a"}, logprobs={"content": [token], "refusal": None}),
        say({"content": "a"}, logprobs={"content": [token], "refusal": None}),
        STOP,
    )
    assert len(of(LogprobsDelta, chunks)) == 2
    logprobs = folded(chunks).response.choices[0].logprobs
    assert [t.token for t in logprobs.content] == ["a", "a"]


def test_refusal():
    chunks = decode(say({"refusal": "I "}), say({"refusal": "can't"}), STOP)
    assert of(RefusalDelta, chunks) == [RefusalDelta(0, "I "), RefusalDelta(0, "can't")]
    assert chunks[-2].finish.kind == "refusal"


def test_audio():
    chunks = decode(
        say({"role": "assistant", "audio": {"id": "au", "transcript": ""}}),
        say({"audio": {"transcript": "hi"}}),
        say({"audio": {"data": "AAAA"}}),
        say({"audio": {"expires_at": 9}}),
        STOP,
    )
    assert of(AudioDelta, chunks) == [
        AudioDelta(0, transcript="hi"),
        AudioDelta(0, "AAAA"),
        AudioDelta(0, expires_at=9),
    ]
    (part,) = message(chunks).parts
    assert (part.id, part.transcript, part.source.data, part.expires_at) == (
        "au",
        "hi",
        "AAAA",
        9,
    )


def test_images_and_annotations():
    image = {"type": "image_url", "image_url": {"url": "data:image/png;base64,AA=="}}
    note = {
        "type": "url_citation",
        "url_citation": {"url": "u", "title": "t", "start_index": 0, "end_index": 1},
    }
    chunks = decode(
        say({"content": "a"}),
        say({"images": [image]}),
        say({"annotations": [note]}),
        STOP,
    )
    text, picture = message(chunks).parts
    assert text.annotations[0].url == "u"
    assert picture.source.data == "AA=="
    assert of(AnnotationDelta, chunks)[0].index == 0


def test_moderation_chunk_after_usage():
    chunks = decode(
        say({"content": "a"}), STOP, event(usage=USAGE), event(moderation={"x": 1})
    )
    assert of(ModerationUpdate, chunks) == [ModerationUpdate({"x": 1})]


def test_service_tier_and_fingerprint_only_when_changed():
    fields = {
        "service_tier": "default",
        "system_fingerprint": "fp",
        "obfuscation": "abc",
    }
    more = {**fields, "service_tier": "flex", "obfuscation": "d", "p": "pad"}
    chunks = decode(
        event(delta({"content": "a"}), **fields),
        event(delta({"content": "b"}), **fields),
        event(delta({"content": "c"}), **more),
        STOP,
    )
    assert of(ResponseUpdate, chunks) == [
        ResponseUpdate(
            service_tier="default", extra={OC: {"system_fingerprint": "fp"}}
        ),
        ResponseUpdate(service_tier="flex"),
    ]


def test_L7_azure():
    first = {
        "choices": [],
        "created": 0,
        "id": "",
        "model": "",
        "object": "",
        "prompt_filter_results": [{"prompt_index": 0}],
    }
    late = {
        "choices": [
            {
                "content_filter_offsets": {"check_offset": 1},
                "finish_reason": None,
                "index": 0,
            }
        ],
        "created": 0,
        "id": "",
        "model": "",
        "object": "",
    }
    chunks = decode(
        first, say({"content": "a"}, content_filter_results={"hate": 1}), STOP, late
    )
    response = folded(chunks).response
    assert (response.id, response.model, response.created) == ("chatcmpl-1", "m", 7)
    assert response.extra == {OC: {"prompt_filter_results": [{"prompt_index": 0}]}}
    assert response.choices[0].extra == {
        OC: {
            "content_filter_results": {"hate": 1},
            "content_filter_offsets": {"check_offset": 1},
        }
    }
    assert [type(c).__name__ for c in chunks[:3]] == [
        "StreamStart",
        "ResponseUpdate",
        "ResponseUpdate",
    ]


def test_unknown_delta_fields_are_kept():
    chunks = decode(
        say({"reasoning": "a", "channel": "analysis"}),
        say({"reasoning": "b", "channel": "analysis"}),
        say({"provider_metadata": {"x": 1}}),
        STOP,
    )
    updates = of(ChoiceUpdate, chunks)
    assert [u.message for u in updates] == [
        {OC: {"channel": "analysis"}},
        {OC: {"provider_metadata": {"x": 1}}},
    ]
    assert len(of(ReasoningDelta, chunks)) == 2


def test_unknown_object_is_kept():
    chunks = decode({"type": "ping", "n": 1}, say({"content": "a"}), STOP)
    assert chunks[0] == StreamStart()
    assert chunks[1] == UnknownEvent(OC, {"type": "ping", "n": 1})


def test_id_changes():
    changed = {**say({"content": "b"}), "id": "other"}
    chunks = decode(say({"content": "a"}), changed, STOP)
    assert folded(chunks).response.id == "chatcmpl-1"
    assert message(chunks).parts[0].text == "ab"


def test_perplexity():
    def chunk(text, so_far, finish=None, name="chat.completion.chunk"):
        choice = delta({"role": "assistant", "content": text}, finish=finish)
        choice["message"] = {"role": "assistant", "content": so_far}
        return {**event(choice, usage=USAGE, citations=["u"]), "object": name}

    chunks = decode(
        chunk("a", "a"),
        chunk("b", "ab"),
        chunk("", "ab", "stop", "chat.completion.done"),
        done=False,
    )
    assert words(chunks) == [("TextPart", "ab")]
    assert chunks[-1] == StreamEnd(True, "eof")


def test_message_instead_of_deltas():
    whole = {
        "index": 0,
        "finish_reason": "tool_calls",
        "message": {
            "role": "assistant",
            "content": "a",
            "tool_calls": [piece(None, "c", "f", "{}")],
        },
    }
    chunks = decode(event(whole, usage=USAGE))
    assert words(chunks) == [("TextPart", "a")]
    assert calls(chunks) == [("c", "f", "{}")]


def test_U09_legacy_completion_text():
    chunks = decode(
        event({"index": 0, "text": "a", "finish_reason": None}),
        event({"index": 0, "text": "", "finish_reason": "stop"}),
        event(usage=USAGE),
    )
    assert words(chunks) == [("TextPart", "a")]


def test_surrogates_cut_between_deltas():
    body = stream(
        '{"choices":[{"index":0,"delta":{"content":"x\\ud83d"}}]}',
        '{"choices":[{"index":0,"delta":{"content":"\\ude00y"}}]}',
        '{"choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"id":"c","function":{"name":"f","arguments":"\\ud83d"}}]}}]}',
        '{"choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"function":{"arguments":"\\ude00"}}]}}]}',
        '{"choices":[{"index":0,"delta":{"content":"z\\ud83d"},"finish_reason":"stop"}]}',
    )
    chunks = run(body)
    assert chunks == run(body, cuts=3)
    assert [text for _, text in words(chunks)] == ["x😀y", "z\ud83d"]
    assert calls(chunks) == [("c", "f", "😀")]


# --- framing, errors, ends ----------------------------------------------------------


def test_B04_comments():
    body = b": OPENROUTER PROCESSING\n\n" + stream(say({"content": "a"}), done=False)
    body += b": OPENROUTER PROCESSING\n\n:\n\n" + stream(STOP)
    chunks = run(body)
    assert of(Keepalive, chunks) == [Keepalive(" OPENROUTER PROCESSING"), Keepalive("")]
    assert message(chunks).parts[0].text == "a"


def test_B05_no_space_after_data():
    body = stream(say({"content": "a"}), STOP).replace(b"data: ", b"data:")
    assert run(body) == run(stream(say({"content": "a"}), STOP))


def test_E02_error_inside_the_stream():
    chunks = decode(
        say({"content": "a"}),
        {"error": {"message": "boom", "type": "server_error", "code": "x"}},
    )
    assert of(StreamError, chunks)[0].error.message == "boom"
    assert chunks[-1] == StreamEnd(False, "none")


def test_E02_error_beside_choices():
    error = {"code": 429, "message": "slow", "metadata": {"error_type": "x"}}
    chunks = decode(
        say({"content": "a"}),
        event(delta({"content": ""}, finish="error"), error=error),
    )
    assert [type(c).__name__ for c in chunks[-4:]] == [
        "BlockStop",
        "ChoiceFinish",
        "StreamError",
        "StreamEnd",
    ]
    assert chunks[-3].finish.kind == "error"
    assert chunks[-2].error.kind == "rate_limit"


def test_E03_error_then_done_is_still_an_error():
    chunks = decode({"error": {"message": "boom"}}, done=True)
    assert [type(c).__name__ for c in chunks] == [
        "StreamStart",
        "StreamError",
        "StreamEnd",
    ]
    assert chunks[-1].complete is False


@pytest.mark.parametrize(
    "payload",
    [
        {"error": "boom"},
        {"code": "x", "error": "boom"},
        {"object": "error", "message": "boom", "type": "t", "code": "c"},
        {"message": "boom", "code": "c"},
    ],
)
def test_error_shapes(payload):
    assert of(StreamError, decode(payload))[0].error.message == "boom"


def test_event_error_with_and_without_json():
    body = stream(say({"content": "a"}), done=False)
    named = run(body + b'event: error\ndata: {"message": "boom"}\n\n')
    assert of(StreamError, named)[0].error.message == "boom"
    plain = run(body + b"event: error\ndata: boom\n\n")
    assert of(StreamError, plain)[0].error.message == "boom"


def test_x_groq_error():
    chunks = decode(say({"content": "a"}), event(x_groq={"id": "r", "error": "boom"}))
    assert of(StreamError, chunks)[0].error.message == "boom"


def test_finish_is_given_before_an_error():
    chunks = decode(
        say({"content": "a"}, finish="length"), {"error": {"message": "late"}}
    )
    kinds = [type(c).__name__ for c in chunks[-4:]]
    assert kinds == ["BlockStop", "ChoiceFinish", "StreamError", "StreamEnd"]


def test_E05_three_ends():
    whole = decode(say({"content": "a"}), STOP)
    assert whole[-1] == StreamEnd(True, "event")
    eof = decode(say({"content": "a"}), STOP, done=False)
    assert eof[-1] == StreamEnd(True, "eof")
    clean = decode(say({"content": "a"}), done=False)
    assert clean[-2].error.kind == "stream_truncated"
    assert clean[-1].complete is False
    broken = run(stream(say({"content": "a"}), done=False) + b'data: {"choices":[{"ind')
    assert broken[-2].error.kind == "stream_truncated"
    assert broken[-2].error.message != clean[-2].error.message


def test_one_choice_of_two_without_finish_is_truncated():
    chunks = decode(
        say({"content": "a"}, finish="stop"), say({"content": "b"}, index=1), done=False
    )
    assert [type(c).__name__ for c in chunks[-3:]] == [
        "ChoiceFinish",
        "StreamError",
        "StreamEnd",
    ]


def test_empty_body_and_lone_sentinel():
    assert run(b"")[-1].complete is False
    assert run(b"data: [DONE]\n\n") == [StreamStart(), StreamEnd(True, "event")]


def test_done_without_finish_is_an_unknown_finish():
    chunks = decode(say({"content": "a"}))
    assert (chunks[-2].finish.kind, chunks[-2].finish.raw) == ("unknown", None)


def test_non_stream_error_body():
    chunks = run(b'{"error": {"message": "no", "type": "invalid_request_error"}}')
    assert of(StreamError, chunks)[0].error.message == "no"


HOSTILE = [
    {},
    {"choices": None},
    {"choices": {}},
    {"choices": "x"},
    {"choices": [None, 1, "x", []]},
    {"choices": [{}]},
    {"choices": [{"index": "0", "delta": []}]},
    {"choices": [{"index": -1, "delta": {"content": 5}}]},
    {
        "choices": [
            {
                "index": 0,
                "delta": {
                    "content": [
                        None,
                        1,
                        {"type": 5},
                        {"type": "thinking", "thinking": 7},
                    ]
                },
            }
        ]
    },
    {
        "choices": [
            {
                "index": 0,
                "delta": {"tool_calls": [None, 3, {}, {"index": [], "function": 4}]},
            }
        ]
    },
    {
        "choices": [
            {
                "index": 0,
                "delta": {
                    "tool_calls": [
                        {"index": 0, "id": 5, "function": {"name": [], "arguments": 3}}
                    ]
                },
            }
        ]
    },
    {
        "choices": [
            {"index": 0, "delta": {"function_call": {"name": 3, "arguments": []}}}
        ]
    },
    {
        "choices": [
            {
                "index": 0,
                "delta": {
                    "audio": {"data": 3, "id": []},
                    "images": [None, {}],
                    "annotations": [1, {}],
                },
            }
        ]
    },
    {
        "choices": [
            {
                "index": 0,
                "delta": {
                    "reasoning": 3,
                    "reasoning_content": [],
                    "reasoning_details": [1, {}, {"type": []}],
                },
            }
        ]
    },
    {"choices": [{"index": 0, "finish_reason": 3, "logprobs": 4, "usage": []}]},
    {"choices": [], "usage": [], "moderation": 0, "created": "x", "model": 3, "id": []},
    {"choices": [], "created": 1e400},
    {"choices": [], "x_groq": {"usage": 3}},
]


@pytest.mark.parametrize("payload", HOSTILE, ids=range(len(HOSTILE)))
def test_odd_types_never_raise(payload):
    good = say({"content": "a"})
    for events in (
        [payload],
        [good, payload],
        [payload, payload, good],
        [good, payload, good],
    ):
        body = stream(*events)
        chunks = run(body)
        assert run(body, cuts=1) == chunks
        assert not check_chunks(chunks)


def test_limit_of_open_blocks():
    limits = _limits.Limits(max_open_blocks=3)
    many = [tools(piece(n, f"c{n}", "f", "{}")) for n in range(5)]
    chunks = run(stream(*many), limits=limits)
    assert chunks[-1].complete is False
    assert "max_open_blocks" in of(StreamError, chunks)[0].error.message
    choices = [say({"content": "a"}, index=n) for n in range(9)]
    assert run(stream(*choices), limits=limits)[-1].complete is False


def test_deepcopy_in_the_middle():
    body = stream(
        say({"content": "a"}),
        tools(piece(0, "c", "f", "{")),
        tools(piece(0, arguments="}")),
        CALLS,
    )
    whole = run(body)
    for cut in range(0, len(body), 11):
        decoder = stream_decoder()
        head = decoder.feed(body[:cut])
        other = copy.deepcopy(decoder)
        tail = body[cut:]
        assert head + decoder.feed(tail) + decoder.close() == whole
        assert head + other.feed(tail) + other.close() == whole


def test_native_events():
    decoder = event_decoder()
    items = decoder.feed(stream(say({"content": "a"}), {"error": {"message": "x"}}))
    assert [i.type for i in items[:2]] == ["chat.completion.chunk", "error"]
    assert isinstance(items[0], NativeEvent)
    assert items[2] == EndSentinel("[DONE]")
