"""Messages by hand."""

from __future__ import annotations

import pytest

from modelwire.errors import InvalidIRError
from modelwire.ir import (
    ImagePart,
    Message,
    TextPart,
    ToolCallPart,
    ToolResultPart,
    UrlSource,
    assistant,
    developer,
    system,
    tool_result,
    user,
)

IMAGE = ImagePart(source=UrlSource(url="u"))


def test_texts_and_parts():
    assert user("hi") == Message(role="user", parts=(TextPart(text="hi"),))
    assert user() == Message(role="user")
    assert user(IMAGE, "what?", name="n") == Message(
        role="user", parts=(IMAGE, TextPart(text="what?")), name="n"
    )
    call = ToolCallPart(id="c", name="f")
    assert assistant("x", call).parts == (TextPart(text="x"), call)
    assert system("s").role == "system"
    assert developer("d", name="n") == Message(
        role="developer", parts=(TextPart(text="d"),), name="n"
    )


@pytest.mark.parametrize(
    ("content", "parts"),
    [
        ((), ()),
        ("x", (TextPart(text="x"),)),
        (IMAGE, (IMAGE,)),
        (["x", IMAGE], (TextPart(text="x"), IMAGE)),
    ],
)
def test_tool_results(content, parts):
    message = tool_result("c", content, is_error=True, name="f")
    part = ToolResultPart(call_id="c", name="f", content=parts, is_error=True)
    assert message == Message(role="tool", parts=(part,))


def test_what_a_role_cannot_hold_is_refused():
    with pytest.raises(InvalidIRError) as caught:
        system("x", IMAGE)
    assert caught.value.path == "$.parts[1]"
    with pytest.raises(InvalidIRError, match="ToolCallPart is not legal in a user"):
        user(ToolCallPart(id="c", name="f"))
