"""
Conversations with tools survive: every client dialect over every upstream dialect.

An agent asks in its dialect, the upstream answers in another one with reasoning, text
and two calls, the agent replays the answer as it came and adds results, and so on.
What the upstream is asked next says all that was said, or the losses say what is
missing.
"""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st
from tests._agent import Result, asked
from tests._wires import AM, DIALECTS, GG, OC, OR, Call, Item, Say, Think, wire
from tests.properties._conversation import Agent, answered, id_of, only, order

from modelwire import ir

PAIRS = [(client, upstream) for client in DIALECTS for upstream in DIALECTS]
MODES = ["plain", "stream"]

# Everything that a reserialised object could lose; compact and unescaped, so that
# dialects with objects can give it back byte for byte.
ARGUMENTS = (
    '{"città":"Orvieto ✓ \U0001f600","n":1.0,"m":-0.5,"big":'
    '123456789012345678901234567890,"deep":{"a":[{"b":[]},null,true,1]},"e":""}'
)
PNG = "iVBORw0KGgo="
PROOF = "c2lnbmF0dXJl"


def look(upstream: str, *, first: str = "call_a", second: str = "call_b") -> list[Item]:
    return [
        Think("It is", " May.", proof=PROOF),
        Say("Let me ", "look."),
        Call(id_of(upstream, first), "now"),
        Call(id_of(upstream, second), "lookup", ARGUMENTS[:9], ARGUMENTS[9:]),
    ]


@pytest.fixture(params=MODES)
def mode(request):
    return request.param


@pytest.fixture(params=PAIRS, ids=lambda pair: f"{pair[0]}-over-{pair[1]}")
def pair(request):
    return request.param


@pytest.fixture
def second(pair, mode):
    """An agent that has answered two calls, and what the upstream is asked then."""
    agent = Agent(*pair, mode, "now", "lookup")
    agent.ask()
    (now, _, _), (lookup, _, _) = agent.hear(wire(pair[1], *look(pair[1])))
    agent.reply(
        Result(call_id=lookup, name="lookup", text='{"of":"lookup ✓"}', image=PNG),
        Result(call_id=now, name="now", text="now failed", error=True),
    )
    return agent, asked(pair[1], agent.ask())


def test_calls_reach_the_client(pair, mode):
    client, upstream = pair
    agent = Agent(client, upstream, mode, "now", "lookup")
    agent.ask()
    calls = agent.hear(wire(upstream, *look(upstream)))
    # Arguments that are not there are `{}` for every client but the upstream's own.
    nothing = "" if client == upstream and client in (OC, OR) else "{}"
    assert [call[1:] for call in calls] == [("now", nothing), ("lookup", ARGUMENTS)]
    ids = [call[0] for call in calls]
    if upstream != GG:
        assert ids == ["call_a", "call_b"]
    elif client == GG:
        assert ids == [None, None]
    else:
        assert all(ids)
        assert len(set(ids)) == 2


def test_calls_come_back_to_the_upstream(second, pair):
    _, items = second
    first, other = only(items, "call")
    assert (first.name, other.name) == ("now", "lookup")
    assert first.text in ("", "{}")
    assert other.text == ARGUMENTS
    if pair[1] != GG:
        assert (first.id, other.id) == ("call_a", "call_b")


def test_R02_results_stand_behind_their_calls(second):
    _, items = second
    assert answered(items) == {
        "lookup": '{"of":"lookup ✓"}',
        "now": only(items, "result")[1].text,
    }
    kinds = [kind for kind in order(items) if kind != "think"]
    assert kinds[:5] == ["text", "call", "call", "result", "result"]
    assert set(kinds[5:]) <= {"image", "text"}
    words = [item.text for item in only(items, "text")]
    assert "".join(words).startswith("Let me look.")


