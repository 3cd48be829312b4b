"""The normaliser and the checker: each fault of a history, and its repair."""

from __future__ import annotations

from functools import partial

import attrs
import pytest
from hypothesis import given, settings

from modelwire import adapt, codecs
from modelwire.adapt import HISTORY_RULES, history_problems, normalise
from modelwire.adapt._adapted import encode_adapted
from modelwire.adapt._history import MISSING_RESULT, OPENING
from modelwire.codecs import COLLECT, openai_chat
from modelwire.ir import (
    ChatRequest,
    ImagePart,
    LossCode,
    Message,
    TextPart,
    ToolCallPart,
    ToolResultPart,
    UnknownPart,
    UrlSource,
)
from modelwire.testing import strategies as st

TARGETS = sorted(codecs.DIALECTS)
DIRECT = [target for target in TARGETS if target != "openai-responses"]


def say(text, role="user", **more):
    return Message(role=role, parts=(TextPart(text=text),), **more)


def call(id_, name="f"):
    return ToolCallPart(id=id_, name=name, arguments="{}")


def answer(id_, text="ok", **more):
    return ToolResultPart(call_id=id_, content=(TextPart(text=text),), **more)


def asks(*ids, text=None):
    words = () if text is None else (TextPart(text=text),)
    return Message(role="assistant", parts=(*words, *(call(id_) for id_ in ids)))


def tool(*ids):
    return Message(role="tool", parts=tuple(answer(id_) for id_ in ids))


def user(*parts):
    return Message(role="user", parts=parts)


def chat(*messages, system=()):
    return ChatRequest(model="m", messages=messages, system=system)


def kinds(request, target, **more):
    found = history_problems(request, target, **more)
    return [(problem.kind, problem.path) for problem in found]


def shape(request):
    """The history as short words."""
    out = []
    for message in request.messages:
        words = [message.role]
        for part in message.parts:
            if isinstance(part, TextPart):
                words.append(part.text)
            elif isinstance(part, ToolCallPart):
                words.append(f"call {part.id}")
            elif isinstance(part, ToolResultPart):
                words.append(f"result {part.call_id}")
            else:
                words.append(type(part).__name__)
        out.append(words)
    return out


def told(adapted):
    return [(loss.action, loss.path, loss.to) for loss in adapted.losses]


HI = say("hi")
ITEM = UnknownPart(
    dialect="openai-responses", raw={"type": "item_reference", "id": "fc_1"}
)

LEGAL = [
    ("empty", chat()),
    ("said", chat(HI, say("hello", "assistant"), HI)),
    ("tools", chat(HI, asks("a", "b"), tool("a"), tool("b"), HI)),
    ("in another order", chat(HI, asks("a", "b"), tool("b"), tool("a"))),
    ("one message", chat(HI, asks("a", "b"), tool("a", "b"))),
    ("of the user", chat(HI, asks("a"), user(answer("a"), TextPart(text="and?")))),
    ("without ids", chat(HI, asks(""), tool(""), asks(""), tool(""))),
    ("prefilled", chat(HI, say("I", "assistant"))),
]


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("request_", [c[1] for c in LEGAL], ids=[c[0] for c in LEGAL])
def test_a_legal_history_comes_back_itself(request_, target):
    assert kinds(request_, target) == []
    adapted = normalise(request_, target=target)
    assert adapted.request is request_
    assert adapted.losses == ()


