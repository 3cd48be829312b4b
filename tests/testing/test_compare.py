"""Differences, the one table of equivalent spellings, and alignment."""

from __future__ import annotations

import attrs
import pytest
from hypothesis import given

from modelwire.ir import (
    Annotation,
    Base64Source,
    CacheBreakpoint,
    ChatRequest,
    ChatResponse,
    Choice,
    Finish,
    FunctionTool,
    ImagePart,
    Message,
    ReasoningConfig,
    TextPart,
    ToolCallPart,
    ToolResultPart,
    UnknownPart,
    UrlSource,
    assistant,
    system,
    tool_result,
    user,
)
from modelwire.testing import (
    Added,
    Changed,
    Removed,
    canonical,
    compare,
    differences,
    strategies as st,
)


def request(*messages, **fields):
    return ChatRequest(model="m", messages=messages, **fields)


def owed(found):
    """Give the differences that need a loss, in a short form."""
    short = []
    for item in found:
        if item.owed:
            to = getattr(item, "to", None)
            short.append((type(item).__name__, getattr(item, "path", None), to))
    return short


CASES = [
    ("equal", request(user("a")), request(user("a")), []),
    (
        "a removed field",
        request(temperature=1),
        request(),
        [("Removed", "$.temperature", None)],
    ),
    (
        "an added field",
        request(),
        request(temperature=1),
        [("Added", "$.temperature", "$.temperature")],
    ),
    (
        "a changed field",
        request(temperature=1),
        request(temperature=0.5),
        [("Changed", "$.temperature", "$.temperature")],
    ),
    (
        "a boolean is no number",
        request(logprobs=True),
        request(logprobs=1),
        [("Changed", "$.logprobs", "$.logprobs")],
    ),
    ("one number", request(temperature=1), request(temperature=1.0), []),
    (
        "a dropped message is one removal",
        request(user("a"), assistant("b"), user("c"), assistant("d")),
        request(user("a"), user("c"), assistant("d")),
        [
            ("Removed", "$.messages[1].parts[0]", None),
            ("Removed", "$.messages[1].parts[0].text", None),
        ],
    ),
    (
        "a dropped part shifts the others",
        request(user("a", ImagePart(source=UrlSource(url="u")), "c")),
        request(user("a", "c")),
        [
            ("Removed", "$.messages[0].parts[1]", None),
            ("Removed", "$.messages[0].parts[1].source.url", None),
        ],
    ),
    (
        "merged messages",
        request(user("a"), user("b")),
        request(user("a", "b")),
        [
            ("Added", "$.messages[0].parts[+]", "$.messages[0].parts[1]"),
            ("Added", "$.messages[0].parts[+].text", "$.messages[0].parts[1].text"),
            ("Removed", "$.messages[1].parts[0]", None),
            ("Removed", "$.messages[1].parts[0].text", None),
        ],
    ),
    (
        "merged messages with equal parts",
        request(system=(system("a"), system("a"))),
        request(system=(system("a", "a"),)),
        [
            ("Added", "$.system[0].parts[+]", "$.system[0].parts[1]"),
            ("Added", "$.system[0].parts[+].text", "$.system[0].parts[1].text"),
            ("Removed", "$.system[1].parts[0]", None),
            ("Removed", "$.system[1].parts[0].text", None),
        ],
    ),
    (
        "a part of another class in the same place",
        request(user("a", UnknownPart(dialect="d", raw={"type": "x"}), "b")),
        request(user("a", "[x]", "b")),
        [("Changed", "$.messages[0].parts[1]", "$.messages[0].parts[1]")],
    ),
    (
        "a source of another class",
        request(user(ImagePart(source=UrlSource(url="u")))),
        request(user(ImagePart(source=Base64Source(data="", media_type="a/b")))),
        [
            (
                "Changed",
                "$.messages[0].parts[0].source",
                "$.messages[0].parts[0].source",
            )
        ],
    ),
    (
        "unknown fields",
        request(extra={"a": {"x": 1, "y.z": [1]}, "b": {"v": {"w": 1}}}),
        request(extra={"a": {"x": 1}}),
        [
            ("Removed", "$.extra['a'].y.z", None),
            ("Removed", "$.extra['b'].v.w", None),
        ],
    ),
    (
        "a schema",
        request(tools=(FunctionTool(name="f", input_schema={"a": {"b": 1}, "c": 1}),)),
        request(tools=(FunctionTool(name="f", input_schema={"a": {"b": 2}, "d": 1}),)),
        [
            ("Changed", "$.tools[0].input_schema.a.b", "$.tools[0].input_schema.a.b"),
            ("Removed", "$.tools[0].input_schema.c", None),
            ("Added", "$.tools[0].input_schema.d", "$.tools[0].input_schema.d"),
        ],
    ),
    (
        "a removed tool",
        request(tools=(FunctionTool(name="f"), FunctionTool(name="g"))),
        request(tools=(FunctionTool(name="g"),)),
        [
            ("Removed", "$.tools[0]", None),
            ("Removed", "$.tools[0].name", None),
        ],
    ),
    (
        "items of a list of texts",
        request(stop_sequences=("a", "b", "c")),
        request(stop_sequences=("a", "c")),
        [("Removed", "$.stop_sequences[1]", None)],
    ),
    (
        "the fields of a removed node are owed, the node is not",
        request(reasoning=ReasoningConfig(effort="low", display="omitted")),
        request(),
        [
            ("Removed", "$.reasoning.effort", None),
            ("Removed", "$.reasoning.display", None),
        ],
    ),
    (
        "a removed node without fields is owed itself",
        request(user(TextPart(text="a", cache=CacheBreakpoint()))),
        request(user("a")),
        [("Removed", "$.messages[0].parts[0].cache", None)],
    ),
]


