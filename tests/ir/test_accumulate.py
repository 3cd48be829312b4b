"""The meaning of each chunk, and the laws of folding."""

from __future__ import annotations

import copy
import pickle

import pytest
from hypothesis import given

from modelwire.errors import ErrorInfo, InvalidIRError, StateError
from modelwire.ir import (
    CHUNK_TYPES,
    Accumulator,
    Annotation,
    AnnotationDelta,
    AudioDelta,
    AudioPart,
    Base64Source,
    BlockStart,
    BlockStop,
    ChoiceFinish,
    ChoiceUpdate,
    CompactionPart,
    Finish,
    ImageDelta,
    ImagePart,
    Keepalive,
    Logprobs,
    LogprobsDelta,
    ModerationUpdate,
    Opaque,
    PartDelta,
    ReasoningDelta,
    ReasoningPart,
    RefusalDelta,
    RefusalPart,
    ResponseUpdate,
    ServerToolCallPart,
    ServerToolProgress,
    ServerToolResultPart,
    SignatureDelta,
    StreamEnd,
    StreamError,
    StreamStart,
    TextDelta,
    TextPart,
    TokenLogprob,
    ToolArgumentsDelta,
    ToolCallPart,
    UnknownEvent,
    UrlSource,
    Usage,
    UsageUpdate,
    fold,
)
from modelwire.testing import strategies as st

SIGNATURE = Opaque(value="sig", dialect="anthropic-messages")
NOTE = Annotation(kind="url", url="https://a.example/")
CODE = ServerToolCallPart(id="s", kind="code_execution")
TOKEN = TokenLogprob(token="a", logprob=-1)