REPAIRS = [
    # name, targets, messages, problems, shape, losses (action, path, to)
    (
        "late result",
        DIRECT,
        [HI, asks("a"), say("well?"), tool("a")],
        [("misplaced_result", "$.messages[3].parts[0]")],
        [["user", "hi"], ["assistant", "call a"], ["tool", "result a"],
         ["user", "well?"]],
        [("moved", "$.messages[3].parts[0]", "$.messages[2].parts[0]")],
    ),
    (
        # The encoder writes a message that says nothing, and the API counts it.
        "result behind an empty message",
        ["openai-chat"],
        [HI, asks("a", "b"), tool("a"), Message(role="user"), tool("b")],
        [("misplaced_result", "$.messages[4].parts[0]")],
        [["user", "hi"], ["assistant", "call a", "call b"],
         ["tool", "result a", "result b"], ["user"]],
        [("moved", "$.messages[4].parts[0]", "$.messages[2].parts[1]")],
    ),
    (
        "late result behind another turn",
        ["openai-chat", "anthropic-messages"],
        [HI, asks("a"), say("x", "assistant"), tool("a"), HI],
        [("misplaced_result", "$.messages[3].parts[0]")],
        [["user", "hi"], ["assistant", "call a"], ["tool", "result a"],
         ["assistant", "x"], ["user", "hi"]],
        [("moved", "$.messages[3].parts[0]", "$.messages[2].parts[0]")],
    ),
    (
        "result behind words of its message",
        DIRECT,
        [HI, asks("a"), user(TextPart(text="so"), answer("a"))],
        [("misplaced_result", "$.messages[2].parts[1]")],
        [["user", "hi"], ["assistant", "call a"], ["tool", "result a"], ["user", "so"]],
        [("moved", "$.messages[2].parts[1]", "$.messages[2].parts[0]")],
    ),
    (
        # Positions in the one message change when the first result has left it.
        "results of two turns in one message",
        ["openai-chat", "anthropic-messages"],
        [HI, asks("a"), asks("b"), user(answer("a"), answer("b"), TextPart(text="so"))],
        [("misplaced_result", "$.messages[3].parts[0]"),
         ("misplaced_result", "$.messages[3].parts[1]")],
        [["user", "hi"], ["assistant", "call a"], ["tool", "result a"],
         ["assistant", "call b"], ["user", "result b", "so"]],
        [("moved", "$.messages[3].parts[0]", "$.messages[2].parts[0]")],
    ),
    (
        "second result of a turn behind words",
        DIRECT,
        [HI, asks("a", "b"), user(answer("a"), TextPart(text="so"), answer("b"))],
        [("misplaced_result", "$.messages[2].parts[2]")],
        [["user", "hi"], ["assistant", "call a", "call b"],
         ["user", "result a", "result b", "so"]],
        [("moved", "$.messages[2].parts[2]", "$.messages[2].parts[1]")],
    ),
    (
        "result before its call",
        ["openai-responses"],
        [HI, tool("a"), asks("a")],
        [("misplaced_result", "$.messages[1].parts[0]")],
        [["user", "hi"], ["assistant", "call a"], ["tool", "result a"]],
        [("moved", "$.messages[1].parts[0]", "$.messages[2].parts[0]")],
    ),
    (
        "orphan",
        TARGETS,
        [HI, tool("x"), say("so", "assistant")],
        [("orphan_result", "$.messages[1].parts[0]")],
        [["user", "hi"], ["assistant", "so"]],
        [("dropped", "$.messages[1].parts[0]", None)],
    ),
    (
        "orphan beside words",
        TARGETS,
        [user(answer("x"), TextPart(text="so"))],
        [("orphan_result", "$.messages[0].parts[0]")],
        [["user", "so"]],
        [("dropped", "$.messages[0].parts[0]", None)],
    ),
    (
        "second result",
        TARGETS,
        [HI, asks("a"), tool("a"), tool("a")],
        [("second_result", "$.messages[3].parts[0]")],
        [["user", "hi"], ["assistant", "call a"], ["tool", "result a"]],
        [("dropped", "$.messages[3].parts[0]", None)],
    ),
    (
        "no result",
        TARGETS,
        [HI, asks("a", "b"), tool("b"), HI],
        [("unanswered_call", "$.messages[1].parts[0]")],
        [["user", "hi"], ["assistant", "call a", "call b"],
         ["tool", "result b", "result a"], ["user", "hi"]],
        [("synthesised", None, "$.messages[2].parts[1]")],
    ),
    (
        "no result at all",
        TARGETS,
        [HI, asks("a", text="let me see")],
        [("unanswered_call", "$.messages[1].parts[1]")],
        [["user", "hi"], ["assistant", "let me see", "call a"], ["tool", "result a"]],
        [("synthesised", None, "$.messages[2].parts[0]")],
    ),
    (
        "one id twice",
        TARGETS,
        [HI, asks("a"), tool("a"), asks("a"), tool("a")],
        [("repeated_id", "$.messages[3].parts[0]")],
        [["user", "hi"], ["assistant", "call a"], ["tool", "result a"],
         ["assistant", "call a_2"], ["tool", "result a_2"]],
        [("repaired", "$.messages[3].parts[0].id", None),
         ("repaired", "$.messages[4].parts[0].call_id", None)],
    ),
    (
        "empty text",
        ["anthropic-messages", "gemini-generate"],
        [user(TextPart(text=""), TextPart(text="so"))],
        [("empty_text", "$.messages[0].parts[0]")],
        [["user", "so"]],
        [("dropped", "$.messages[0].parts[0]", None)],
    ),
    (
        "empty message",
        ["anthropic-messages", "gemini-generate"],
        [Message(role="user"), HI],
        [("empty_message", "$.messages[0]")],
        [["user", "hi"]],
        [("dropped", "$.messages[0]", None)],
    ),
    (
        "assistant first",
        ["anthropic-messages", "gemini-generate"],
        [say("hello", "assistant"), HI],
        [("assistant_first", "$.messages[0]")],
        [["user", OPENING], ["assistant", "hello"], ["user", "hi"]],
        [("synthesised", None, "$.messages[0]")],
    ),
    (
        "two turns of the model",
        ["gemini-generate"],
        [HI, say("well", "assistant"), asks("a"), tool("a")],
        [("neighbours", "$.messages[2]")],
        [["user", "hi"], ["assistant", "well", "call a"], ["tool", "result a"]],
        [("merged", "$.messages[2]", "$.messages[1]"),
         ("moved", "$.messages[2].parts[0]", "$.messages[1].parts[1]")],
    ),
    (
        "calls of one turn in two messages",
        ["gemini-generate"],
        [HI, asks("a"), asks("b"), tool("a"), tool("b")],
        [("misplaced_result", "$.messages[3].parts[0]"),
         ("misplaced_result", "$.messages[4].parts[0]"),
         ("neighbours", "$.messages[2]")],
        [["user", "hi"], ["assistant", "call a", "call b"], ["tool", "result a"],
         ["tool", "result b"]],
        [("merged", "$.messages[2]", "$.messages[1]"),
         ("moved", "$.messages[2].parts[0]", "$.messages[1].parts[1]")],
    ),
    (
        "results of one turn in two messages of the user",
        ["gemini-generate"],
        [HI, asks("a", "b"), user(answer("a")), user(answer("b"), TextPart(text="so"))],
        [("misplaced_result", "$.messages[3].parts[0]")],
        [["user", "hi"], ["assistant", "call a", "call b"],
         ["user", "result a", "result b"], ["user", "so"]],
        # Grouping says nothing: the table of equivalent spellings has it.
        [],
    ),
]  # fmt: skip