@pytest.mark.parametrize(
    ("x", "y", "found"), [c[1:] for c in CASES], ids=[c[0] for c in CASES]
)
def test_cases(x, y, found):
    assert owed(compare(x, y)) == found


def test_a_removed_node_stands_beside_its_fields():
    found = compare(request(reasoning=ReasoningConfig(effort="low")), request())
    assert found == [
        Removed(path="$.reasoning", owed=False),
        Removed(path="$.reasoning.effort"),
    ]


def test_responses():
    note = Annotation(kind="url", url="u")
    x = ChatResponse(
        choices=(
            Choice(
                index=0,
                message=assistant(TextPart(text="a", annotations=(note, note))),
                finish=Finish(kind="stop", raw="stop"),
            ),
            Choice(index=1, message=assistant("b")),
        )
    )
    y = ChatResponse(
        choices=(
            Choice(
                index=0,
                message=assistant(TextPart(text="a", annotations=(note,))),
                finish=Finish(kind="stop", raw="end_turn"),
            ),
        )
    )
    paths = [path for _, path, _ in owed(compare(x, y))]
    part = "$.choices[0].message.parts[0]"
    assert f"{part}.annotations[1]" in paths
    assert f"{part}.annotations[1].url" in paths
    assert "$.choices[0].finish.raw" in paths
    assert "$.choices[1]" in paths
    assert not any(path.startswith(f"{part}.annotations[0]") for path in paths)


@pytest.mark.parametrize("dialect", [None, "openai-chat", "anthropic-messages"])
def test_a_value_does_not_differ_from_itself(dialect):
    @given(st.chat_requests(dialect))
    def law(value):
        assert compare(value, value) == []
        assert differences(value, value) == []
        once = canonical(value)
        assert canonical(once) == once
        assert not [d for d in differences(value, once) if d.owed]

    law()


@given(st.chat_requests(), st.chat_requests())
def test_any_two_values_can_be_compared(x, y):
    there, back = compare(x, y), compare(y, x)
    assert bool(there) == bool(back)
    assert there or x == y
    different = [d for d in differences(x, y) if d.owed]
    assert different or canonical(x) == canonical(y)


@given(st.chat_responses(), st.chat_responses())
def test_any_two_responses_can_be_compared(x, y):
    assert compare(x, y) or x == y
    different = [d for d in differences(x, y) if d.owed]
    assert different or canonical(x) == canonical(y)


# --- equivalent spellings -----------------------------------------------------------

RESULT = ToolResultPart(call_id="c", content=(TextPart(text="r"),))
OTHER = ToolResultPart(call_id="d")
CALL = ToolCallPart(id="c", name="f", arguments='{"a": 1}')

SPELLINGS = [
    (
        "notes",
        request(extra={"d": {"$spelling": {"a": "b"}, "x": 1}}),
        request(extra={"d": {"x": 1}}),
    ),
    ("only notes", request(extra={"d": {"$spelling": {"a": "b"}}}), request()),
    (
        "notes deep inside",
        request(user(TextPart(text="a", extra={"d": {"$spelling": {}}}))),
        request(user("a")),
    ),
    ("nulls", request(extra={"d": {"x": None}}), request()),
    (
        "results in a user message",
        request(Message(role="user", parts=(RESULT, OTHER, TextPart(text="t")))),
        request(
            Message(role="tool", parts=(RESULT,)),
            Message(role="tool", parts=(OTHER,)),
            user("t"),
        ),
    ),
    (
        "results in one tool message",
        request(Message(role="tool", parts=(RESULT, OTHER))),
        request(tool_result("c", "r"), tool_result("d")),
    ),
    (
        "arguments",
        request(assistant(CALL)),
        request(assistant(attrs.evolve(CALL, arguments='{"a":1}'))),
    ),
    (
        "no arguments",
        request(assistant(attrs.evolve(CALL, arguments=""))),
        request(assistant(attrs.evolve(CALL, arguments="{ }"))),
    ),
]


