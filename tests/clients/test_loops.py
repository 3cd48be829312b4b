"""
Agents on real clients: calls, their results, and the answer, over every upstream.

Each agent keeps its history as its package's documentation shows.  What the upstream
is asked in the second turn is read with a reader of its own.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from tests._agent import Asked, asked
from tests._wires import AM, DIALECTS, GG, OC, OR, Call, Say, Think, Wire, wire
from tests.clients._seen import CLIENTS, MODEL
from tests.clients._upstream import PROOF

ARGUMENTS = {"città": "Orvieto ✓", "n": 1.5, "deep": [{"a": None}]}
SCHEMA: dict[str, Any] = {"type": "object", "properties": {"n": {"type": "number"}}}
TOOLS = ("now", "lookup")
RESULTS = {"now": "five o'clock", "lookup": '{"found":"✓"}'}


def answers(dialect: str) -> tuple[Wire, Wire]:
    """Calls for the first question, text for the second."""
    arguments = json.dumps(ARGUMENTS, ensure_ascii=False)
    return (
        wire(
            dialect,
            Think("It is May.", proof=PROOF),
            Say("Let me look."),
            Call("call_a", "now"),
            Call("call_b", "lookup", arguments),
        ),
        wire(dialect, Say("It is five."), id_="2"),
    )


Calls = dict[str, tuple[Any, Any]]
"""By name: id and parsed arguments."""


def run(calls: Calls) -> list[tuple[Any, str, str]]:
    """Run the tools, in another order than they were called in; id, name, result."""
    values = {name: value for name, (_, value) in calls.items()}
    assert values == {"now": {}, "lookup": ARGUMENTS}
    return [(id_, name, RESULTS[name]) for name, (id_, _) in reversed(calls.items())]


def openai_agent(client: Any, *, stream: bool) -> str:
    tools: Any = [
        {"type": "function", "function": {"name": name, "parameters": SCHEMA}}
        for name in TOOLS
    ]
    messages: list[Any] = [{"role": "user", "content": "Go."}]

    def turn() -> Any:
        if not stream:
            return client.chat.completions.create(
                model=MODEL, messages=messages, tools=tools
            )
        with client.chat.completions.stream(
            model=MODEL, messages=messages, tools=tools
        ) as events:
            return events.get_final_completion()

    message = turn().choices[0].message
    calls = {
        call.function.name: (call.id, json.loads(call.function.arguments or "{}"))
        for call in message.tool_calls
    }
    messages.append(message)
    messages += [
        {"role": "tool", "tool_call_id": id_, "content": text}
        for id_, _, text in run(calls)
    ]
    return turn().choices[0].message.content


def responses_agent(client: Any, *, stream: bool) -> str:
    tools: Any = [
        {"type": "function", "name": name, "parameters": SCHEMA, "strict": False}
        for name in TOOLS
    ]
    history: list[Any] = [{"role": "user", "content": "Go."}]

    def turn() -> Any:
        asked: Any = {
            "model": MODEL,
            "input": history,
            "tools": tools,
            "store": False,
            "include": ["reasoning.encrypted_content"],
        }
        if not stream:
            return client.responses.create(**asked)
        with client.responses.stream(**asked) as events:
            return events.get_final_response()

    response = turn()
    calls = {
        item.name: (item.call_id, json.loads(item.arguments or "{}"))
        for item in response.output
        if item.type == "function_call"
    }
    history += response.output
    history += [
        {"type": "function_call_output", "call_id": id_, "output": text}
        for id_, _, text in run(calls)
    ]
    return turn().output_text


def anthropic_agent(client: Any, *, stream: bool) -> str:
    tools: Any = [{"name": name, "input_schema": SCHEMA} for name in TOOLS]
    messages: list[Any] = [{"role": "user", "content": "Go."}]

    def turn() -> Any:
        asked: Any = {
            "model": MODEL,
            "max_tokens": 1000,
            "messages": messages,
            "tools": tools,
        }
        if not stream:
            return client.messages.create(**asked)
        with client.messages.stream(**asked) as events:
            return events.get_final_message()

    message = turn()
    calls = {
        block.name: (block.id, block.input)
        for block in message.content
        if block.type == "tool_use"
    }
    messages.append({"role": "assistant", "content": message.content})
    results = [
        {"type": "tool_result", "tool_use_id": id_, "content": text}
        for id_, _, text in run(calls)
    ]
    messages.append({"role": "user", "content": results})
    return turn().content[0].text


def gemini_agent(client: Any, *, stream: bool) -> str:
    from google.genai import types

    declared = [
        types.FunctionDeclaration(name=name, parameters_json_schema=SCHEMA)
        for name in TOOLS
    ]
    config = types.GenerateContentConfig(
        tools=[types.Tool(function_declarations=declared)]
    )
    chat = client.chats.create(model=MODEL, config=config)

    def turn(message: Any) -> list[Any]:
        answers = (
            chat.send_message_stream(message)
            if stream
            else [chat.send_message(message)]
        )
        return [
            part
            for answer in answers
            for part in answer.candidates[0].content.parts or ()
        ]

    calls = {
        part.function_call.name: (part.function_call.id, part.function_call.args or {})
        for part in turn("Go.")
        if part.function_call is not None
    }
    results = [
        types.Part(
            function_response=types.FunctionResponse(
                id=id_, name=name, response={"output": text}
            )
        )
        for id_, name, text in run(calls)
    ]
    return "".join(part.text or "" for part in turn(results))


AGENTS: dict[str, Callable[..., str]] = {
    "openai": openai_agent,
    "responses": responses_agent,
    "anthropic": anthropic_agent,
    "gemini": gemini_agent,
}


@pytest.mark.parametrize("stream", [False, True], ids=["plain", "stream"])
@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize("name", AGENTS)
def test_S04_S13_an_agent_goes_on(relay, clients, name, dialect, stream):
    relay.serve(dialect, *answers(dialect))
    assert AGENTS[name](clients(name), stream=stream) == "It is five."
    _, body = relay.bodies
    items = asked(dialect, body)
    check_calls(items)
    check_proof(items, dialect, own=CLIENTS[name].dialect == dialect)


def check_calls(items: list[Asked]) -> None:
    first, second = (item for item in items if item.kind == "call")
    assert (first.id, first.name, second.id, second.name) == (
        "call_a",
        "now",
        "call_b",
        "lookup",
    )
    assert json.loads(first.text or "{}") == {}
    assert json.loads(second.text) == ARGUMENTS
    results = {item.id: item.text for item in items if item.kind == "result"}
    assert results == {"call_a": RESULTS["now"], "call_b": RESULTS["lookup"]}
    words = [item.text for item in items if item.kind == "text"]
    assert "".join(words) == "Let me look."


def check_proof(items: list[Asked], dialect: str, *, own: bool) -> None:
    """What the upstream gave to prove its reasoning comes back to it, or not at all."""
    proofs = [(item.kind, item.proof) for item in items if item.proof]
    if not own or dialect == OC:
        assert PROOF not in [proof for _, proof in proofs]
        return
    assert proofs == [("call" if dialect == GG else "think", PROOF)]
    kinds = [item.kind for item in items if item.text or item.kind == "call"]
    assert kinds[:3] == ["think", "text", "call"]
    if dialect in (OR, AM):
        assert [item.text for item in items if item.kind == "think"] == ["It is May."]