@pytest.mark.parametrize(
    ("target", "messages", "problems", "expected", "losses"),
    [
        pytest.param(target, *case[2:], id=f"{case[0]}-{target}")
        for case in REPAIRS
        for target in case[1]
    ],
)
def test_repairs(target, messages, problems, expected, losses):
    request = chat(*messages)
    assert sorted(kinds(request, target)) == sorted(problems)
    adapted = normalise(request, target=target)
    assert shape(adapted.request) == expected
    assert sorted(told(adapted), key=str) == sorted(losses, key=str)
    assert kinds(adapted.request, target) == []
    again = normalise(adapted.request, target=target)
    assert again.request is adapted.request
    assert again.losses == ()


@pytest.mark.parametrize("target", TARGETS)
def test_the_synthesised_result_is_an_error_in_the_targets_words(target):
    request = chat(HI, Message(role="assistant", parts=(call("a", "look"),)))
    adapted = normalise(request, target=target)
    result = adapted.request.messages[2].parts[0]
    if HISTORY_RULES[target].error_flag:
        assert (result.is_error, result.content[0].text) == (True, MISSING_RESULT)
    else:
        assert (result.is_error, result.content[0].text) == (
            None,
            f"Error: {MISSING_RESULT}",
        )
    named = HISTORY_RULES[target].result_names
    assert result.name == ("look" if named else None)


def test_unanswered_calls_can_be_dropped():
    request = chat(HI, asks("a", text="hm"), asks("b"), HI)
    adapted = normalise(request, target="openai-chat", unanswered="drop")
    assert shape(adapted.request) == [
        ["user", "hi"],
        ["assistant", "hm"],
        ["user", "hi"],
    ]
    assert told(adapted) == [
        ("dropped", "$.messages[1].parts[1]", None),
        ("dropped", "$.messages[2].parts[0]", None),
    ]
    assert {loss.code for loss in adapted.losses} == {LossCode.OUT_TOOL_CALL}


