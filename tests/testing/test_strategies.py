"""What the strategies give: values that a dialect's decoder could have given."""

from __future__ import annotations

import subprocess
import sys

import pytest
from hypothesis import HealthCheck, assume, find, given, settings

from modelwire import codecs, testing
from modelwire.codecs import COLLECT
from modelwire.ir import (
    LEGAL_PARTS,
    Accumulator,
    BlockStart,
    BlockStop,
    Message,
    ReasoningPart,
    StreamError,
    ToolCallPart,
    ToolResultPart,
)
from modelwire.testing import assert_losses, check_chunks, compare, strategies as st

DIALECTS = [None, *codecs.DIALECTS]
QUICK = settings(suppress_health_check=list(HealthCheck), deadline=None, database=None)


def dialects_in(value, found=None):
    """Collect the dialects that `extra`, opaque values and unknown parts name."""
    found = set() if found is None else found
    if isinstance(value, tuple):
        for item in value:
            dialects_in(item, found)
    elif hasattr(value, "__attrs_attrs__"):
        for field in value.__attrs_attrs__:
            item = getattr(value, field.name)
            if field.name == "extra":
                found |= set(item)
            elif field.name == "dialect" and item:
                found.add(item)
            else:
                dialects_in(item, found)
    return found


@pytest.mark.parametrize("dialect", DIALECTS)
def test_parts_are_legal_in_their_role(dialect):
    @given(st.chat_requests(dialect))
    def law(request):
        assert all(m.role in ("system", "developer") for m in request.system)
        for message in (*request.system, *request.messages):
            for part in message.parts:
                assert type(part).__name__ in LEGAL_PARTS[message.role]

    law()


@pytest.mark.parametrize("dialect", DIALECTS[1:])
def test_a_dialect_speaks_of_no_other(dialect):
    @given(st.chat_requests(dialect), st.chat_responses(dialect))
    def law(request, response):
        assert dialects_in(request) <= {dialect}
        assert dialects_in(response) <= {dialect}

    law()


@given(st.chat_requests("openai-chat"))
def test_openai_chat(request):
    for message in request.messages:
        if message.role == "tool":
            (part,) = message.parts
            assert isinstance(part, ToolResultPart)
            assert part.is_error is None
        elif message.role == "user":
            assert not any(isinstance(p, ToolResultPart) for p in message.parts)
    assert answered(request)


@given(st.chat_requests("anthropic-messages"))
def test_anthropic_messages(request):
    assert request.max_output_tokens is not None
    assert all(m.role in ("user", "assistant", "system") for m in request.messages)
    assert len(request.system) <= 1
    assert answered(request)


# --- what a dialect's decoder gives, its encoder takes -------------------------------


def nodes(value):
    """Every IR node inside of *value*."""
    if isinstance(value, tuple):
        for item in value:
            yield from nodes(item)
    elif hasattr(value, "__attrs_attrs__"):
        yield value
        for field in value.__attrs_attrs__:
            yield from nodes(getattr(value, field.name))


def is_taken(request):
    """Whether Anthropic's API takes a request: what it refuses is not handed on."""
    found = list(nodes(request))
    marks = sum(getattr(node, "cache", None) is not None for node in found)
    unsigned = any(
        isinstance(node, ReasoningPart) and not (node.signature or node.redacted)
        for node in found
    )
    return marks <= 4 and not unsigned


@pytest.mark.parametrize("dialect", DIALECTS[1:])
def test_requests_survive_their_own_dialect(dialect):
    codec = codecs.get(dialect)

    @given(st.chat_requests(dialect))
    def law(request):
        assume(dialect != "anthropic-messages" or is_taken(request))
        encoded = codec.encode_request(request, on_loss=COLLECT)
        query = "&".join("=".join(pair) for pair in encoded.query)
        again = codec.decode_request(encoded.body, path=encoded.path, query=query)
        assert_losses(request, again, ())
        assert encoded.losses == ()

    law()


@pytest.mark.parametrize("dialect", DIALECTS[1:])
def test_responses_survive_their_own_dialect(dialect):
    codec = codecs.get(dialect)

    @given(st.chat_responses(dialect))
    def law(response):
        encoded = codec.encode_response(response, on_loss=COLLECT)
        assert_losses(response, codec.decode_response(encoded.body), ())
        assert encoded.losses == ()

    law()


@pytest.mark.parametrize("dialect", DIALECTS[1:])
def test_streams_survive_their_own_dialect(dialect):
    """Where blocks interleave, or the stream breaks off, a part may be cut short."""
    codec = codecs.get(dialect)

    @given(st.chunk_sequences(dialect, errors=False))
    def law(chunks):
        assert check_chunks(chunks) == []
        encoder = codec.stream_encoder(on_loss=COLLECT)
        data = b"".join(encoder.encode(chunk) for chunk in chunks) + encoder.close()
        decoder = codec.stream_decoder()
        before, after = Accumulator(), Accumulator()
        before.feed_all(chunks)
        after.feed_all([*decoder.feed(data), *decoder.close()])
        assert after.complete
        assert_losses(before.response, after.response, encoder.losses)
        if not interleaved(chunks):
            assert encoder.losses == ()

    law()


def interleaved(chunks):
    """Whether a block starts before the one before it has stopped."""
    open_blocks = 0
    for chunk in chunks:
        open_blocks += isinstance(chunk, BlockStart) - isinstance(chunk, BlockStop)
        if open_blocks > 1:
            return True
    return False


def answered(request):
    parts = [p for m in request.messages for p in m.parts]
    calls = [p.id for p in parts if isinstance(p, ToolCallPart)]
    results = [p.call_id for p in parts if isinstance(p, ToolResultPart)]
    assert len(calls) == len(set(calls))
    return calls == results


def test_without_a_dialect_values_are_awkward():
    def awkward(request):
        roles = [m.role for m in request.messages]
        found = dialects_in(request)
        return "tool" in roles and len(found) > 1

    assert find(st.chat_requests(), awkward, settings=QUICK)


@pytest.mark.parametrize("dialect", DIALECTS)
def test_streams_break_off_now_and_then(dialect):
    def broken(chunks):
        return any(isinstance(chunk, StreamError) for chunk in chunks)

    assert find(st.chunk_sequences(dialect), broken, settings=QUICK)


@given(st.messages("user"), st.parts("assistant"), st.tools(), st.tool_choices())
def test_pieces(message, part, tool, choice):
    assert isinstance(message, Message)
    for value in (part, tool, choice):
        assert compare(value, value) == []


@given(st.json_schemas(), st.json_values(), st.json_objects(), st.texts(empty=False))
def test_json(schema, value, fields, text):
    assert schema["type"] == "object"
    assert value is None or isinstance(value, bool | int | float | str | list | dict)
    assert isinstance(fields, dict)
    assert text


def test_hypothesis_is_loaded_with_the_strategies_only():
    code = (
        "import sys; from modelwire import testing\n"
        "testing.compare, testing.assert_losses\n"
        "assert 'hypothesis' not in sys.modules\n"
        "testing.strategies.chat_requests\n"
        "assert 'hypothesis' in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_exports():
    for name in testing.__all__:
        assert getattr(testing, name) is not None
    for name in st.__all__:
        assert callable(getattr(st, name))
    with pytest.raises(AttributeError, match="nothing"):
        _ = testing.nothing