def test_the_flag_of_a_result_survives_or_is_said(second, pair):
    agent, items = second
    client, upstream = pair
    failed = only(items, "result")[1]
    losses = {str(loss.code) for loss in agent.sent.losses}
    if client in (OC, OR):
        assert (failed.text, bool(failed.error)) == ("now failed", False)
        assert "tool_result.error_flag" not in losses
    elif upstream in (OC, OR):
        assert failed.text == "Error: now failed"
        assert "tool_result.error_flag" in losses
    else:
        assert (failed.text, failed.error) == ("now failed", True)
        assert "tool_result.error_flag" not in losses


def test_the_image_of_a_result_survives(second, pair):
    agent, items = second
    client, upstream = pair
    inside = [image for item in only(items, "result") for image in item.images]
    outside = [item.text for item in only(items, "image")]
    if OC in pair:  # a tool message holds text only
        assert (inside, outside) == ([], [PNG])
    else:
        assert (inside, outside) == ([PNG], [])
    moved = "tool_result.image" in {str(loss.code) for loss in agent.sent.losses}
    assert moved is (upstream == OC and client != OC)


def test_S04_S05_S13_what_proves_the_reasoning_comes_back(second, pair):
    """In its place and order where the dialect is the same; else it is a loss."""
    agent, items = second
    client, upstream = pair
    proofs = [item.proof for item in items if item.proof]
    if upstream == OC:  # no proof in this dialect
        assert proofs == []
        return
    if client != upstream:
        assert PROOF not in proofs
        codes = {str(loss.code) for loss in agent.losses}
        whole = {"think.text", "think.summary"} if client == OC else set()
        assert codes & {"think.signature", "tool_call.thought_signature", *whole}
        return
    assert proofs == [PROOF]
    assert order(items)[:3] == ["think", "text", "call"]
    if upstream == GG:
        assert items[[i.kind for i in items].index("call")].proof == PROOF
    else:
        (thought,) = only(items, "think")
        assert (thought.text, thought.proof) == ("It is May.", PROOF)
        assert upstream != OR or thought.id == "rs_1_0"


# --- turn after turn ----------------------------------------------------------------


@pytest.mark.parametrize("ids", ["123", ["", "", ""]], ids=["with ids", "without"])
def test_T20_ids_are_unique_over_the_conversation(pair, mode, ids):
    """Also where the upstream names neither its calls nor its answers."""
    client, upstream = pair
    agent = Agent(client, upstream, mode, "now", "lookup")
    for turn, id_ in enumerate(ids):
        agent.ask()
        said = [
            Call(id_of(upstream, f"call_{turn}_{n}"), "now", f'{{"n":{n}}}')
            for n in range(2)
        ]
        calls = agent.hear(wire(upstream, *said, id_=id_))
        agent.reply(
            *(Result(call_id=c[0], name="now", text=f"{turn} {c[2]}") for c in calls)
        )
    items = asked(upstream, agent.ask())
    calls, results = only(items, "call"), only(items, "result")
    assert [call.text for call in calls] == ['{"n":0}', '{"n":1}'] * 3
    ids = [call.id for call in calls]
    assert [result.id for result in results] == ids
    assert [r.text for r in results] == [
        f"{turn} {call.text}" for turn in range(3) for call in calls[:2]
    ]
    if client == upstream == GG and ids[0] is None:
        assert ids == [None] * 6
    else:
        assert all(ids)
        assert len(set(ids)) == 6


@pytest.mark.parametrize("named", [True, False], ids=["response id", "none at all"])
@pytest.mark.parametrize("id_", ["", None], ids=["empty", "absent"])
@pytest.mark.parametrize("upstream", [OC, GG])
@pytest.mark.parametrize("client", DIALECTS)
def test_T21_an_empty_id_is_a_missing_one(client, upstream, mode, id_, *, named):
    agent = Agent(client, upstream, mode, "now")
    for turn in range(2):
        agent.ask()
        said = [Call(id_, "now", f'{{"n":{n}}}') for n in range(2)]
        calls = agent.hear(wire(upstream, *said, id_=str(turn) if named else ""))
        if client not in (upstream, GG):
            assert all(call[0] for call in calls)
            assert len({call[0] for call in calls}) == 2
        agent.reply(*(Result(call_id=c[0], name="now", text=c[2]) for c in calls))
    items = asked(upstream, agent.ask())
    calls, results = only(items, "call"), only(items, "result")
    assert [call.text for call in calls] == ['{"n":0}', '{"n":1}'] * 2
    assert [result.text for result in results] == [call.text for call in calls]
    if client != upstream:
        assert len({call.id for call in calls}) == 4
        assert [result.id for result in results] == [call.id for call in calls]


