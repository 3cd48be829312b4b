"""Tools and their choice in `openai-responses`: what the declarations cannot say."""

import pytest
from tests.codecs.openai_responses._request_support import HI, OWN, encode

from modelwire.ir import (
    AllowedTool,
    CacheBreakpoint,
    ChatRequest,
    CustomTool,
    FunctionTool,
    ServerTool,
    ToolChoice,
)

FUNCTION = FunctionTool(name="f", strict=True)
COMPUTER = ServerTool(
    kind="computer",
    type="computer_20250124",
    dialect="anthropic-messages",
    name="computer",
)


def write(*tools, **fields):
    body, encoded = encode(
        ChatRequest(model="m", messages=(HI,), store=False, tools=tools, **fields)
    )
    return body, [(str(loss.code), loss.path) for loss in encoded.losses]


TOOLS = [
    (
        "breakpoint of a custom tool",
        CustomTool(name="c", cache=CacheBreakpoint()),
        {"type": "custom", "name": "c"},
        [("cache.breakpoint", "$.tools[0].cache")],
    ),
    (
        "own type of another kind",
        ServerTool(kind="computer", type="web_search", dialect=OWN, name="n"),
        {"type": "web_search"},
        [("bt.computer", "$.tools[0].kind"), ("bt.computer", "$.tools[0].name")],
    ),
    (
        "place with more than this dialect says",
        ServerTool(
            kind="web_search",
            config={"user_location": {"city": "Paris", "zip": "75001"}},
        ),
        {
            "type": "web_search",
            "user_location": {"type": "approximate", "city": "Paris"},
        },
        [
            ("bt.web_search", "$.tools[0]"),
            ("bt.web_search", "$.tools[0].config.user_location.zip"),
        ],
    ),
]


@pytest.mark.parametrize(
    ("tool", "expected", "losses"),
    [row[1:] for row in TOOLS],
    ids=[row[0] for row in TOOLS],
)
def test_what_a_declaration_cannot_say(tool, expected, losses):
    body, found = write(tool)
    assert body["tools"] == [expected]
    assert found == losses


def test_a_word_as_choice_has_no_other_fields():
    choice = ToolChoice(mode="auto", extra={OWN: {"$spelling": {}, "novel": 1}})
    body, losses = write(FUNCTION, tool_choice=choice)
    assert body["tool_choice"] == "auto"
    assert losses == [
        ("tool.choice.auto", "$.tool_choice.extra['openai-responses'].novel")
    ]


def test_an_allowed_tool_of_a_server_keeps_its_name():
    own = AllowedTool(kind="mcp", name="roll", extra={OWN: {"server_label": "dice"}})
    body, losses = write(FUNCTION, tool_choice=ToolChoice(mode="auto", allowed=(own,)))
    assert body["tool_choice"] == {
        "type": "allowed_tools",
        "mode": "auto",
        "tools": [{"type": "mcp", "name": "roll", "server_label": "dice"}],
    }
    assert losses == []


@pytest.mark.parametrize(
    ("name", "wire", "lost"),
    [
        ("computer", None, [("tool.choice.specific", "$.tool_choice")]),
        ("f", {"type": "function", "name": "f"}, []),
    ],
)
def test_a_choice_goes_with_the_tool_that_it_names(name, wire, lost):
    choice = ToolChoice(mode="tool", name=name)
    body, losses = write(FUNCTION, COMPUTER, tool_choice=choice)
    assert [tool["name"] for tool in body["tools"]] == ["f"]
    assert body.get("tool_choice") == wire
    assert losses == [("bt.computer", "$.tools[1]"), *lost]