def test_orphans_can_be_told():
    picture = ImagePart(source=UrlSource(url="https://a.example/x.png"))
    orphan = ToolResultPart(call_id="x", content=(TextPart(text="42"), picture))
    request = chat(HI, Message(role="tool", parts=(orphan,)), say("so", "assistant"))
    adapted = normalise(request, target="openai-chat", orphans="text")
    assert shape(adapted.request)[1] == [
        "user",
        "Output of the tool call x:",
        "42",
        "ImagePart",
    ]
    path = "$.messages[1].parts[0]"
    assert told(adapted) == [
        ("dropped", path, None),
        ("synthesised", None, "$.messages[1]"),
        ("moved", f"{path}.content[0]", "$.messages[1].parts[1]"),
        ("moved", f"{path}.content[1]", "$.messages[1].parts[2]"),
    ]


def test_orphans_are_told_in_their_order():
    request = chat(HI, user(answer("x"), answer("y"), TextPart(text="so")))
    adapted = normalise(request, target="openai-chat", orphans="text")
    assert shape(adapted.request) == [
        ["user", "hi"],
        ["user", "so"],
        ["user", "Output of the tool call x:", "ok"],
        ["user", "Output of the tool call y:", "ok"],
    ]


def test_instructions_can_be_hoisted():
    lead = say("be kind", "system")
    request = chat(HI, say("be brief", "developer"), system=(lead,))
    kept = normalise(request, target="gemini-generate")
    assert kept.request is request
    adapted = normalise(request, target="gemini-generate", system="hoist")
    assert [m.role for m in adapted.request.system] == ["system", "developer"]
    assert shape(adapted.request) == [["user", "hi"]]
    (loss,) = adapted.losses
    assert (loss.code, loss.path, loss.to) == (
        LossCode.SYS_MID,
        "$.messages[1]",
        "$.system[1]",
    )


@pytest.mark.parametrize(
    ("target", "long", "short"),
    [
        ("openai-chat", 41, 40),
        ("openai-responses", 65, 64),
        ("anthropic-messages", 65, 65),
    ],
)
def test_long_ids(target, long, short):
    id_ = "x" * long
    adapted = normalise(chat(HI, asks(id_), tool(id_)), target=target)
    new = adapted.request.messages[1].parts[0].id
    assert len(new) == short
    assert adapted.request.messages[2].parts[0].call_id == new
    assert adapted.aliases.call_id(new) == id_
    again = normalise(chat(HI, asks(id_), tool(id_)), target=target)
    assert again.request == adapted.request


def test_ids_of_a_server_of_ones_own():
    rules = attrs.evolve(
        HISTORY_RULES["openai-chat"], id_charset="a-zA-Z0-9", id_limit=9
    )
    request = chat(HI, asks("call_1", "call_2"), tool("call_1"), tool("call_2"))
    adapted = normalise(request, target="openai-chat", rules=rules)
    ids = [part.id for part in adapted.request.messages[1].parts]
    assert [len(id_) for id_ in ids] == [9, 9]
    assert [adapted.aliases.call_id(id_) for id_ in ids] == ["call_1", "call_2"]


def test_ids_of_a_fixed_length_are_left_to_the_encoder():
    """Mistral's nine letters and digits: one renaming, not two."""
    profile = openai_chat.PROFILES["mistral"]
    id_ = "x" * 41
    request = chat(HI, asks(id_), tool(id_))
    assert normalise(request, target="openai-chat", profile=profile).request is request
    twice = normalise(
        chat(HI, asks(id_, id_), tool(id_, id_)), target="openai-chat", profile=profile
    )
    encoded = encode_adapted(twice, "openai-chat", COLLECT, profile=profile)
    sent = openai_chat.decode_request(encoded.body).messages[1].parts
    assert [len(part.id) for part in sent] == [9, 9]
    assert sent[0].id != sent[1].id
    assert [encoded.aliases.call_id(part.id) for part in sent] == [id_, id_]


STORED = [
    ("previous response", {"previous_response_id": "resp_1"}, ()),
    ("conversation", {"conversation": "conv_1"}, ()),
    ("reference", {}, (user(ITEM),)),
]


