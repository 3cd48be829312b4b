"""Streams of transcripts: any cut, golden bytes, bad ends, hostile events."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, strategies as st
from tests.codecs.openai_chat._media_support import (
    chunks_of,
    missing,
    pieces,
    sse,
    written,
)

from modelwire.codecs import openai_chat
from modelwire.ir import (
    StreamEnd,
    StreamError,
    TokenLogprob,
    TranscriptDelta,
    TranscriptDone,
    TranscriptSegment,
    TranscriptSegmentEnd,
    UnknownEvent,
    Usage,
)

OWN = "openai-chat"
EVENTS = [
    {
        "type": "transcript.text.delta",
        "delta": "Ru",
        "logprobs": [{"token": "Ru", "logprob": -1.0}],
        "segment_id": "seg_0",
        "new": 1,
    },
    {
        "type": "transcript.text.segment",
        "id": "seg_0",
        "start": 0.0,
        "end": 1,
        "text": "Ru",
        "speaker": "A",
    },
    {"type": "transcript.text.segment", "text": "no speaker"},
    {"type": "transcript.text.new"},
    {
        "type": "transcript.text.done",
        "text": "Ru",
        "languages": [{"code": "en"}],
        "logprobs": [{"token": "Ru", "logprob": -1.0}],
        "usage": {
            "type": "tokens",
            "total_tokens": 3,
            "input_tokens": 1,
            "output_tokens": 2,
        },
    },
]
TOKENS = (TokenLogprob(token="Ru", logprob=-1.0),)
CHUNKS = [
    TranscriptDelta(
        text="Ru", logprobs=TOKENS, segment_id="seg_0", extra={OWN: {"new": 1}}
    ),
    TranscriptSegmentEnd(
        segment=TranscriptSegment(id="seg_0", start=0.0, end=1, text="Ru", speaker="A")
    ),
    UnknownEvent(OWN, EVENTS[2]),
    UnknownEvent(OWN, EVENTS[3]),
    TranscriptDone(
        text="Ru",
        languages=("en",),
        logprobs=TOKENS,
        usage=Usage(input_total=1, output_total=2),
    ),
]


@pytest.mark.parametrize("done", [True, False])
def test_stream_in_any_cut(done):
    body = sse(*EVENTS, done=done)
    end = StreamEnd(complete=True, terminator="event" if done else "eof")
    for size in (1, 7, len(body)):
        decoder = openai_chat.transcription_stream_decoder()
        assert chunks_of(decoder, pieces(body, size)) == [*CHUNKS, end]
        assert not decoder.failed
    encoder = openai_chat.transcription_stream_encoder()
    again = written(encoder, [*CHUNKS, end])
    assert encoder.losses == ()

    def payloads(data):
        lines = (line for line in data.decode().split("\n") if line)
        return [json.loads(line[6:]) for line in lines if "[DONE]" not in line]

    assert payloads(again) == EVENTS
    assert again.endswith(b"data: [DONE]\n\n") == done


def test_golden_stream():
    chunks = [TranscriptDelta(text="é"), TranscriptDone(text="é", billed_seconds=1.5)]
    end = StreamEnd(complete=True, terminator="event")
    data = written(openai_chat.transcription_stream_encoder(), [*chunks, end])
    assert (
        data
        == (
            'data: {"type":"transcript.text.delta","delta":"é"}\n\n'
            'data: {"type":"transcript.text.done","text":"é",'
            '"usage":{"type":"duration","seconds":1.5}}\n\n'
            "data: [DONE]\n\n"
        ).encode()
    )


def test_a_stream_without_its_end_is_no_success():
    for body in (b"", sse(EVENTS[0], done=False), sse(EVENTS[0]), sse(*EVENTS)[:-250]):
        chunks = chunks_of(openai_chat.transcription_stream_decoder(), [body])
        assert isinstance(chunks[-2], StreamError)
        assert chunks[-1] == StreamEnd(complete=False)


JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.text(max_size=3),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.text(max_size=3), inner, max_size=3)
    ),
    max_leaves=6,
)
ANY_EVENT = st.fixed_dictionaries(
    {"type": st.sampled_from([e["type"] for e in EVENTS])},
    optional=dict.fromkeys(
        ("delta", "text", "logprobs", "usage", "speaker", "id", "languages"),
        JSON_VALUES,
    ),
)


@given(st.lists(ANY_EVENT, max_size=4))
def test_hostile_events_are_kept(events):
    body = sse(*events, EVENTS[4])
    chunks = chunks_of(openai_chat.transcription_stream_decoder(), [body])
    assert chunks[-1].complete
    again = written(openai_chat.transcription_stream_encoder(), chunks)
    found = [
        json.loads(line[6:])
        for line in again.decode().split("\n")
        if line and "[DONE]" not in line
    ]
    assert missing([*events, EVENTS[4]], found) == []
