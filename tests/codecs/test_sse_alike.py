"""Events taken by their bytes give what scanner, parser and machine give."""

from __future__ import annotations

import copy
import itertools
import json
import pickle

import pytest
from hypothesis import given, settings, strategies as st
from tests._corpus import load
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
from modelwire.codecs._sse_alike import AlikeEvents
from modelwire.codecs._stream_decoding import ChunkMachine
from modelwire.errors import StateError
from modelwire.ir import BlockStart, ReasoningDelta, StreamEnd, TextDelta

CHAT, ANTHROPIC = "openai-chat", "anthropic-messages"


@pytest.fixture(params=["orjson", "stdlib"])
def backend(request):
    before = _json._use(request.param)
    yield
    _json._use(before)


class Counting:
    """Counts the events that come to a machine."""

    def __init__(self, machine):
        self.machine = machine
        self.inner = machine.event
        self.count = 0

    def __call__(self, name, data, out):
        self.count += 1
        self.inner(name, data, out)


def decode(dialect, reads, *, alike=True, counting=None, **options):
    """Give what came of each read, with native events as text, and how it ended."""
    decoder = codecs.get(dialect).stream_decoder(**options)
    if not alike:
        decoder._alike = None
    if counting is not None:
        counting.append(Counting(decoder._machine))
        decoder._machine.event = counting[-1]
    given = [decoder.feed(read) for read in reads]
    given.append(decoder.close())
    shown = [
        [(chunk, json.dumps(getattr(chunk, "raw", None))) for chunk in chunks]
        for chunks in given
    ]
    return shown, decoder.failed, decoder.trailing_bytes


def cut(data, size):
    return [data[at : at + size] for at in range(0, len(data), size)]


def both(dialect, reads, **options):
    """Decode with and without: they must agree, and nothing comes later."""
    given, failed, trailing = decode(dialect, reads, **options)
    assert (given, failed, trailing) == decode(dialect, reads, alike=False, **options)
    return list(itertools.chain(*given)), failed, trailing


def to_machine(dialect, reads, **options):
    """Say how many events come to the machine."""
    counting = []
    decode(dialect, reads, counting=counting, **options)
    return counting[0].count


# --- streams that are alike ---------------------------------------------------------


def chat(*texts, field="content", **more):
    """A chat stream of deltas with these texts."""
    return [sse(say({field: text}, **more)) for text in texts]


def sse(data, name=None, separators=(",", ":")):
    text = json.dumps(data, ensure_ascii=False, separators=separators)
    line = "" if name is None else f"event: {name}\n"
    return f"{line}data: {text}\n\n".encode("utf-8", "surrogatepass")


def sse_escaped(data):
    """Write halves of characters as escapes, as a server may."""
    return f"data: {json.dumps(data)}\n\n".encode()


def chat_arguments(*texts):
    header = {"tool_calls": [piece(0, "c", "f", "")]}
    later = [{"tool_calls": [piece(0, arguments=text)]} for text in texts]
    return [sse(say(header)), *[sse(say(item)) for item in later]]


def filled(*texts, key="obfuscation", last=True):
    """OpenAI's stream with padding, at the end or (Azure) where its letter stands."""
    made = []
    for number, text in enumerate(texts):
        fields = {key: "aB3" * (number % 3 + 1)}
        if not last:
            fields["system_fingerprint"] = "fp"
        made.append(sse({**say({"content": text}), **fields}))
    return made


def block(index, header, *deltas):
    start = {"type": "content_block_start", "index": index, "content_block": header}
    return [
        sse(start, start["type"]),
        *[block_delta(index, item, number) for number, item in enumerate(deltas)],
    ]


def block_delta(index, item, blanks=0):
    data = {"type": "content_block_delta", "index": index, "delta": item}
    made = sse(data, data["type"])
    return made[:-3] + b" " * blanks + made[-3:]


def anthropic(*texts, kind="text_delta"):
    """A Messages stream of one block with these texts, padded as Anthropic pads."""
    header, field = {
        "text_delta": ({"type": "text", "text": ""}, "text"),
        "thinking_delta": ({"type": "thinking", "thinking": ""}, "thinking"),
        "input_json_delta": (
            {"type": "tool_use", "id": "t", "name": "f", "input": {}},
            "partial_json",
        ),
    }[kind]
    message = {"id": "m", "type": "message", "role": "assistant", "model": "x"}
    start = {"type": "message_start", "message": message}
    deltas = [{"type": kind, field: text} for text in texts]
    return [sse(start, start["type"]), *block(0, header, *deltas)]


WORDS = (" a", " b", "c\nd", "naïve 東京", 'say "x" \\', " end", "😀", "{}", " a")
STREAMS = [
    pytest.param(CHAT, chat(*WORDS), id="chat-text"),
    pytest.param(CHAT, chat(*WORDS, field="reasoning_content"), id="chat-reasoning"),
    pytest.param(CHAT, chat_arguments(*WORDS), id="chat-arguments"),
    pytest.param(CHAT, filled(*WORDS), id="chat-obfuscation"),
    pytest.param(CHAT, filled(*WORDS, last=False), id="azure-obfuscation"),
    pytest.param(CHAT, filled(*WORDS, key="p"), id="chat-p"),
    pytest.param(ANTHROPIC, anthropic(*WORDS), id="messages-text"),
    pytest.param(
        ANTHROPIC, anthropic(*WORDS, kind="thinking_delta"), id="messages-thinking"
    ),
    pytest.param(
        ANTHROPIC, anthropic(*WORDS, kind="input_json_delta"), id="messages-arguments"
    ),
]


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


# --- what is learnt -----------------------------------------------------------------


