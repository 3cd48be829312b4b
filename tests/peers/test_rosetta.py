"""
The kit against llm-rosetta 0.13.0: it must see the defects that are known of it.

Each row gives the peer one message and asks the kit: which differences did nobody tell
(`silent`, paths in the source), and what breaks the target's grammar (`illegal`)?  A
row fails where the kit is blind, and where it cries at our own translation of the same
message.  Versions after the one of the rows may have mended some of them: then the row
skips and says so.

`make peers` makes an environment with the peer; elsewhere these tests skip.
"""

from __future__ import annotations

import importlib.metadata
import json

import attrs
import pytest
from hypothesis import HealthCheck, Phase, find, settings
from tests._wires import AM, GG, OC, Call, Say, Think, wire
from tests.acceptance._wire import (
    ROLE,
    am_block,
    am_end,
    am_start,
    am_stream,
    am_text,
    dumps,
    oc_delta,
    oc_event,
    oc_stream,
)
from tests.peers import _rosetta as rosetta

from modelwire import codecs
from modelwire.testing import (
    NoAnswer,
    ScriptedUpstream,
    differences,
    strategies as st,
    stream_violations,
    uncovered,
)

pytest.importorskip("llm_rosetta", reason="the peer is not installed: make peers")
OBSERVED = "0.13.0"
VERSION = importlib.metadata.version("llm-rosetta")

