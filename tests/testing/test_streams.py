"""Order rules, chunk invariance, and when a stream equals a plain response."""

from __future__ import annotations

import attrs
import pytest
from hypothesis import given, strategies as hyp

from modelwire.errors import ErrorInfo
from modelwire.ir import (
    Annotation,
    AnnotationDelta,
    BlockStart,
    BlockStop,
    ChatResponse,
    Choice,
    ChoiceFinish,
    Finish,
    Keepalive,
    Logprobs,
    LogprobsDelta,
    Opaque,
    ReasoningPart,
    RefusalPart,
    StreamEnd,
    StreamError,
    StreamStart,
    TextDelta,
    TextPart,
    TokenLogprob,
    ToolArgumentsDelta,
    ToolCallPart,
    assistant,
    fold,
)
from modelwire.sse import SSEDecoder
from modelwire.testing import (
    assert_chunk_invariant,
    check_chunks,
    fold_equivalent,
    run_decoder,
    strategies as st,
)
from modelwire.testing._chunking import cuts

START, END = StreamStart(), StreamEnd(complete=True, terminator="event")
TEXT = BlockStart(0, 0, TextPart(text=""))
STOP = ChoiceFinish(0, Finish(kind="stop"))
ERROR = StreamError(ErrorInfo(kind="overloaded"))
CUT = StreamEnd(complete=False)
NOTE = AnnotationDelta(0, 0, Annotation(kind="url"))

LEGAL = [
    [START, END],
    [START, Keepalive(), TEXT, TextDelta(0, "x"), BlockStop(0), STOP, END],
    [START, TEXT, BlockStop(0), NOTE, STOP, END],
    [START, TEXT, BlockStop(0), STOP, NOTE, END],
    [START, TEXT, ERROR, CUT],
    [START, ERROR, CUT],
    [START, TEXT, BlockStart(1, 1, TextPart(text="")), BlockStop(0), STOP, ERROR, CUT],
]


@pytest.mark.parametrize("chunks", LEGAL)
def test_legal(chunks):
    assert check_chunks(chunks) == []


ILLEGAL = [
    ("empty", [], "the stream is empty"),
    ("no end", [START], "no StreamEnd"),
    ("no start", [Keepalive(), END], "StreamStart must be first"),
    ("two starts", [START, START, END], "StreamStart must be first"),
    ("two ends", [START, END, END], "after StreamEnd"),
    ("no chunk", [START, "x", END], "is no chunk"),
    (
        "numbers with gaps",
        [START, BlockStart(1, 0, TextPart(text="")), BlockStop(1), STOP, END],
        "index 1 instead of 0",
    ),
    ("delta without block", [START, TextDelta(0, "x"), END], "not open"),
    (
        "delta of another kind",
        [START, TEXT, ToolArgumentsDelta(0, ""), BlockStop(0), STOP, END],
        "holds TextPart",
    ),
    ("stop twice", [START, TEXT, BlockStop(0), BlockStop(0), STOP, END], "closed"),
    (
        "annotation of another choice",
        [START, TEXT, attrs.evolve(NOTE, choice=1), BlockStop(0), STOP, END],
        "belongs to choice 0",
    ),
    ("finish before stop", [START, TEXT, STOP, BlockStop(0), END], "blocks [0]"),
    ("two finishes", [START, STOP, STOP, END], "finishes twice"),
    ("block after finish", [START, STOP, TEXT, BlockStop(0), END], "has finished"),
    ("open at the end", [START, TEXT, END], "blocks [0] are open"),
    ("an end that nothing told", [START, StreamEnd(complete=True)], "nothing told"),
    (
        "end of the bytes without finish",
        [START, TEXT, BlockStop(0), StreamEnd(complete=True, terminator="eof")],
        "have no finish",
    ),
    ("incomplete without error", [START, CUT], "without StreamError"),
    ("complete after error", [START, ERROR, END], "a complete end after"),
    ("more after error", [START, ERROR, Keepalive(), CUT], "between StreamError"),
]


@pytest.mark.parametrize(
    ("chunks", "words"), [i[1:] for i in ILLEGAL], ids=[i[0] for i in ILLEGAL]
)
def test_illegal(chunks, words):
    assert words in "; ".join(check_chunks(chunks))


@pytest.mark.parametrize("dialect", [None, "openai-chat", "anthropic-messages"])
def test_the_strategies_are_legal(dialect):
    @given(st.chunk_sequences(dialect))
    def law(chunks):
        assert check_chunks(chunks) == []

    law()


@given(st.chunk_sequences(errors=False))
def test_streams_without_errors(chunks):
    assert chunks[-1].complete


# --- chunk invariance ---------------------------------------------------------------

DATA = b"data: a\n\nevent: x\ndata: b\r\ndata: c\r\n\r\n: ping\n\ndata: \xc3\xbc\n\n"


def test_a_right_decoder_passes():
    items = assert_chunk_invariant(SSEDecoder, DATA)
    assert len(items) == 3


class Lines:
    """A decoder of lines, wrong in a way that can be chosen."""

    def __init__(self, wrong=""):
        self.wrong = wrong
        self.held = b""
        self.closed = False
        self.failed = False

    def feed(self, data):
        if self.wrong == "forgets":
            self.held = b""
        if self.wrong == "empty" and not data:
            return [b"?"]
        self.failed = self.wrong == "state" and len(data) == 1
        *lines, self.held = (self.held + data).split(b"\n")
        return lines

    def close(self):
        if self.closed and self.wrong != "twice":
            return []
        self.closed = True
        return [self.held]


def test_whole_lines_pass():
    assert assert_chunk_invariant(Lines, DATA) == DATA.split(b"\n")
    assert assert_chunk_invariant(Lines, b"") == [b""]
    assert_chunk_invariant(Lines, DATA * 50, random_cuts=2)