def test_T12_a_call_without_arguments(pair, mode):
    agent = Agent(*pair, mode, "now")
    agent.ask()
    ((id_, _, text),) = agent.hear(wire(pair[1], Call(id_of(pair[1], "c"), "now")))
    assert json.loads(text or "{}") == {}
    agent.reply(Result(call_id=id_, name="now", text="5"))
    (call,) = only(asked(pair[1], agent.ask()), "call")
    assert json.loads(call.text or "{}") == {}


def test_text_between_calls_keeps_its_place_or_is_a_loss(pair, mode):
    client, upstream = pair
    agent = Agent(client, upstream, mode, "now")
    agent.ask()
    ids = [id_of(upstream, f"call_{n}") for n in range(2)]
    said = [Say("One."), Call(ids[0], "now"), Say("Two."), Call(ids[1], "now")]
    calls = agent.hear(wire(upstream, *said))
    losses = list(agent.losses)
    agent.reply(*(Result(call_id=c[0], name="now", text="5") for c in calls))
    items = asked(upstream, agent.ask())
    losses += agent.sent.losses
    texts = "".join(item.text for item in only(items, "text"))
    assert texts == "One.Two."
    if OC not in pair:
        assert order(items)[:4] == ["text", "call", "text", "call"]
        return
    assert order(items)[:3] == ["text", "call", "call"]
    if upstream != OC and not (client == OC and mode == "stream"):
        # In a stream each delta has its place; where it is folded, order is lost.
        assert "out.interleaving" in {str(loss.code) for loss in losses}


# --- names and ids that the other side does not take --------------------------------

ODD_NAMES = (
    "ns.tool:1",
    "ns_tool_1",
    "wetter_für_käse",
    "x" * 80 + "a",
    "x" * 80 + "b",
    "1st",
    "a b",
    "天気",
)
ODD_IDS = ("functions.now:0", "functions_now_0", "ü", "é", "a b", "x" * 300, "a/b+c=")

LEGAL_NAME = {
    OC: r"[a-zA-Z0-9_-]{1,64}",
    OR: r"[a-zA-Z0-9_-]{1,64}",
    AM: r"[a-zA-Z0-9_-]{1,128}",
    GG: r"[a-zA-Z_][a-zA-Z0-9_.:-]{0,63}",
}
LEGAL_ID = {OC: r"(?s).+", OR: r"(?s).+", AM: r"[a-zA-Z0-9_-]+", GG: r"(?s).+"}


def declared(dialect: str, body: dict[str, Any]) -> list[str]:
    tools = body["tools"]
    if dialect == OC:
        tools = [tool["function"] for tool in tools]
    elif dialect == GG:
        tools = tools[0]["functionDeclarations"]
    return [tool["name"] for tool in tools]


def chosen(dialect: str, body: dict[str, Any]) -> str:
    if dialect == GG:
        (name,) = body["toolConfig"]["functionCallingConfig"]["allowedFunctionNames"]
        return name
    choice = body["tool_choice"]
    return choice["function"]["name"] if dialect == OC else choice["name"]


