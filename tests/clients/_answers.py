"""Answers as IR values, and the chunks of a stream that no single response gives."""

from __future__ import annotations

from modelwire import ir

__all__ = ["INTERLEAVED", "RESPONSES", "USAGE", "response", "thinking"]

USAGE = ir.Usage(
    input_total=100,
    input_uncached=30,
    cache_read=60,
    cache_write=10,
    output_total=20,
    reasoning=5,
)


def response(
    *parts: ir.Part, finish: ir.FinishKind = "stop", stop: str | None = None
) -> ir.ChatResponse:
    """A response of one choice."""
    return ir.ChatResponse(
        id="resp-1",
        model="m-1",
        created=1700000000,
        choices=(
            ir.Choice(
                index=0,
                message=ir.Message(role="assistant", parts=parts),
                finish=ir.Finish(kind=finish, stop_sequence=stop),
            ),
        ),
        usage=USAGE,
    )


def _call(id_: str, name: str, arguments: str) -> ir.ToolCallPart:
    return ir.ToolCallPart(id=id_, name=name, arguments=arguments)


_PARALLEL = (
    ir.TextPart(text="Looking."),
    _call("call_1", "weather", '{"city": "Paris"}'),
    _call("call_2", "time", '{"zone": "CET"}'),
)

RESPONSES = {
    "text": response(ir.TextPart(text="Sunny, 20 °C.\u2028\n✓")),
    "tool": response(
        _call("call_1", "weather", '{"city": "Paris"}'), finish="tool_calls"
    ),
    "parallel": response(*_PARALLEL, finish="tool_calls"),
    "no arguments": response(_call("call_1", "now", ""), finish="tool_calls"),
    "length": response(ir.TextPart(text="Sun"), finish="length"),
    "stop sequence": response(
        ir.TextPart(text="Sun"), finish="stop_sequence", stop="ny"
    ),
    "content filter": response(ir.TextPart(text="Sun"), finish="content_filter"),
}


def thinking(dialect: str) -> ir.ChatResponse:
    """An answer with reasoning, and the proof of it that *dialect* has."""
    proof = ir.Opaque(value="c2ln", dialect=dialect)
    thought = (
        ir.ReasoningPart(summaries=("It is May.",), encrypted=proof)
        if dialect == "openai-responses"
        else ir.ReasoningPart(text="It is May.", signature=proof)
    )
    return response(thought, ir.TextPart(text="Sunny."))


_WEATHER, _TIME = _PARALLEL[1], _PARALLEL[2]

# The deltas of the two calls interleave, as openai-chat and Responses may send them.
INTERLEAVED: list[ir.StreamChunk] = [
    ir.StreamStart("resp-1", "m-1", 1700000000),
    ir.BlockStart(0, 0, ir.TextPart(text="")),
    ir.TextDelta(0, "Looking."),
    ir.BlockStop(0),
    ir.BlockStart(1, 0, _call("call_1", "weather", "")),
    ir.ToolArgumentsDelta(1, '{"city"'),
    ir.BlockStart(2, 0, _call("call_2", "time", "")),
    ir.ToolArgumentsDelta(2, '{"zone"'),
    ir.ToolArgumentsDelta(1, ': "Paris"}'),
    ir.ToolArgumentsDelta(2, ': "CET"}'),
    ir.BlockStop(1),
    ir.BlockStop(2),
    ir.ChoiceFinish(0, ir.Finish(kind="tool_calls")),
    ir.UsageUpdate(USAGE),
    ir.StreamEnd(complete=True, terminator="event"),
]