@pytest.mark.parametrize("wrong", ["forgets", "empty", "twice", "state"])
def test_a_wrong_decoder_is_found(wrong):
    with pytest.raises(AssertionError):
        assert_chunk_invariant(lambda: Lines(wrong), DATA)


def test_raw_is_compared_too():
    class Raw(Lines):
        def feed(self, data):
            return [TextDelta(0, "x", {"size": len(data)}) for _ in super().feed(data)]

        def close(self):
            return []

    with pytest.raises(AssertionError, match="first difference at item 0"):
        assert_chunk_invariant(Raw, DATA)


@given(st.chunkings(DATA))
def test_chunkings(pieces):
    assert b"".join(pieces) == DATA
    assert run_decoder(Lines(), pieces) == DATA.split(b"\n")


@given(st.mutations(DATA), st.truncations(DATA), hyp.data())
def test_mutations_and_truncations(damaged, cut, data):
    assert isinstance(damaged, bytes)
    assert DATA.startswith(cut)
    assert isinstance(data.draw(st.mutations(b"")), bytes)


# --- a stream and a plain response --------------------------------------------------


def response(*parts, **fields):
    choice = Choice(index=0, message=assistant(*parts), **fields)
    return ChatResponse(choices=(choice,))


CALL = ToolCallPart(id="c", name="f", arguments='{"a": 1}')
SIGNED = ReasoningPart(text="x", signature=Opaque(value="s", dialect="d"))
TOKEN = TokenLogprob(token="a")

EQUIVALENT = [
    ("texts are joined", response("a", CALL, "b"), response("ab", CALL)),
    ("empty texts go", response("", CALL), response(CALL)),
    (
        "reasoning is joined",
        response(ReasoningPart(text="a"), "x", ReasoningPart(text="b")),
        response(ReasoningPart(text="ab"), "x"),
    ),
    (
        "refusals are joined",
        response(RefusalPart(text="a"), RefusalPart(text="b")),
        response(RefusalPart(text="ab")),
    ),
    (
        "annotations and log probabilities follow",
        response(
            TextPart(text="a", annotations=(Annotation(kind="url"),)),
            TextPart(text="b", logprobs=Logprobs(content=(TOKEN,))),
            TextPart(text="", logprobs=Logprobs(content=(TOKEN,))),
        ),
        response(
            TextPart(
                text="ab",
                annotations=(Annotation(kind="url"),),
                logprobs=Logprobs(content=(TOKEN, TOKEN)),
            )
        ),
    ),
    (
        "arguments are spelled",
        response(CALL),
        response(attrs.evolve(CALL, arguments='{"a":1}')),
    ),
    (
        "notes go",
        response(TextPart(text="a", extra={"d": {"$spelling": {"x": "y"}}})),
        response("a"),
    ),
]


@pytest.mark.parametrize(
    ("a", "b"), [e[1:] for e in EQUIVALENT], ids=[e[0] for e in EQUIVALENT]
)
def test_equivalent(a, b):
    assert fold_equivalent(a, b)
    assert fold_equivalent(b, a)


DIFFERENT = [
    (response("ab"), response("ba")),
    (
        response(CALL, attrs.evolve(CALL, id="d")),
        response(attrs.evolve(CALL, id="d"), CALL),
    ),
    (response("a"), response(RefusalPart(text="a"))),
    (response("a", finish=Finish(kind="stop")), response("a")),
    (response(SIGNED, SIGNED), response(attrs.evolve(SIGNED, text="xx"))),
]


@pytest.mark.parametrize(("a", "b"), DIFFERENT)
def test_different(a, b):
    assert not fold_equivalent(a, b)


@given(st.chunk_sequences("openai-chat"))
def test_cutting_a_text_into_blocks_changes_nothing(chunks):
    a = fold(chunks)
    assert fold_equivalent(a, a)
    choices = tuple(
        attrs.evolve(
            choice,
            message=attrs.evolve(
                choice.message,
                parts=tuple(
                    piece for part in choice.message.parts for piece in halves(part)
                ),
            ),
        )
        for choice in a.choices
    )
    assert fold_equivalent(a, attrs.evolve(a, choices=choices))


def halves(part):
    if not isinstance(part, TextPart):
        return [part]
    middle = len(part.text) // 2
    return [
        attrs.evolve(part, text=part.text[:middle]),
        TextPart(text=part.text[middle:]),
    ]


def test_log_probabilities_belong_to_a_known_choice():
    wrong = LogprobsDelta(1, 0, Logprobs())
    found = check_chunks([START, TEXT, wrong, BlockStop(0), STOP, ERROR, CUT])
    assert any("belongs to choice 0" in text for text in found)


def test_many_bytes_are_not_fed_one_by_one():
    few, many = b"x" * 1000, b"x" * 100_001
    assert [b"x"] * 1000 in list(cuts(few))
    pieces = list(cuts(many))
    assert all(b"".join(found) == many for found in pieces)
    assert max(map(len, pieces)) < 100


def test_what_parts_carry_is_joined_with_their_texts():
    def said(*parts):
        choice = Choice(index=0, message=assistant(*parts), finish=None)
        return ChatResponse(choices=(choice,))

    first = TextPart(text="a", extra={"d": {"x": 1, "y": 1}})
    second = TextPart(text="b", extra={"d": {"y": 2}, "e": {"z": 3}})
    whole = TextPart(text="ab", extra={"d": {"x": 1, "y": 2}, "e": {"z": 3}})
    assert fold_equivalent(said(first, second), said(whole))
    assert not fold_equivalent(said(second, first), said(whole))