def check_names(pair: tuple[str, str], mode: str, names: list[str]) -> None:
    client, upstream = pair
    tools = [f"tool_{n}" for n in range(len(names))]
    choice = ir.ToolChoice(mode="tool", name=tools[0])
    agent = Agent(client, upstream, mode, *tools, tool_choice=choice)
    agent.rename(dict(zip(tools, names, strict=True)))
    body = agent.ask()
    made = declared(upstream, body)
    assert all(re.fullmatch(LEGAL_NAME[upstream], name) for name in made)
    assert len(set(made)) == len(names)
    assert chosen(upstream, body) == made[0]
    calls = agent.hear(
        wire(upstream, *(Call(f"call_{n}", name) for n, name in enumerate(made)))
    )
    assert [call[1] for call in calls] == names
    agent.reply(*(Result(call_id=c[0], name=c[1], text=c[1]) for c in calls[::-1]))
    items = asked(upstream, agent.ask())
    assert [call.name for call in only(items, "call")] == made
    assert answered(items) == dict(zip(made, names, strict=True))


def check_ids(pair: tuple[str, str], mode: str, ids: list[str]) -> None:
    """Ids of a history made elsewhere, and of an upstream that is not picky."""
    client, upstream = pair
    agent = Agent(client, upstream, mode, "now")
    history = [Call(id_, f"tool_{n}", f'{{"n":{n}}}') for n, id_ in enumerate(ids)]
    agent.answer = json.loads(wire(client, *history).body)
    agent.reply(
        *(Result(call_id=c.id, name=c.name, text=c.name) for c in history[::-1])
    )
    check_asked(upstream, agent, [call.name for call in history])
    said = [Call(f"{id_}-2", f"more_{n}") for n, id_ in enumerate(ids)]
    calls = agent.hear(wire(upstream, *said))
    assert all(re.fullmatch(LEGAL_ID[client], call[0]) for call in calls)
    assert len({call[0] for call in calls}) == len(ids)
    agent.reply(*(Result(call_id=c[0], name=c[1], text=c[1]) for c in calls[::-1]))
    check_asked(upstream, agent, [call.name for call in history + said])


def check_asked(upstream: str, agent: Agent, names: list[str]) -> None:
    items = asked(upstream, agent.ask())
    calls = only(items, "call")
    assert [call.name for call in calls] == names
    assert all(re.fullmatch(LEGAL_ID[upstream], call.id) for call in calls)
    assert len({call.id for call in calls}) == len(names)
    assert answered(items) == {name: name for name in names}


def test_odd_names_find_their_way_home(pair, mode):
    check_names(pair, mode, list(ODD_NAMES))


def test_odd_ids_stay_with_their_calls(pair, mode):
    check_ids(pair, mode, list(ODD_IDS))


@pytest.mark.parametrize("ids", [["", ""], ["", "call_0", "", "toolu_0", "call_1"]])
def test_T21_missing_ids_of_a_history_are_filled_in(pair, ids):
    client, upstream = pair
    agent = Agent(client, upstream, "plain", "now")
    for turn in range(2):
        history = [
            Call(id_ and f"{id_}{turn or ''}", f"t{turn}{n}")
            for n, id_ in enumerate(ids)
        ]
        agent.answer = json.loads(wire(client, *history).body)
        agent.reply(*(Result(call_id=c.id, name=c.name, text=c.name) for c in history))
    items = asked(upstream, agent.ask())
    calls, results = only(items, "call"), only(items, "result")
    assert [call.name for call in calls] == [result.text for result in results]
    if client != upstream:
        assert [call.id for call in calls] == [result.id for result in results]
        named = [call.id for call in calls if call.id]
        assert len(set(named)) == len(named)
        assert upstream == GG or len(named) == len(calls)


# Names and ids of any letters; those that servers are known to make among them.
WORDS = st.text(min_size=1, max_size=90) | st.text("ab_.:-1", min_size=1, max_size=3)
QUICK = settings(max_examples=12, suppress_health_check=[HealthCheck.too_slow])


@pytest.mark.parametrize("law", [check_names, check_ids])
@pytest.mark.parametrize("client", DIALECTS)
@pytest.mark.parametrize("upstream", DIALECTS)
def test_any_names_and_ids_find_their_way_home(client, upstream, law):
    @QUICK
    @given(st.lists(WORDS, min_size=1, max_size=4, unique=True), st.sampled_from(MODES))
    def check(words, mode):
        law((client, upstream), mode, words)

    check()