# (id, header, deltas, the part that they make)
GROWTH = [
    (
        "text",
        TextPart(text="a"),
        [TextDelta(0, "b"), TextDelta(0, ""), TextDelta(0, "c")],
        TextPart(text="abc"),
    ),
    (
        "annotations follow the header's",
        TextPart(text="", annotations=(NOTE,)),
        [AnnotationDelta(0, 0, NOTE), AnnotationDelta(0, None, NOTE)],
        TextPart(text="", annotations=(NOTE, NOTE, NOTE)),
    ),
    (
        "log probabilities of the block",
        TextPart(text=""),
        [
            LogprobsDelta(0, 0, Logprobs(content=(TOKEN,))),
            LogprobsDelta(0, 0, Logprobs(content=(TOKEN,), extra={"d": {"x": 1}})),
        ],
        TextPart(
            text="",
            logprobs=Logprobs(content=(TOKEN, TOKEN), extra={"d": {"x": 1}}),
        ),
    ),
    (
        "reasoning has no text until some comes",
        ReasoningPart(),
        [SignatureDelta(0, SIGNATURE)],
        ReasoningPart(signature=SIGNATURE),
    ),
    (
        "reasoning text and summaries",
        ReasoningPart(summaries=("s",)),
        [
            ReasoningDelta(0, "x"),
            ReasoningDelta(0, "1", 0),
            ReasoningDelta(0, "three", 2),
            ReasoningDelta(0, "two", 1),
            ReasoningDelta(0, "y"),
        ],
        ReasoningPart(text="xy", summaries=("s1", "two", "three")),
    ),
    (
        "a summary far away costs nothing",
        ReasoningPart(),
        [ReasoningDelta(0, "far", 10**12)],
        ReasoningPart(summaries=("far",)),
    ),
    (
        "the last signature wins",
        ReasoningPart(text=""),
        [
            SignatureDelta(0, Opaque(value="old", dialect="d")),
            SignatureDelta(0, SIGNATURE),
        ],
        ReasoningPart(text="", signature=SIGNATURE),
    ),
    (
        "arguments",
        ToolCallPart(id="c", name="f"),
        [ToolArgumentsDelta(0, '{"a":'), ToolArgumentsDelta(0, "1}")],
        ToolCallPart(id="c", name="f", arguments='{"a":1}'),
    ),
    (
        "keyed arguments make an object",
        ToolCallPart(id="c", name="f"),
        [PartDelta(0, "arguments", "a", "x"), PartDelta(0, "arguments", "a", "ü")],
        ToolCallPart(id="c", name="f", arguments='{"a":"xü"}'),
    ),
    (
        "the arguments' own text decides",
        ToolCallPart(id="c", name="f"),
        [PartDelta(0, "arguments", "a", "x"), ToolArgumentsDelta(0, '{"a":"xy"}')],
        ToolCallPart(id="c", name="f", arguments='{"a":"xy"}'),
    ),
    ("refusal", RefusalPart(text=""), [RefusalDelta(0, "no")], RefusalPart(text="no")),
    (
        "compaction text",
        CompactionPart(),
        [PartDelta(0, "text", None, "sum"), PartDelta(0, "text", None, "mary")],
        CompactionPart(text="summary"),
    ),
    (
        "a result grows by key",
        ServerToolCallPart(id="s", kind="code_execution", result={"n": 1}),
        [PartDelta(0, "result", "out", "a"), PartDelta(0, "result", "out", "b")],
        ServerToolCallPart(id="s", kind="code_execution", result={"n": 1, "out": "ab"}),
    ),
    (
        "a result grows as text",
        CODE,
        [PartDelta(0, "result", None, "a"), PartDelta(0, "result", None, "b")],
        ServerToolCallPart(id="s", kind="code_execution", result="ab"),
    ),
    (
        "content of a server's result",
        ServerToolResultPart(call_id="s", kind="x"),
        [PartDelta(0, "content", "stdout", "a")],
        ServerToolResultPart(call_id="s", kind="x", content={"stdout": "a"}),
    ),
    (
        "status",
        CODE,
        [ServerToolProgress(0, "in_progress"), ServerToolProgress(0, "completed")],
        ServerToolCallPart(id="s", kind="code_execution", status="completed"),
    ),
    (
        "a partial image replaces",
        ImagePart(source=UrlSource(url="u")),
        [ImageDelta(0, "AAAA", "image/png", 0), ImageDelta(0, "AAAB")],
        ImagePart(source=Base64Source(data="AAAB", media_type="image/png")),
    ),
    ("a preview is no result", CODE, [ImageDelta(0, "AAAA")], CODE),
    (
        "audio without padding inside",
        AudioPart(id="a"),
        [AudioDelta(0, "AAAA", "he"), AudioDelta(0, "aGk=", "y"), AudioDelta(0)],
        AudioPart(
            id="a",
            source=Base64Source(data="AAAAaGk=", media_type=""),
            transcript="hey",
        ),
    ),
    (
        "audio with padding inside",
        AudioPart(source=Base64Source(data="", media_type="audio/wav")),
        [AudioDelta(0, "aGk="), AudioDelta(0, "aGk=", expires_at=7)],
        AudioPart(
            source=Base64Source(data="aGloaQ==", media_type="audio/wav"), expires_at=7
        ),
    ),
    (
        "audio cut anywhere",
        AudioPart(source=Base64Source(data="", media_type="audio/wav")),
        [AudioDelta(0, "aG"), AudioDelta(0, "k=")],
        AudioPart(source=Base64Source(data="aGk=", media_type="audio/wav")),
    ),
]


@pytest.mark.parametrize(
    ("header", "deltas", "part"), [g[1:] for g in GROWTH], ids=[g[0] for g in GROWTH]
)
def test_growth(header, deltas, part):
    chunks = [BlockStart(0, 0, header), *deltas, BlockStop(0)]
    assert fold(chunks).choices[0].message.parts == (part,)


def test_every_chunk_class_has_a_meaning():
    assert set(Accumulator._HANDLERS) == set(CHUNK_TYPES)


def test_the_envelope():
    usage = Usage(input_total=1)
    response = fold(
        [
            StreamStart("", "m"),
            ResponseUpdate("r1", "m2", 5, "flex", {"d": {"a": 1, "b": 1}}),
            ResponseUpdate("r2", extra={"d": {"b": 2}, "e": {}}),
            Keepalive("x"),
            UnknownEvent("d", {"type": "?"}),
            ModerationUpdate({"old": 1}),
            ModerationUpdate({"new": 1}),
            UsageUpdate(Usage(input_total=9, output_total=9)),
            UsageUpdate(usage),
            StreamEnd(complete=True, terminator="event"),
        ]
    )
    assert response.id == "r1"
    assert (response.model, response.created) == ("m2", 5)
    assert response.service_tier == "flex"
    assert response.extra == {"d": {"a": 1, "b": 2}, "e": {}}
    assert response.moderation == {"new": 1}
    assert response.usage == usage
    assert response.choices == ()


