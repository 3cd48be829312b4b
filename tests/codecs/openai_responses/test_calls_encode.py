"""Calls as items of `openai-responses`: what an item cannot say is a loss."""

import pytest
from tests.codecs.openai_responses._item_support import history, reply
from tests.codecs.openai_responses._request_support import OWN, decode, encode

from modelwire.ir import (
    CacheBreakpoint,
    ItemRef,
    ServerToolCallPart,
    ServerToolResultPart,
    ToolCallPart,
)


def hosted(kind, wire, **fields):
    fields.setdefault("name", kind)
    own = {"type": wire, **fields.pop("own", {})}
    return ServerToolCallPart(id="w", kind=kind, extra={OWN: own}, **fields)


def search(**fields):
    return hosted("web_search", "web_search_call", **fields)


LOST = [
    ("a server's label", search(server_label="x"), [("bt.call_items", "server_label")]),
    ("another name", search(name="find"), [("bt.call_items", "name")]),
    ("a breakpoint", search(cache=CacheBreakpoint()), [("cache.breakpoint", "cache")]),
    (
        "arguments that are no object",
        search(arguments="[1]"),
        [("bt.call_items", "arguments")],
    ),
    (
        "arguments without a field of theirs",
        hosted("file_search", "file_search_call", arguments='{"q":1}'),
        [("bt.call_items", "arguments")],
    ),
    (
        "arguments of a tool that has none",
        hosted("image_generation", "image_generation_call", arguments='{"q":1}'),
        [("bt.call_items", "arguments")],
    ),
    (
        "a result that has an item of its own",
        hosted(
            "shell",
            "shell_call",
            result="x",
            item=ItemRef(id="i"),
            arguments='{"commands":[]}',
            own={"environment": {"type": "container_auto"}},
        ),
        [("bt.call_items", "result")],
    ),
]


@pytest.mark.parametrize(
    ("part", "lost"), [row[1:] for row in LOST], ids=[row[0] for row in LOST]
)
def test_what_a_hosted_call_cannot_say(part, lost):
    (item,), losses = history(part)
    assert item["type"] == part.extra[OWN]["type"]
    assert losses == [(code, f"[0].{field}") for code, field in lost]


@pytest.mark.parametrize(
    ("kind", "wire"), [("shell", "shell_call"), ("tool_search", "tool_search_call")]
)
def test_a_hosted_call_that_would_be_read_as_one_of_the_caller(kind, wire):
    # What says that OpenAI runs it is not there: `environment`, `execution`.
    items, losses = reply(hosted(kind, wire, arguments='{"commands":[]}'))
    assert items == []
    assert losses == [("bt.call_items", "[0]")]


def test_what_a_hosted_result_cannot_say():
    part = ServerToolResultPart(
        call_id="c",
        kind="function",
        content=[],
        dialect=OWN,
        type="shell_call_output",
        is_error=True,
        cache=CacheBreakpoint(),
    )
    items, losses = reply(part)
    assert items == [{"type": "shell_call_output", "call_id": "c", "output": []}]
    assert losses == [
        ("bt.call_items", "[0].kind"),
        ("tool_result.error_flag", "[0].is_error"),
        ("cache.breakpoint", "[0].cache"),
    ]


def test_a_call_of_a_shell_has_no_name():
    arguments = '{"commands":["ls"]}'
    part = ToolCallPart(id="c", name="bash", kind="shell", arguments=arguments)
    (item,), losses = history(part)
    assert item == {
        "type": "shell_call",
        "call_id": "c",
        "action": {"commands": ["ls"]},
    }
    assert losses == [("out.tool_call", "[0].name")]


def test_a_call_without_a_name_has_that_of_its_kind():
    part = ToolCallPart(id="c", name="", kind="computer", arguments="nonsense")
    (item,), losses = reply(part)
    assert (item["type"], item["name"]) == ("function_call", "computer")
    assert losses == [("bt.computer", "[0].kind"), ("out.tool_call", "[0].name")]


@pytest.mark.parametrize("arguments", [{"a": 1}, {}])
def test_arguments_that_came_as_an_object(arguments):
    # Local servers send them; what came so goes back so.
    item = {"type": "function_call", "call_id": "c", "name": "f"}
    request = decode(input=[{**item, "arguments": arguments}])
    out, encoded = encode(request)
    assert out["input"] == [{**item, "arguments": arguments}]
    assert encoded.losses == ()


def test_arguments_that_are_no_object_any_more():
    extra = {OWN: {"$spelling": {"arguments": "object"}}}
    part = ToolCallPart(id="c", name="f", arguments='{"a', extra=extra)
    (item,), losses = history(part)
    assert (item["arguments"], losses) == ('{"a', [])


def test_an_approval_keeps_its_status():
    item = {
        "type": "mcp_approval_request",
        "id": "mcpr_1",
        "name": "roll",
        "arguments": "{}",
        "server_label": "dice",
        "status": "completed",
    }
    request = decode(input=[item])
    assert request.messages[0].parts[0].item == ItemRef(status="completed")
    out, encoded = encode(request)
    assert out["input"] == [item]
    assert encoded.losses == ()