@pytest.mark.parametrize(
    ("fields", "before"), [case[1:] for case in STORED], ids=[c[0] for c in STORED]
)
def test_results_of_calls_that_the_target_keeps(fields, before):
    """The call stands in the stored conversation, where only the target sees it."""
    request = ChatRequest(model="m", messages=(*before, tool("a")), **fields)
    assert kinds(request, "openai-responses") == []
    assert normalise(request, target="openai-responses").request is request
    adapted = normalise(
        attrs.evolve(request, messages=(*request.messages, asks("b"))),
        target="openai-responses",
    )
    assert shape(adapted.request)[-3:] == [
        ["tool", "result a"],
        ["assistant", "call b"],
        ["tool", "result b"],
    ]
    # Others see nothing of it: there the result answers nothing.
    assert ("orphan_result", f"$.messages[{len(before)}].parts[0]") in kinds(
        request, "anthropic-messages"
    )


def test_a_history_that_lost_its_own_fields_says_so():
    orphan = Message(role="tool", parts=(answer("x"),), extra={"openai-chat": {"k": 1}})
    adapted = normalise(chat(HI, orphan), target="openai-chat")
    assert told(adapted) == [
        ("dropped", "$.messages[1].parts[0]", None),
        ("dropped", "$.messages[1].extra['openai-chat'].k", None),
    ]


def test_aliases_reach_the_encoded_request():
    id_ = "y" * 50
    adapted = normalise(chat(HI, asks(id_), tool(id_)), target="openai-chat")
    encoded = encode_adapted(adapted, "openai-chat", COLLECT)
    assert list(encoded.aliases.call_ids.values()) == [id_]


# --- what encoders do by themselves -------------------------------------------------


@pytest.mark.parametrize("target", TARGETS)
def test_the_encoder_repairs_nothing_again(target):
    """After normalising, an encoder moves no result and drops no empty text."""

    @settings(max_examples=25)
    @given(st.chat_requests(None))
    def check(request):
        adapted = normalise(request, target=target)
        encoded = codecs.get(target).encode_request(adapted.request, on_loss=COLLECT)
        for loss in encoded.losses:
            if loss.code is LossCode.TOOL_RESULT_TEXT and loss.action == "moved":
                # Inside a result, media may still go behind the texts.
                assert ".content[" in loss.path
            if loss.detail == "empty message":
                # What leads is no part of the history.
                assert loss.path.startswith("$.system")
            if loss.code is LossCode.TOOL_RESULT_NAME:
                assert loss.severity != "error"

    check()


@pytest.mark.parametrize("target", TARGETS)
def test_whatever_the_history_the_result_is_legal(target):
    options = [{}, {"orphans": "text"}, {"unanswered": "drop"}, {"system": "hoist"}]

    @settings(max_examples=25)
    @given(st.chat_requests(None))
    def check(request):
        for more in options:
            adapted = normalise(request, target=target, **more)
            assert kinds(adapted.request, target) == []
            again = normalise(adapted.request, target=target, **more)
            assert again.request is adapted.request

    check()


# --- in a translation ---------------------------------------------------------------


def test_losses_of_the_encoder_lie_in_the_source():
    """An encoder sees the repaired history; its losses name the client's."""
    late = Message(role="tool", parts=(answer("a", name="f"),))
    request = chat(HI, tool("x"), asks("a"), say("well?", name="bob"), late)
    adapted = normalise(request, target="anthropic-messages")
    encoded = encode_adapted(adapted, "anthropic-messages", COLLECT)
    by_code = {loss.code: loss.path for loss in encoded.losses}
    assert by_code[LossCode.ROLE_NAME] == "$.messages[3].name"
    assert by_code[LossCode.TOOL_RESULT_NAME] == "$.messages[4].parts[0].name"


def test_moved_parts_are_found_in_the_output():
    """`to` names a place in what the target's decoder reads."""
    gone = user(ImagePart(source=UrlSource(url="https://a.example/x.png")))
    request = chat(gone, HI, asks("a"), say("well?"), tool("a"))
    chain = adapt.chain(request, [partial(normalise, target="gemini-generate")])
    (moved,) = chain.losses
    assert moved.to == "$.messages[3].parts[0]"
    encoded = encode_adapted(chain, "gemini-generate", COLLECT)
    (moved,) = [loss for loss in encoded.losses if loss.action == "moved"]
    # The picture could not be sent, and took its message with it.
    assert moved.to == "$.messages[2].parts[0]"
