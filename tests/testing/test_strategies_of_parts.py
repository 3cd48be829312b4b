"""What the strategies of single things give: what a dialect's decoder could give."""

from __future__ import annotations

import attrs
import pytest
from hypothesis import assume, given, settings
from tests.testing.test_strategies import dialects_in, is_taken

from modelwire import codecs
from modelwire.codecs import COLLECT
from modelwire.ir import (
    LEGAL_PARTS,
    ChatRequest,
    RefusalPart,
    TextPart,
    ToolCallPart,
    ToolChoice,
    user,
)
from modelwire.testing import assert_losses, strategies as st

FEW = settings(max_examples=12)
ROLES = ("system", "developer", "user", "assistant", "tool")
EVERY_DIALECT = pytest.mark.parametrize("dialect", codecs.DIALECTS)
EVERY_ROLE = pytest.mark.parametrize("role", ROLES)


def lost(dialect, request):
    """Give the paths of what a request loses in its own dialect."""
    encoded = codecs.get(dialect).encode_request(request, on_loss=COLLECT)
    return [loss.path or loss.to for loss in encoded.losses]


@EVERY_ROLE
@EVERY_DIALECT
def test_parts(dialect, role):
    @FEW
    @given(st.parts(role, dialect))
    def law(part):
        assert type(part).__name__ in LEGAL_PARTS[role]
        assert dialects_in(part) <= {dialect}

    law()


@EVERY_ROLE
@EVERY_DIALECT
def test_messages(dialect, role):
    @FEW
    @given(st.messages(role, dialect))
    def law(message):
        # Gemini has one name for all instructions.
        assert message.role in (role, {"developer": "system"}.get(role))
        assert message.parts
        request = ChatRequest(model="m", messages=(message,))
        assume(dialect != "anthropic-messages" or is_taken(request))
        assert not [
            x for x in lost(dialect, request) if x.startswith("$.messages[0].p")
        ]

    law()


@EVERY_DIALECT
def test_conversations(dialect):
    @FEW
    @given(st.conversations(dialect))
    def law(messages):
        request = ChatRequest(model="m", messages=messages)
        assume(dialect != "anthropic-messages" or is_taken(request))
        assert not [x for x in lost(dialect, request) if ".parts[" in x]

    law()


@EVERY_DIALECT
def test_tools(dialect):
    @FEW
    @given(st.tools(dialect), st.tool_choices(dialect))
    def law(tool, choice):
        request = ChatRequest(
            model="m", messages=(user("a"),), tools=(tool,), tool_choice=choice
        )
        assert isinstance(choice, ToolChoice)
        assert not [x for x in lost(dialect, request) if x.startswith("$.tool")]

    law()


CALL = ToolCallPart(id="c", name="f", arguments="{}")
SAYS = [
    pytest.param([TextPart(text="a")], "tool_calls", id="text"),
    pytest.param([CALL], "stop", id="call"),
    pytest.param([RefusalPart(text="no")], "tool_calls", id="refusal"),
]


@pytest.mark.parametrize(("parts", "never"), SAYS)
@EVERY_DIALECT
def test_finishes(dialect, parts, never):
    @settings(max_examples=40)
    @given(st.finishes(parts, dialect))
    def law(finish):
        assert finish.kind != never

    law()


@EVERY_DIALECT
def test_usages(dialect):
    codec = codecs.get(dialect)

    @FEW
    @given(st.chat_responses(dialect), st.usages(dialect))
    def law(response, usage):
        response = attrs.evolve(response, usage=usage)
        encoded = codec.encode_response(response, on_loss=COLLECT)
        assert_losses(response, codec.decode_response(encoded.body), ())

    law()