def test_choices_by_index_and_parts_by_start():
    response = fold(
        [
            StreamStart(),
            BlockStart(0, 3, TextPart(text="3a")),
            BlockStart(1, 0, TextPart(text="0a")),
            BlockStart(2, 3, RefusalPart(text="3b")),
            BlockStop(2),
            TextDelta(0, "!"),
            ChoiceUpdate(3, {"d": {"x": 1}}),
            ChoiceUpdate(3, {"d": {"y": 2}}, message={"d": {"z": 3}}),
            ChoiceFinish(0, Finish(kind="stop")),
            LogprobsDelta(0, None, Logprobs(content=(TOKEN,))),
        ]
    )
    first, second = response.choices
    assert (first.index, second.index) == (0, 3)
    assert first.finish == Finish(kind="stop")
    assert first.logprobs == Logprobs(content=(TOKEN,))
    assert [part.text for part in second.message.parts] == ["3a!", "3b"]
    assert second.extra == {"d": {"x": 1, "y": 2}}
    assert second.message.extra == {"d": {"z": 3}}


def test_an_authoritative_part_replaces_what_was_streamed():
    accumulator = Accumulator()
    accumulator.feed_all(
        [
            BlockStart(0, 0, TextPart(text="")),
            TextDelta(0, "streamed"),
            AnnotationDelta(0, 0, NOTE),
            BlockStop(0, TextPart(text="final")),
            AnnotationDelta(0, 0, NOTE),
        ]
    )
    parts = accumulator.response.choices[0].message.parts
    assert parts == (TextPart(text="final", annotations=(NOTE,)),)


def test_annotations_find_the_last_text():
    early = Annotation(kind="url", url="early")
    response = fold(
        [
            AnnotationDelta(0, None, early),
            BlockStart(0, 0, TextPart(text="a")),
            BlockStop(0),
            BlockStart(1, 0, TextPart(text="b")),
            BlockStop(1),
            BlockStart(2, 0, RefusalPart(text="c")),
            AnnotationDelta(0, None, NOTE),
        ]
    )
    a, b, _ = response.choices[0].message.parts
    assert a.annotations == (early,)
    assert b.annotations == (NOTE,)


def test_annotations_without_any_text_are_kept():
    response = fold([AnnotationDelta(0, None, NOTE)])
    assert response.choices[0].message.parts == (
        TextPart(text="", annotations=(NOTE,)),
    )


def test_error_and_end():
    accumulator = Accumulator()
    assert (accumulator.error, accumulator.ended, accumulator.complete) == (
        None,
        False,
        False,
    )
    error = ErrorInfo(kind="overloaded")
    accumulator.feed(StreamError(error))
    accumulator.feed(StreamEnd(complete=False))
    assert accumulator.error == error
    assert accumulator.ended
    assert not accumulator.complete
    with pytest.raises(StateError):
        accumulator.feed(Keepalive())
    done = Accumulator()
    done.feed(StreamEnd(complete=True, terminator="eof"))
    assert done.complete


ILLEGAL = [
    ("unknown block", [TextDelta(0, "x")]),
    ("stop of an unknown block", [BlockStop(0)]),
    ("annotation of an unknown block", [AnnotationDelta(0, 0, NOTE)]),
    (
        "index twice",
        [BlockStart(0, 0, TextPart(text="")), BlockStart(0, 0, TextPart(text=""))],
    ),
    (
        "after the stop",
        [BlockStart(0, 0, TextPart(text="")), BlockStop(0), TextDelta(0, "x")],
    ),
    ("wrong kind", [BlockStart(0, 0, TextPart(text="")), ToolArgumentsDelta(0, "x")]),
    (
        "a field that does not grow",
        [BlockStart(0, 0, CODE), PartDelta(0, "id", None, "")],
    ),
    (
        "text and keys of one field",
        [
            BlockStart(0, 0, CODE),
            PartDelta(0, "result", None, "a"),
            PartDelta(0, "result", "k", "a"),
        ],
    ),
    (
        "a key of a list",
        [
            BlockStart(0, 0, ServerToolCallPart(id="s", kind="x", result=[])),
            PartDelta(0, "result", "k", "a"),
        ],
    ),
    ("no chunk", ["text"]),
    ("a part is no chunk", [TextPart(text="")]),
]


