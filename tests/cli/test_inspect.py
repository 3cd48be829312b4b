"""The picture of a stream: each kind of part, what is odd about it, and its timing."""

from __future__ import annotations

import pytest

from modelwire._cli._inspect import Inspector
from modelwire._cli._render import chunk_line
from modelwire.ir import (
    BlockStart,
    BlockStop,
    ChoiceFinish,
    CompactionPart,
    Finish,
    Opaque,
    ReasoningPart,
    RefusalPart,
    ServerToolCallPart,
    ServerToolResultPart,
    StreamEnd,
    StreamStart,
    TextDelta,
    TextPart,
    ToolCallPart,
)

HALF = repr("ab" * 40)
SEAL = Opaque(value="c2VhbA==", dialect="anthropic-messages")


def drawn(*batches):
    inspector = Inspector("openai-chat")
    for batch in batches:
        inspector.see(batch)
    return inspector.picture().splitlines()


def one_part(part):
    lines = drawn(
        [
            StreamStart(id="r1", model="m"),
            BlockStart(index=0, choice=0, part=part),
            BlockStop(index=0, part=part),
            ChoiceFinish(choice=0, finish=Finish(kind="stop")),
            StreamEnd(complete=True, terminator="done"),
        ]
    )
    assert lines[1] == "choice 0: stop"
    end = next(n for n, line in enumerate(lines) if line.startswith("end: "))
    return [line.strip() for line in lines[2:end]]


def call(arguments, **more):
    return ToolCallPart(id="c1", name="add", arguments=arguments, **more)


@pytest.mark.parametrize(
    ("part", "lines"),
    [
        pytest.param(
            ReasoningPart(text="Hm.", signature=SEAL),
            ["[0] ReasoningPart 3 characters, signed: 'Hm.'"],
            id="thinking",
        ),
        pytest.param(
            ReasoningPart(text="", redacted=SEAL),
            ["[0] ReasoningPart 0 characters, redacted: ''"],
            id="redacted thinking",
        ),
        pytest.param(
            ReasoningPart(text="", summaries=("One.", "Two.")),
            ["[0] ReasoningPart 10 characters: 'One.\\n\\nTwo.'"],
            id="summaries",
        ),
        pytest.param(
            RefusalPart(text="I cannot."), ["[0] RefusalPart 'I cannot.'"], id="refusal"
        ),
        pytest.param(
            TextPart(text="ab" * 100),
            [f"[0] TextPart 200 characters: {HALF} … {HALF} (200 characters)"],
            id="long text",
        ),
        pytest.param(
            call('{"a":1,"b":"x"}'),
            ["[0] ToolCallPart add id=c1", "a: 1", 'b: "x"'],
            id="call",
        ),
        pytest.param(
            call("{}"),
            ["[0] ToolCallPart add id=c1", "(no arguments)"],
            id="call without arguments",
        ),
        pytest.param(
            call("SELECT 1", kind="custom"),
            ["[0] ToolCallPart add id=c1", "'SELECT 1'"],
            id="call of a custom tool",
        ),
        pytest.param(
            ServerToolCallPart(
                id="s1", name="web_search", kind="web_search", arguments='{"query":"x"}'
            ),
            ['[0] ServerToolCallPart web_search id=s1 \'{"query":"x"}\''],
            id="server tool",
        ),
        pytest.param(
            ServerToolResultPart(call_id="s1", kind="web_search"),
            ["[0] ServerToolResultPart web_search for s1"],
            id="result of a server tool",
        ),
        pytest.param(
            CompactionPart(text="before"), ["[0] CompactionPart"], id="any other part"
        ),
    ],
)
def test_parts(part, lines):
    assert one_part(part) == lines


def test_arguments_that_are_no_json_are_called_malformed():
    head, arguments = one_part(call('{"a":'))
    assert head == "[0] ToolCallPart add id=c1"
    assert arguments.startswith("MALFORMED arguments (")
    assert arguments.endswith("): '{\"a\":'")


def test_a_stream_that_says_nothing():
    lines = drawn([StreamStart(id=None, model=None)])
    assert lines[0] == "openai-chat stream  id=-  model=-"
    assert "end: the stream has no end" in lines
    assert not any(line.startswith("usage: ") for line in lines)


def test_a_live_stream_has_a_timing(monkeypatch):
    clock = iter((10.0, 10.25, 11.5))
    monkeypatch.setattr("modelwire._cli._inspect.time.monotonic", lambda: next(clock))
    start = BlockStart(index=0, choice=0, part=TextPart(text=""))
    assert drawn([start, TextDelta(index=0, text="Hi")], [])[-1] == (
        "timing: first text after 0.25 s, 1.50 s in all"
    )


def test_a_live_stream_without_text_has_a_timing(monkeypatch):
    clock = iter((10.0, 11.5))
    monkeypatch.setattr("modelwire._cli._inspect.time.monotonic", lambda: next(clock))
    assert drawn([StreamStart(id="r1", model="m")])[-1] == "timing: 1.50 s in all"


def test_a_long_text_is_cut_in_the_middle_of_its_line():
    line = chunk_line(TextDelta(index=0, text="a" * 300 + "b" * 300))
    assert line == (
        f"TextDelta index=0 text={'a' * 200!r} … {'b' * 200!r} (600 characters)"
    )
