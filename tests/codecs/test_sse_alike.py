"""Events taken by their bytes give what scanner, parser and machine give."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings, strategies as st
from tests._corpus import load
from tests.codecs._alike_support import (
    ANTHROPIC,
    CHAT,
    STREAMS,
    WORDS,
    anthropic,
    both,
    chat,
    chat_arguments,
    cut,
    filled,
    sse,
    sse_escaped,
    to_machine,
)
from tests.codecs.openai_chat._stream_decoder_support import (
    HEAD,
    delta,
    event,
    piece,
    say,
)

from modelwire import codecs
from modelwire.codecs import _json
from modelwire.codecs._limits import Limits


@pytest.fixture(params=["orjson", "stdlib"])
def backend(request):
    before = _json._use(request.param)
    yield
    _json._use(before)


@pytest.mark.usefixtures("backend")
@pytest.mark.parametrize("keep_raw", [True, False])
@pytest.mark.parametrize(("dialect", "events"), STREAMS)
def test_alike_events_give_the_same_and_do_not_come_to_the_machine(
    dialect, events, keep_raw
):
    data = b"".join(events)
    whole = both(dialect, [data], keep_raw=keep_raw)
    for reads in (events, cut(data, 1), cut(data, 7), cut(data, 50)):
        assert both(dialect, reads, keep_raw=keep_raw) == whole
        # What opens the stream, and the two that show what they have in common.
        begins = 2 + (dialect == ANTHROPIC or "f" in str(whole[0][1][0]))
        assert to_machine(dialect, reads, keep_raw=keep_raw) <= 1 + begins


@pytest.mark.parametrize(("dialect", "events"), STREAMS)
def test_line_ends_of_other_kinds(dialect, events):
    data = b"".join(events)
    for other in (b"\r\n", b"\r"):
        made = data.replace(b"\n", other)
        for reads in ([made], cut(made, 1), cut(made, 9)):
            assert both(dialect, reads)[0] == both(dialect, [data])[0]


@pytest.mark.parametrize("kind", [bytes, bytearray, memoryview])
def test_other_kinds_of_bytes(kind):
    data = b"".join(chat(*WORDS))
    assert both(CHAT, [kind(read) for read in cut(data, 40)]) == both(CHAT, [data])


# --- events that are not ------------------------------------------------------------

BASE = chat("a", "b", "c")
MORE = chat("x", "y")


def changed(old, new):
    """An event that differs from the others in more than its text."""
    return chat("z")[0].replace(old, new)


ODD = [
    pytest.param(sse(say({"content": ""})), id="empty"),
    pytest.param(sse(say({"content": None})), id="null"),
    pytest.param(sse(say({"content": 5})), id="number"),
    pytest.param(changed(b'"z"', b'"\\ud83d"'), id="half-escaped"),
    pytest.param(changed(b'"z"', b'"\\ude00"'), id="other-half"),
    pytest.param(changed(b'"z"', b'"\xff"'), id="not-utf8"),
    pytest.param(changed(b'"z"', b'"\\q"'), id="not-an-escape"),
    pytest.param(changed(b'"z"', b'"a\rb"'), id="cr"),
    pytest.param(changed(b'"z"', b'"z","role":"assistant"'), id="another-field"),
    pytest.param(changed(b'"z"', b'"z","content":"y"'), id="twice"),
    pytest.param(changed(b'"z"', b'"z","n":{"content":"y"}'), id="inside"),
    pytest.param(changed(b'"z"', b'"z'), id="open"),
    pytest.param(changed(b'"z"', b'z"'), id="not-opened"),
    pytest.param(changed(b'"z"', b"[]"), id="list"),
    pytest.param(changed(b'"z"', b' "z" '), id="blanks"),
    pytest.param(changed(b'"z"', b'"z"\n'), id="lf-behind"),
    pytest.param(changed(b'"z"', b'\n"z"'), id="lf-before"),
    pytest.param(changed(b'"z"', b'"z"\r'), id="cr-behind"),
    pytest.param(changed(b'"z"', b'\r"z"'), id="cr-before"),
    pytest.param(changed(b"\n\n", b"\ndata:\ndata: 1\n\n"), id="empty-line"),
    pytest.param(changed(b'"z"', b'"z\x00"'), id="control"),
    pytest.param(changed(b"chatcmpl-1", b"chatcmpl-2"), id="another-id"),
    pytest.param(changed(b'"m"', b'"n"'), id="another-model"),
    pytest.param(changed(b'"finish_reason":null', b'"finish_reason":"stop"'), id="end"),
    pytest.param(changed(b'"index":0', b'"index":1'), id="another-choice"),
    pytest.param(changed(b"data: ", b"data:"), id="no-blank"),
    pytest.param(changed(b"data: ", b"event: x\ndata: "), id="named"),
    pytest.param(changed(b"data: ", b"event: error\ndata: "), id="error"),
    pytest.param(changed(b"data: ", b": c\ndata: "), id="comment"),
    pytest.param(changed(b"data: ", b"id: 7\ndata: "), id="id"),
    pytest.param(changed(b"data: ", b"data: {\ndata: "), id="two-lines"),
    pytest.param(changed(b"\n\n", b"\ndata: }\n\n"), id="more-lines"),
    pytest.param(changed(b"}\n\n", b"} \n\n"), id="blank-behind"),
    pytest.param(changed(b"}\n\n", b"}}\n\n"), id="bracket"),
    pytest.param(changed(b"}\n\n", b"\n\n"), id="no-bracket"),
    pytest.param(b": keepalive\n\n", id="keepalive"),
    pytest.param(b"data: [DONE]\n\n", id="done"),
    pytest.param(b"data: [DONE]\r\n\r\n", id="done-crlf"),
    pytest.param(b'{"error":{"message":"no"}}\n\n', id="stray"),
    pytest.param(sse(say({"refusal": "no"})), id="refusal"),
    pytest.param(sse(say({"content": "d", "news": 1})), id="news"),
    pytest.param(sse(event(delta({"content": "d"}), usage={})), id="usage"),
    pytest.param(sse(say({"content": "long " * 900})), id="long"),
    pytest.param(changed(b'"z"', b'"' + b"\\u0061" * 800 + b'"'), id="longer"),
]


@pytest.mark.usefixtures("backend")
@pytest.mark.parametrize("odd", ODD)
def test_an_event_that_is_not_alike(odd):
    data = b"".join([*BASE, odd, *MORE, odd, *MORE])
    for keep_raw in (True, False):
        whole = both(CHAT, [data], keep_raw=keep_raw)
        for size in (1, 5, 64, 300):
            assert both(CHAT, cut(data, size), keep_raw=keep_raw) == whole


@pytest.mark.parametrize(
    "tail",
    [
        b"}}",
        b"}}\n: c",
        b"\n}}",
        b"\r}}",
        b"}\n}",
        b"}}\ndata:\ndata: 1",
        b"}}\nid: 7",
        b"}}\r",
        b" } } ",
        b"}} ",
        b"}\t}",
        b"}",
        b"}}}",
        b"}]",
        b'},"x":1}',
        b',"y":2}}',
        b"",
    ],
)
@pytest.mark.parametrize("keep_raw", [True, False])
def test_brackets_behind_the_text(tail, keep_raw):
    events = anthropic("a", "b", "c")
    odd = events[-1].replace(b'"c"', b'"d"').rstrip(b" }\n") + tail + b"\n\n"
    data = b"".join([*events, odd, odd, *events[-2:]])
    whole = both(ANTHROPIC, [data], keep_raw=keep_raw)
    assert both(ANTHROPIC, cut(data, 11), keep_raw=keep_raw) == whole


@pytest.mark.parametrize(
    "end",
    [
        b'aB"}',
        b'12"}',
        b'"}',
        b'a b"}',
        b'a\\"b"}',
        b'a\\q"}',
        b'\xc3\xa9"}',
        b'a","z":"b"}',
        b'a","z":1}',
        b'a"]',
        b'a"} ',
        b'a"}}',
    ],
)
@pytest.mark.parametrize("keep_raw", [True, False])
def test_padding_that_is_none(end, keep_raw):
    events = filled("a", "b", "c", "d")
    odd = events[3].replace(b'aB3"}', end)
    assert odd != events[3]
    data = b"".join([*events, odd, *events])
    whole = both(CHAT, [data], keep_raw=keep_raw)
    assert both(CHAT, cut(data, 13), keep_raw=keep_raw) == whole


@pytest.mark.parametrize("blank", [b"\n", b"\r", b"\t", b" "])
@pytest.mark.parametrize("keep_raw", [True, False])
def test_blanks_before_the_text(blank, keep_raw):
    events = anthropic("a", "b", "c")
    odd = events[-1].replace(b'"c"', blank + b'"d"')
    data = b"".join([*events, odd, odd, *events[-2:]])
    whole = both(ANTHROPIC, [data], keep_raw=keep_raw)
    assert both(ANTHROPIC, cut(data, 11), keep_raw=keep_raw) == whole


def test_what_ends_with_cr_does_not_wait():
    for line in (b"\r\r", b"\r\n\r\n"):
        for at in range(1, 60):
            decoder = codecs.get(CHAT).stream_decoder()
            decoder.feed(b"".join(BASE))
            last = MORE[0].rstrip() + line
            found = decoder.feed(last[:-at]) + decoder.feed(last[-at:])
            assert [c.text for c in found] == ["x"]


# Texts that stand elsewhere in the event, or are not written as we would write them.
STANDS_TWICE = [
    pytest.param([say({"content": text, "role": text}) for text in "abcd"], id="role"),
    pytest.param([say({"content": text, "news": text}) for text in "abcd"], id="news"),
    pytest.param(
        [say({"content": text}, logprobs={"content": []}) for text in "abcd"],
        id="logprobs",
    ),
    pytest.param(
        [
            say(
                {
                    "reasoning": text,
                    "reasoning_details": [{"type": "reasoning.text", "text": text}],
                }
            )
            for text in "abcd"
        ],
        id="details",
    ),
    pytest.param(
        [
            say(
                {
                    "reasoning": "b",
                    "reasoning_details": [{"type": "reasoning.text", "text": text}],
                }
            )
            for text in "acbabc"
        ],
        id="details-of-another",
    ),
    pytest.param(
        [say({"content": text}, index=at % 2) for at, text in enumerate("abcdefgh")],
        id="two-choices",
    ),
    pytest.param(
        [say({"content": text}, index=at // 3) for at, text in enumerate("abcdefgh")],
        id="two-choices-in-turns",
    ),
    pytest.param([say({"content": [{"type": "text", "text": c}]}) for c in "abcd"]),
    pytest.param([say({"content": {"a": text}}) for text in "abcd"], id="object"),
    pytest.param([say({"content": "a", "news": c}) for c in "aaab"], id="in-news"),
    pytest.param([say({"content": "m"}) for _ in range(4)], id="the-model"),
    pytest.param([say({"content": "a"}) for _ in range(4)], id="the-same"),
    pytest.param(
        [
            say({"content": text, "tool_calls": [piece(0, "c", "f", "")]})
            for text in "abcd"
        ],
        id="with-a-call",
    ),
    pytest.param([say({"tool_calls": [piece(0, "c", "f", c)]}) for c in "abcd"]),
    pytest.param(
        [say({"tool_calls": [piece(0, "c", "f", "d")]})]
        + [
            say({"tool_calls": [{**piece(0, arguments=c), "obfuscation": 2 * c}]})
            for c in "abcde"
        ],
        id="padding-of-a-call",
    ),
    pytest.param(
        [say({"tool_calls": [piece(None, None, None, c)]}) for c in "abcd"],
        id="a-call-without-a-number",
    ),
]


@pytest.mark.parametrize("events", STANDS_TWICE)
@pytest.mark.parametrize("separators", [(",", ":"), (", ", ": ")])
def test_texts_that_stand_elsewhere_too(events, separators):
    made = [sse(item, separators=separators) for item in events] * 2
    whole = both(CHAT, [b"".join(made)])
    assert both(CHAT, made) == whole
    assert both(CHAT, made, keep_raw=False)[1:] == whole[1:]


def test_a_text_that_stands_where_it_was_not_read():
    for content in (b'"\\u0061"', b'"a"'):
        made = [
            sse(say({"content": "?", "news": text})).replace(b'"?"', content)
            for text in "aaabca"
        ]
        both(CHAT, made)


def test_escapes_that_we_would_not_write():
    ascii_only = [json.dumps(say({"content": text})) for text in ("é", "ü", "ö", "a")]
    data = "".join(f"data: {text}\n\n" for text in ascii_only).encode()
    both(CHAT, [data])


# --- laws ---------------------------------------------------------------------------

EVENTS = [
    say({"role": "assistant", "content": ""}),
    say({"content": "plain"}),
    say({"content": "naïve 東京"}),
    say({"content": "half \ud83d"}),
    say({"content": "\ude00 joined"}),
    say({"content": ""}),
    say({"content": None}),
    say({"content": 5}),
    say({"content": "b", "extra": 1}),
    say({"content": "c", "role": "assistant"}),
    say({"reasoning_content": "why", "content": None}),
    say({"reasoning_content": "ünd", "content": None}),
    say({"reasoning_content": "half \ud83d", "content": None}),
    say({"reasoning_content": "\ude00", "content": None}),
    say({"reasoning_content": "", "content": "both"}),
    say({"tool_calls": [{"index": 0, "id": "c", "function": {"name": "f"}}]}),
    say({"tool_calls": [{"index": 0, "function": {"arguments": '{"a":"é\ud83d'}}]}),
    say({"tool_calls": [{"index": 0, "function": {"arguments": '\ude00"}'}}]}),
    say({"tool_calls": [{"index": 0, "function": {"arguments": ""}}]}),
    say({"tool_calls": [{"index": 0, "function": {"arguments": 3}}]}),
    say({"tool_calls": [{"index": 0, "function": "x"}]}),
    say({"tool_calls": [{"index": "0", "function": {"arguments": "x"}}]}),
    say({"tool_calls": [{"index": 1, "function": {"arguments": "x"}}]}),
    say({"tool_calls": ["ab"]}),
    say({"tool_calls": [["a", "b"]]}),
    say({"tool_calls": []}),
    say({"tool_calls": {}}),
    say({"content": "x"}, usage=None),
    say({"content": "y"}, index=1),
    {**say({"content": "z"}), "system_fingerprint": "fp"},
    {**HEAD, "choices": [{"index": 0, "delta": {"content": "q"}, "news": None}]},
    {**HEAD, "choices": [{"index": 0, "news": {}, "finish_reason": None}]},
    {**HEAD, "choices": [{"index": 0, "delta": "text", "finish_reason": None}]},
    {**HEAD, "choices": ["abc"]},
    {**HEAD, "choices": [None]},
    {**HEAD, "choices": []},
    {**HEAD, "choices": "x"},
]

SAMPLED = [*BASE, *MORE, *(param.values[0] for param in ODD), *filled("a", "b", "c")]
SAMPLED += chat_arguments("{", "}", "ab")[1:]
SAMPLED += [sse_escaped(item) for item in EVENTS]
SETTINGS = settings(max_examples=150)


@SETTINGS
@given(st.lists(st.sampled_from(SAMPLED), max_size=14), st.integers(1, 400))
def test_whatever_comes_in_whatever_order(events, size):
    data = b"".join(events)
    assert both(CHAT, cut(data, size)) == both(CHAT, [data])


@SETTINGS
@given(
    st.sampled_from([param.values for param in STREAMS]),
    st.lists(st.tuples(st.integers(0, 2000), st.binary(max_size=2)), max_size=3),
    st.integers(1, 500),
    st.booleans(),
)
def test_whatever_byte_is_changed(stream, changes, size, keep_raw):
    dialect, events = stream
    data = b"".join(events)
    for place, put in changes:
        at = len(b"".join(events[:3])) + place % 400
        data = data[:at] + put + data[at + 1 :]
    whole = both(dialect, [data], keep_raw=keep_raw)
    assert both(dialect, cut(data, size), keep_raw=keep_raw) == whole


@pytest.mark.parametrize("dialect", [CHAT, ANTHROPIC])
def test_recorded_streams(dialect):
    """Only streams that do agree may be the same by being taken by their bytes."""
    alike = 0
    for case in load(dialect):
        if case.framing != "sse" or not case.response_body:
            continue
        whole = both(dialect, [case.response_body])
        reads = cut(case.response_body, 997)
        assert both(dialect, reads) == whole, case.id
        alike += len(whole[0]) - to_machine(dialect, reads)
    assert alike > 500 or not load(dialect)


@pytest.mark.parametrize("limit", [60, 150, 170, 200, 400, 1000])
@pytest.mark.parametrize(
    "name", ["max_line_bytes", "max_event_bytes", "max_total_bytes"]
)
def test_limits_act_at_the_same_byte(name, limit):
    data = b"".join([*chat(*WORDS), *chat("long " * 40), *MORE])
    limits = Limits(**{name: limit})
    whole = both(CHAT, [data], limits=limits)
    for size in (1, 30, 211):
        assert both(CHAT, cut(data, size), limits=limits) == whole