@pytest.mark.parametrize("chunks", [c for _, c in ILLEGAL], ids=[i for i, _ in ILLEGAL])
def test_illegal_chunks_are_misuse(chunks):
    accumulator = Accumulator()
    accumulator.feed_all(chunks[:-1])
    with pytest.raises(InvalidIRError):
        accumulator.feed(chunks[-1])


def test_partial_arguments():
    accumulator = Accumulator()
    accumulator.feed(BlockStart(0, 0, ToolCallPart(id="c", name="f")))
    assert accumulator.partial_arguments(0) is None
    seen = []
    for piece in ('{"city": "Pa', 'ris", "days": [1', ", 2", "]}"):
        accumulator.feed(ToolArgumentsDelta(0, piece))
        seen.append(accumulator.partial_arguments(0))
    assert seen[0] == {"city": "Pa"}
    assert seen[1] == {"city": "Paris", "days": [1]}
    assert seen[-1] == {"city": "Paris", "days": [1, 2]}
    accumulator.feed(
        BlockStop(0, ToolCallPart(id="c", name="f", arguments='{"city":"Rome"}'))
    )
    assert accumulator.partial_arguments(0) == {"city": "Rome"}


def test_partial_arguments_by_key_and_of_other_blocks():
    accumulator = Accumulator()
    accumulator.feed(BlockStart(0, 0, CODE))
    accumulator.feed(PartDelta(0, "arguments", "code", "print("))
    assert accumulator.partial_arguments(0) == {"code": "print("}
    accumulator.feed(BlockStart(1, 0, TextPart(text="")))
    for index in (1, 2):
        with pytest.raises(InvalidIRError):
            accumulator.partial_arguments(index)


def test_partial_arguments_after_a_late_first_look():
    accumulator = Accumulator()
    accumulator.feed(BlockStart(0, 0, ToolCallPart(id="c", name="f", arguments="[")))
    accumulator.feed(ToolArgumentsDelta(0, "1,"))
    accumulator.feed(ToolArgumentsDelta(0, "2,"))
    assert accumulator.response.choices[0].message.parts[0].arguments == "[1,2,"
    assert accumulator.partial_arguments(0) == [1, 2]
    accumulator.feed(ToolArgumentsDelta(0, "3]"))
    assert accumulator.partial_arguments(0) == [1, 2, 3]


@given(st.chunk_sequences())
def test_looking_and_copying_in_the_middle_change_nothing(chunks):
    expected = fold(chunks)
    watched = Accumulator()
    for number, chunk in enumerate(chunks):
        if number % 3 == 1:
            watched = copy.deepcopy(watched)
        elif number % 7 == 5:
            watched = pickle.loads(pickle.dumps(watched))
        watched.feed(chunk)
        assert watched.response is not None
    assert watched.response == expected
    assert watched.ended


@given(st.chunk_sequences())
def test_a_copy_is_independent(chunks):
    half = len(chunks) // 2
    accumulator = Accumulator()
    accumulator.feed_all(chunks[:half])
    before = accumulator.response
    other = copy.deepcopy(accumulator)
    other.feed_all(chunks[half:])
    assert accumulator.response == before
    accumulator.feed_all(chunks[half:])
    assert accumulator.response == other.response == fold(chunks)


def test_no_chunk_is_kept():
    raw = {"big": "event"}
    accumulator = Accumulator()
    accumulator.feed(BlockStart(0, 0, TextPart(text=""), raw))
    accumulator.feed(TextDelta(0, "x", raw))
    assert "big" not in repr(copy.deepcopy(accumulator._blocks[0].main))
    assert accumulator._blocks[0].main == ["x"]
