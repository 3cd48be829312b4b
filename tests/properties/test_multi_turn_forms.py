"""Forms of calls that only some dialects have, over a conversation."""

from __future__ import annotations

import json

import pytest
from tests._agent import Result, asked, dumps, extend, fold
from tests._wires import AM, DIALECTS, GG, OC, OR, Call, wire
from tests.properties._conversation import Agent, id_of, only

from modelwire.codecs import COLLECT
from modelwire.translate import StreamTranslator, translate_request, translate_response

TEXT = 'print("ü")\n{"not": JSON'


def custom_call(client: str, answer: dict) -> tuple[str, str, str]:
    """Give id, name and text of the free-text call that the client sees."""
    if client == OC:
        (call,) = answer["choices"][0]["message"]["tool_calls"]
        assert call["type"] == "custom"
        return call["id"], call["custom"]["name"], call["custom"]["input"]
    (item,) = answer["output"]
    assert item["type"] == "custom_tool_call"
    return item["call_id"], item["name"], item["input"]


def fold_custom(client: str, data: bytes) -> dict:
    """Assemble a stream with one free-text call."""
    if client == OR:
        return fold(client, data)
    made: dict = {}
    for line in data.decode().split("\n"):
        if not line.startswith("data: {"):
            continue
        for choice in json.loads(line[6:])["choices"]:
            for delta in choice["delta"].get("tool_calls", ()):
                if not made:
                    made = {k: v for k, v in delta.items() if k != "index"}
                else:
                    made["custom"]["input"] += delta["custom"]["input"]
    message = {"role": "assistant", "content": None, "tool_calls": [made]}
    return {"choices": [{"message": message}]}


@pytest.mark.parametrize("stream", [False, True], ids=["plain", "stream"])
@pytest.mark.parametrize("upstream", [AM, GG])
@pytest.mark.parametrize("client", [OC, OR])
def test_a_free_text_tool_is_a_function_there_and_itself_here(client, upstream, stream):
    about = {"name": "py", "description": "d"}
    tool = {"type": "custom", **({"custom": about} if client == OC else about)}
    question = [{"role": "user", "content": "Go."}]
    field = "messages" if client == OC else "input"
    body = {"model": "m", "tools": [tool], field: question, "stream": stream}

    def ask():
        data = json.dumps(body).encode()
        return translate_request(data, source=client, target=upstream, on_loss=COLLECT)

    said = wire(upstream, Call("c1", "py", dumps({"input": TEXT})))
    if stream:
        translator = StreamTranslator(upstream, client, for_request=ask())
        data = b"".join(translator.feed(piece) for piece in said.pieces)
        answer = fold_custom(client, data + translator.close())
    else:
        answer = json.loads(
            translate_response(
                said.body, source=upstream, target=client, for_request=ask()
            ).body
        )
    assert custom_call(client, answer) == ("c1", "py", TEXT)
    body = extend(client, body, answer, [Result(call_id="c1", name="py", text="ok")])
    if client == OR:
        body["input"][-1]["type"] = "custom_tool_call_output"
    call, result = asked(upstream, json.loads(ask().body))
    assert (call.kind, call.id, call.name) == ("call", "c1", "py")
    assert json.loads(call.text) == {"input": TEXT}
    assert (result.kind, result.id, result.text) == ("result", "c1", "ok")


SPELLINGS = (
    '{"a": 1, "b": [1, 2]}',
    '{ "n" : 1.0 }',
    '{"n":1e2,"m":-0.0,"k":1E-7}',
    '{"n":0.1,"b":12345678901234567890123}',
    '{"u":"\\u00e9\\ud83d\\ude00\\/"}',
    "{}",
)


@pytest.mark.parametrize("mode", ["plain", "stream"])
@pytest.mark.parametrize("text", SPELLINGS)
@pytest.mark.parametrize("upstream", DIALECTS)
@pytest.mark.parametrize("client", DIALECTS)
def test_arguments_keep_their_text_or_their_value(client, upstream, mode, text):
    agent = Agent(client, upstream, mode, "f")
    agent.ask()
    ((id_, _, heard),) = agent.hear(
        wire(upstream, Call(id_of(upstream, "c"), "f", text))
    )
    agent.reply(Result(call_id=id_, name="f", text="ok"))
    (call,) = only(asked(upstream, agent.ask()), "call")
    for found in (heard, call.text):
        # Numbers keep their kind: 1.0 is no 1.
        assert repr(json.loads(found)) == repr(json.loads(text))
    texts = {client, upstream} <= {OC, OR}
    if texts:
        assert (heard, call.text) == (text, text)