PART = "$.choices[0].message.parts[0]"
SECOND = "$.choices[0].message.parts[1]"
USAGE = "$.usage.input_total"
CALLS = wire(OC, Call("a", "f", '{"x"', ":1}"), Call("b", "g", '{"y"', ":2}"))
GEMINI_CALLS = wire(GG, Call(None, "f", '{"x":1}'), Call(None, "g", '{"y":2}'))
SIGNED = wire(GG, Think("Hm", proof="c2ln"), Call(None, "f", '{"x":1}'))
UNCOUNTED = [piece for piece in wire(OC, Say("x")).pieces if b'"usage"' not in piece]
BROKEN = am_stream(
    am_start(),
    *am_block(
        0,
        {"type": "text", "text": ""},
        {"type": "text_delta", "text": "x"},
        stop=False,
    ),
    {"type": "error", "error": {"type": "overloaded_error", "message": "busy"}},
)
REDACTED = am_stream(
    am_start(),
    *am_block(0, {"type": "redacted_thinking", "data": "ZGF0YQ=="}),
    *am_text(1, "x"),
    *am_end(),
)
SEARCH = {
    "type": "server_tool_use",
    "id": "srvtoolu_1",
    "name": "web_search",
    "input": {},
}
FOUND = {
    "type": "web_search_result",
    "url": "https://e.x/",
    "title": "t",
    "encrypted_content": "e",
    "page_age": None,
}
SEARCHED = am_stream(
    am_start(),
    *am_block(0, SEARCH, {"type": "input_json_delta", "partial_json": '{"query":"x"}'}),
    *am_block(
        1,
        {
            "type": "web_search_tool_result",
            "tool_use_id": "srvtoolu_1",
            "content": [FOUND],
        },
    ),
    *am_text(2, "x"),
    *am_end(),
)
TOKEN = {"token": "x", "logprob": -0.5, "bytes": [120], "top_logprobs": []}
PROBABLE = oc_stream(
    ROLE,
    oc_delta({"content": "x"}, logprobs={"content": [TOKEN], "refusal": None}),
    oc_delta({}, "stop"),
    oc_event(
        choices=[],
        usage={"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2},
    ),
)
MESSAGE = {
    "id": "m1",
    "type": "message",
    "role": "assistant",
    "model": "m",
    "content": [{"type": "text", "text": "x"}],
    "stop_reason": "end_turn",
    "stop_sequence": None,
    "usage": {
        "input_tokens": 10,
        "cache_creation_input_tokens": 3,
        "cache_read_input_tokens": 5,
        "output_tokens": 2,
    },
}
COMPLETION = {
    "id": "c",
    "object": "chat.completion",
    "created": 1,
    "model": "m",
    "choices": [
        {
            "index": 0,
            "message": {"role": "assistant", "content": "x"},
            "finish_reason": "stop",
        }
    ],
    "usage": {
        "prompt_tokens": 10,
        "completion_tokens": 2,
        "total_tokens": 12,
        "prompt_tokens_details": {"cached_tokens": 4},
    },
}
CUT_CALL = {
    "id": "a",
    "type": "function",
    "function": {"name": "f", "arguments": '{"x": 1, "y'},
}
TRUNCATED = {
    **COMPLETION,
    "choices": [
        {
            "index": 0,
            "message": {"role": "assistant", "content": None, "tool_calls": [CUT_CALL]},
            "finish_reason": "length",
        }
    ],
}


def asking(*parts):
    return {
        "model": "m",
        "max_tokens": 9,
        "messages": [{"role": "user", "content": [*parts]}],
    }


PDF = {"filename": "a.pdf", "file_data": "data:application/pdf;base64,JVBERg=="}
FILE = asking({"type": "text", "text": "x"}, {"type": "file", "file": PDF})
SOUND = {"type": "input_audio", "input_audio": {"data": "UklGRg==", "format": "wav"}}
AUDIO = asking({"type": "text", "text": "x"}, SOUND)


def streamed(upstream, client, pieces):
    data = pieces if isinstance(pieces, bytes) else b"".join(pieces)
    return lambda: rosetta.stream(upstream, client, data)


def answered(upstream, client, body):
    return lambda: rosetta.response(upstream, client, body)


def asked(client, upstream, body):
    return lambda: rosetta.request(client, upstream, body)


@attrs.frozen
class Row:
    """What the kit must say: paths of silent differences, and rules that are broken."""

    id: str
    judge: object
    silent: tuple[str, ...] = ()
    illegal: tuple[str, ...] = ()


ROWS = [
    Row(
        "L01 interleaved calls share one block",
        streamed(OC, AM, CALLS.pieces),
        (PART + ".arguments", SECOND + ".arguments"),
        ("index is 1",),
    ),
    Row(
        "L02 two calls of one chunk share one block",
        streamed(GG, AM, GEMINI_CALLS.pieces),
        (),
        ("index is 1",),
    ),
    Row(
        "L03 calls that end in end_turn",
        streamed(GG, AM, GEMINI_CALLS.pieces),
        ("$.choices[0].finish.kind",),
    ),
    Row(
        "L04 an error event leaves nothing behind",
        streamed(AM, OC, BROKEN),
        ("$.choices[0].finish.kind",),
        ("every choice finishes before [DONE]",),
    ),
    Row(
        "L06 no usage, no end",
        streamed(OC, AM, UNCOUNTED),
        ("$.choices[0].finish.kind",),
        ("the stream ends with message_stop or error",),
    ),
    Row(
        "L08 redacted thinking is dropped and its stop stays",
        streamed(AM, AM, REDACTED),
        (PART + ".redacted.value",),
        ("a block, or message_delta",),
    ),
    Row(
        "L08 redacted thinking is dropped without a word",
        streamed(AM, OC, REDACTED),
        (PART + ".redacted.value",),
    ),
    Row(
        "L10 the result of a server's tool is dropped",
        streamed(AM, AM, SEARCHED),
        (PART, SECOND + ".content"),
        ("a block, or message_delta",),
    ),
    Row(
        "L10 a server's tool becomes a call of the client's",
        streamed(AM, OC, SEARCHED),
        (PART, SECOND + ".content"),
    ),
    *(
        Row(
            f"L12 the signature is lost on the way to {client}",
            streamed(GG, client, SIGNED.pieces),
            (SECOND + ".signature.value",),
        )
        for client in (AM, OC)
    ),
    Row(
        "L12 the peer's own notes leak",
        answered(GG, AM, json.loads(SIGNED.body)),
        (SECOND + ".extra['anthropic-messages']._provider_metadata",),
    ),
    Row(
        "L14 cached tokens are left out of the prompt",
        answered(AM, OC, MESSAGE),
        (USAGE,),
    ),
    Row(
        "L15 cached tokens are counted twice",
        answered(OC, AM, COMPLETION),
        (USAGE, "$.usage.input_uncached"),
    ),
    Row("L20 a file is dropped", asked(OC, AM, FILE), ("$.messages[0].parts[1]",)),
    Row(
        "L20 sound becomes a document",
        asked(OC, AM, AUDIO),
        ("$.messages[0].parts[1]",),
    ),
    Row(
        "L24 cut arguments become somebody's words",
        answered(OC, AM, TRUNCATED),
        (PART + ".arguments",),
    ),
    # Not in the list of known ones: the kit saw it while L02 was written.
    Row(
        "usage of a Gemini stream is added up instead of replaced",
        streamed(GG, OC, GEMINI_CALLS.pieces),
        (USAGE, "$.usage.output_total"),
    ),
    Row(
        "L34 log probabilities are dropped",
        streamed(OC, OC, PROBABLE),
        ("$.choices[0].logprobs.content[0].logprob",),
    ),
]


@pytest.mark.parametrize("row", ROWS, ids=[row.id.replace(" ", "-") for row in ROWS])
def test_the_kit_sees(row):
    judged = row.judge()
    assert judged.ours == (), "the kit blames our own translation"
    missed = [path for path in row.silent if not judged.silent_at(path)]
    missed += [rule for rule in row.illegal if rule not in judged.illegal]
    mended_or_blind(row.id, missed, judged)


def mended_or_blind(row, missed, judged):
    if missed and VERSION != OBSERVED:
        pytest.skip(f"{row}: llm-rosetta {VERSION} does not do it any more ({missed})")
    assert not missed, judged


def test_L22_a_converter_that_opens_a_connection():
    """The address of an image is a scripted upstream: it sees who calls."""
    host = ScriptedUpstream(GG, NoAnswer())
    with host.serving() as url:
        image = {"type": "image", "source": {"type": "url", "url": f"{url}/x.png"}}
        judged = rosetta.request(AM, GG, asking({"type": "text", "text": "x"}, image))
        calls = [(seen.method, seen.path) for seen in host.requests]
    assert judged.ours == ()
    missed = [] if ("GET", "/x.png") in calls else ["GET /x.png"]
    mended_or_blind("L22", missed, judged)
    # What could not be fetched is dropped, and this time a warning says something.
    assert b"x.png" not in judged.output


STEADY = settings(
    max_examples=300,
    derandomize=True,
    database=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)


def breaks_the_grammar(upstream, client):
    def is_illegal(data):
        return bool(
            stream_violations(client, rosetta.translate(upstream, client, data)[0])
        )

    return is_illegal


def loses(upstream, client):
    """Say whether content is gone that the target has a place for, untold."""

    def is_silent(data):
        judged = rosetta.stream(upstream, client, data)
        return any(".text" in path or ".name" in path for path in judged.silent)

    return is_silent


@pytest.mark.parametrize("judge", [breaks_the_grammar, loses])
@pytest.mark.parametrize(("upstream", "client"), [(OC, AM), (AM, OC), (GG, AM)])
def test_drawn_streams_find_defects_by_themselves(upstream, client, judge):
    """Nobody tells the strategies what to look for; our own translation passes them."""
    data = find(
        st.wire_streams(upstream, errors=False),
        judge(upstream, client),
        settings=STEADY,
    )
    assert not stream_violations(upstream, data)
    assert rosetta.stream(upstream, client, data).ours == ()


def test_drawn_requests_find_defects_by_themselves():
    def is_silent(sent):
        body = json.loads(sent.body)
        return bool(rosetta.request(OC, AM, body).silent_at("$.messages"))

    sent = find(st.wire_requests(OC), is_silent, settings=STEADY)
    assert rosetta.request(OC, AM, json.loads(sent.body)).ours == ()


def test_what_the_judge_says_of_an_honest_translation():
    """A stream handed on as it is has neither silent differences nor violations."""
    for dialect in (OC, AM, GG):
        data = b"".join(wire(dialect, Say("Hel", "lo.")).pieces)
        source = rosetta.folded(dialect, data)
        again = rosetta.folded(dialect, data)
        assert not uncovered(differences(source, again), ())
        assert not stream_violations(dialect, data)
    assert codecs.get(AM).decode_response(dumps(MESSAGE)).usage.input_total == 18