class Reader(ChunkMachine):
    """A machine that gives what *read* makes of an event."""

    def __init__(self, read):
        super().__init__()
        self.read = read

    def event(self, name, data, out):
        out.append(TextDelta(0, self.read(name, data)))


@pytest.mark.parametrize(
    ("read", "events"),
    [
        pytest.param(lambda _, d: d["t"], [("", {"t": c}) for c in "aa"], id="same"),
        pytest.param(
            lambda _, d: d["t"].lower(), [("", {"t": c}) for c in "Ab"], id="changed"
        ),
        pytest.param(
            lambda _, d: d["t"], [("x", {"t": "a"}), ("", {"t": "b"})], id="names"
        ),
        pytest.param(
            lambda _, d: f":{d['t']},", [("", {"t": n, "u": 0}) for n in (1, 2)],
            id="no-string",
        ),
        pytest.param(
            lambda _, d: d["t"], [("", {"t": c * 5000}) for c in "ab"], id="long"
        ),
    ],
)  # fmt: skip
def test_two_events_do_not_show_where_the_text_stands(read, events):
    alike = AlikeEvents(Reader(read), keep_raw=False)
    for name, data in events:
        payload = json.dumps(data, separators=(",", ":")).encode()
        alike.event(name or None, payload, data, [])
    assert not alike.ready


# --- the state of a decoder ---------------------------------------------------------


@pytest.mark.parametrize(("dialect", "events"), STREAMS)
def test_a_decoder_can_be_copied_in_the_middle(dialect, events):
    data = b"".join(events)
    for at in (len(data) // 2, len(data) - 9, len(data) - 1, len(data)):
        decoder = codecs.get(dialect).stream_decoder()
        before = decoder.feed(data[:at])
        copies = [copy.deepcopy(decoder), pickle.loads(pickle.dumps(decoder))]
        rest = decoder.feed(data[at:]) + decoder.close()
        for other in copies:
            assert other.feed(data[at:]) + other.close() == rest
        assert before + rest == [c for c, _ in both(dialect, [data])[0]]


def test_misuse_is_found_while_an_event_is_waited_for():
    data = b"".join(BASE)
    decoder = codecs.get(CHAT).stream_decoder()
    decoder.feed(data[:-20])
    assert decoder.feed(b"") == []
    with pytest.raises(StateError):
        decoder.feed("text")
    assert [c.text for c in decoder.feed(data[-20:])] == ["c"]
    decoder.feed(data[:20])
    assert type(decoder.close()[-1]) is StreamEnd
    with pytest.raises(StateError):
        decoder.feed(data)
    with pytest.raises(StateError):
        decoder.feed(b"")
    assert decoder.close() == []


def test_nothing_is_looked_for_where_nothing_is_alike():
    numbered = (sse({**say({"content": "x"}), "n": n}) for n in itertools.count())
    decoder = codecs.get(CHAT).stream_decoder()
    for read in itertools.islice(numbered, 200):
        decoder.feed(read)
    assert not decoder._alike.trying
    # A new block is a new chance.
    decoder.feed(sse(say({"reasoning": "x"})))
    assert decoder._alike.trying


def test_what_is_learnt_in_vain_is_not_learnt_for_ever():
    decoder = codecs.get(CHAT).stream_decoder()
    pairs = [
        [*chat("a", "b"), sse({**say({"content": "c"}), "n": n})] for n in range(40)
    ]
    for read in itertools.chain(*pairs):
        decoder.feed(read)
    assert not decoder._alike.trying


def test_a_long_run_of_alike_events_gives_the_credit_back():
    decoder = codecs.get(CHAT).stream_decoder()
    for number in range(60):
        texts = [f"{number} {at}" for at in range(30)]
        chunks = decoder.feed(b"".join(chat(*texts, field="content")))
        chunks += decoder.feed(sse({**say({"content": "c"}), "n": number}))
        kinds = {type(c) for c in chunks}
        assert TextDelta in kinds
        assert BlockStart not in kinds or number == 0
    assert decoder._alike.trying


def test_a_summary_is_not_the_text_of_a_block():
    detail = {"type": "reasoning.summary", "summary": "a"}
    events = [
        sse(say({"reasoning_details": [{**detail, "summary": c}]})) for c in "abcd"
    ]
    chunks = [c for c, _ in both(CHAT, events)[0]]
    assert [c.summary for c in chunks if type(c) is ReasoningDelta] == [0] * 4


def on_lines(events):
    """Write each event's JSON on several data lines, before its text."""
    return [e.replace(b'"choices"', b'\ndata: "choices"', 1) for e in events]


def test_data_of_several_lines_is_not_remembered():
    """What is no such event on the wire has the bytes of one without field names."""
    known = on_lines(chat("a", "b", "c"))
    broken = known[2].replace(b'\ndata: "choices"', b'\n"choices"')
    both(CHAT, [*known, broken])
    both(CHAT, [b"".join([*known, broken])], keep_raw=False)


def test_responses_of_several_lines_are_not_remembered():
    event_ = {
        "type": "response.output_text.delta",
        "item_id": "m",
        "output_index": 0,
        "content_index": 0,
    }
    known = [
        sse({**event_, "delta": text, "sequence_number": number}, event_["type"])
        for number, text in enumerate("abcd", 1)
    ]
    lines = [e.replace(b'"output_index"', b'\ndata: "output_index"', 1) for e in known]
    broken = lines[3].replace(b'\ndata: "output_index"', b'\n"output_index"')
    both("openai-responses", [*lines[:3], broken], keep_raw=False)
    both("openai-responses", [b"".join([*lines[:3], broken])], keep_raw=False)