@pytest.mark.parametrize(
    ("x", "y"), [s[1:] for s in SPELLINGS], ids=[s[0] for s in SPELLINGS]
)
def test_equivalent_spellings(x, y):
    assert x != y
    assert canonical(x) == canonical(y)
    assert not [d for d in differences(x, y) if d.owed]


NO_SPELLINGS = [
    (
        "order of results and text",
        request(user("t", RESULT)),
        request(user(RESULT, "t")),
    ),
    ("joined texts", request(user("a", "b")), request(user("ab"))),
    (
        "custom input",
        *(
            request(
                assistant(ToolCallPart(id="c", name="f", kind="custom", arguments=text))
            )
            for text in ('{"a": 1}', '{"a":1}')
        ),
    ),
    (
        "broken arguments",
        *(
            request(assistant(ToolCallPart(id="c", name="f", arguments=text)))
            for text in ('{"a": ', '{"a":')
        ),
    ),
    (
        "null inside",
        request(extra={"d": {"x": {"y": None}}}),
        request(extra={"d": {"x": {}}}),
    ),
]


@pytest.mark.parametrize(
    ("x", "y"), [s[1:] for s in NO_SPELLINGS], ids=[s[0] for s in NO_SPELLINGS]
)
def test_no_equivalent_spellings(x, y):
    assert canonical(x) != canonical(y)
    assert [d for d in differences(x, y) if d.owed]


def test_paths_are_those_of_before_the_regrouping():
    x = request(
        assistant(CALL),
        Message(
            role="user",
            parts=(RESULT, attrs.evolve(OTHER, is_error=True), TextPart(text="t")),
        ),
        user("last"),
    )
    y = request(
        assistant(CALL), tool_result("c", "r"), tool_result("d"), user("t"), user("end")
    )
    assert owed(differences(x, y)) == [
        ("Removed", "$.messages[1].parts[1].is_error", None),
        ("Changed", "$.messages[2].parts[0].text", "$.messages[4].parts[0].text"),
    ]
    assert owed(differences(y, x)) == [
        (
            "Added",
            "$.messages[2].parts[0].is_error",
            "$.messages[1].parts[1].is_error",
        ),
        ("Changed", "$.messages[4].parts[0].text", "$.messages[2].parts[0].text"),
    ]


def test_a_message_keeps_what_it_says_about_itself():
    extra = {"d": {"x": 1}}
    x = request(Message(role="user", parts=(RESULT, TextPart(text="t")), extra=extra))
    y = request(Message(role="tool", parts=(RESULT,)), user("t"))
    assert owed(differences(x, y)) == [("Removed", "$.messages[0].extra['d'].x", None)]


def test_equal_arguments_are_seen_and_not_owed():
    x = request(assistant(CALL))
    y = request(assistant(attrs.evolve(CALL, arguments='{"a":1}')))
    path = "$.messages[0].parts[0].arguments"
    assert differences(x, y) == [Changed(path=path, to=path, owed=False)]


def test_long_lists_are_aligned_in_reasonable_time():
    many = [user(f"text {n}") for n in range(200)]
    fewer = [m for n, m in enumerate(many) if n % 50 != 7]
    found = owed(compare(request(*many), request(*fewer)))
    assert [p for _, p, _ in found if p.endswith("]")] == [
        f"$.messages[{n}].parts[0]" for n in (7, 57, 107, 157)
    ]
    longest = request(*(user(str(n)) for n in range(600)))
    assert len(owed(compare(longest, request(*many)))) > 400


def test_additions_name_both_places():
    found = compare(request(user("a")), request(user("a", "b")))
    assert found[0] == Added(
        to="$.messages[0].parts[1]", path="$.messages[0].parts[+]", owed=True
    )


def test_what_only_one_of_two_classes_has_is_told_and_not_owed():
    call = ToolCallPart(id="c", name="f", kind="shell")
    note = Annotation(kind="url")
    text = TextPart(text="a", annotations=(note,))
    found = compare(request(assistant(call)), request(assistant(text)))
    at = "$.messages[0].parts[0]"
    assert Changed(path=at, to=at) in found
    assert Removed(path=f"{at}.kind", owed=False) in found
    place = f"{at}.annotations[0]"
    assert Added(path=place, to=place, owed=False) in found
    assert [difference for difference in found if difference.owed] == [found[0]]
