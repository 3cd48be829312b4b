"""`explode` gives a legal stream that folds to the same response."""

from __future__ import annotations

import attrs
import pytest
from hypothesis import given

from modelwire.errors import InvalidIRError
from modelwire.ir import (
    ChatResponse,
    Choice,
    Finish,
    Message,
    ReasoningPart,
    StreamEnd,
    StreamError,
    TextPart,
    explode,
    fold,
)
from modelwire.testing import check_chunks, strategies as st

DIALECTS = [None, "openai-chat", "anthropic-messages"]


@pytest.mark.parametrize("dialect", DIALECTS)
def test_fold_of_explode(dialect):
    @given(st.chat_responses(dialect))
    def law(response):
        chunks = explode(response)
        assert check_chunks(chunks) == []
        assert fold(chunks) == response

    law()


@pytest.mark.parametrize("dialect", DIALECTS)
def test_what_a_stream_told_can_be_told_again(dialect):
    @given(st.chunk_sequences(dialect))
    def law(chunks):
        response = fold(chunks)
        assert fold(explode(response)) == response

    law()


def test_absent_and_empty_reasoning_stay_apart():
    for part in (
        ReasoningPart(),
        ReasoningPart(text=""),
        ReasoningPart(summaries=("",)),
    ):
        choice = Choice(index=0, message=Message(role="assistant", parts=(part,)))
        response = ChatResponse(choices=(choice,))
        assert fold(explode(response)) == response


def test_a_choice_without_a_finish_is_a_cut_stream():
    choice = Choice(index=0, message=Message(role="assistant"))
    *_, error, end = explode(ChatResponse(choices=(choice,)))
    assert isinstance(error, StreamError)
    assert error.error.kind == "stream_truncated"
    assert end == StreamEnd(complete=False)
    finished = attrs.evolve(choice, finish=Finish(kind="stop"))
    assert explode(ChatResponse(choices=(finished,)))[-1].complete


@pytest.mark.parametrize(
    ("path", "messages"),
    [
        ("$.choices[0].message.role", [Message(role="user")]),
        ("$.choices[0].message.name", [Message(role="assistant", name="n")]),
        ("$.choices[1].message.id", [Message(role="assistant")] * 2),
    ],
)
def test_what_no_stream_can_say_is_refused(path, messages):
    if path.endswith("id"):
        messages[1] = Message(role="assistant", id="msg_1")
    choices = tuple(Choice(index=n, message=m) for n, m in enumerate(messages))
    with pytest.raises(InvalidIRError) as caught:
        explode(ChatResponse(choices=choices))
    assert caught.value.path == path


def test_choices_out_of_order_are_refused():
    message = Message(role="assistant", parts=(TextPart(text="x"),))
    for indexes in ((1, 0), (0, 0)):
        choices = tuple(Choice(index=n, message=message) for n in indexes)
        with pytest.raises(InvalidIRError):
            explode(ChatResponse(choices=choices))
