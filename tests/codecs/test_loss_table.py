"""
What is lost, concept by concept: the encoders against the table of facts.

Each row of `_loss_rows_*` is a source and what encoding it loses of one concept.  A
cell names the target, and then for each loss the action and the severity:

    `-` dropped  `~` approximated  `>` moved  `&` merged  `+` synthesised  `!` repaired
    `?` needs_fetch, and E error, D content, P parameter, A approximation, N cosmetic

so `OC-P GE~A` reads: dropped for OpenAI Chat (a parameter), approximated for Gemini.
A target without a cell loses nothing of the concept.  `@name` is the target's variant.
"""

from __future__ import annotations

import re

import pytest
from tests._corpus import cases
from tests.codecs import (
    _loss_rows_answers,
    _loss_rows_prompt,
    _loss_rows_settings,
    _loss_rows_tools,
)
from tests.codecs._loss_sources import (
    AN,
    GE,
    OC,
    OR,
    Streamed,
    after,
    asked,
    called,
    losses,
    whole,
)

from modelwire import codecs
from modelwire.codecs import COLLECT
from modelwire.codecs._facts import NOT_CAUSED, facts_of
from modelwire.ir import SEVERITIES, ChatRequest, LossCode, assistant, user
from modelwire.testing import assert_losses
from modelwire.translate import translate_request

ROWS = [
    *_loss_rows_prompt.ROWS,
    *_loss_rows_tools.ROWS,
    *_loss_rows_settings.ROWS,
    *_loss_rows_answers.ROWS,
]
TARGETS = {"OC": OC, "OR": OR, "AN": AN, "GE": GE}
SIGNS = {
    "-": "dropped",
    "~": "approximated",
    ">": "moved",
    "&": "merged",
    "+": "synthesised",
    "!": "repaired",
    "?": "needs_fetch",
}
LETTERS = dict(zip("EDPAN", SEVERITIES, strict=True))
IDS = [f"{code}: {title}" for code, title, *_ in ROWS]


def expected(cells):
    """Read the cells of a row: by target, pairs of action and severity."""
    words, _, profile = cells.partition(" @")
    found = {
        word[:2]: {(SIGNS[a], LETTERS[b]) for a, b in re.findall(r"(.)(.)", word[2:])}
        for word in words.split()
    }
    return found, profile or None


@pytest.mark.parametrize(("code", "title", "cells", "source"), ROWS, ids=IDS)
def test_what_is_lost(code, title, cells, source):
    wanted, profile = expected(cells)
    targets = wanted if profile else TARGETS
    found = {}
    for name in targets:
        made = losses(source, TARGETS[name], profile)
        pairs = {(loss.action, loss.severity) for loss in made if loss.code == code}
        if pairs:
            found[name] = pairs
    assert found == wanted


@pytest.mark.parametrize(("code", "title", "cells", "source"), ROWS, ids=IDS)
def test_the_account_is_complete_and_sound(code, title, cells, source):
    wanted, profile = expected(cells)
    if isinstance(source, Streamed):
        pytest.skip("streams are accounted for in tests/properties")
    for name in wanted if profile else TARGETS:
        codec = codecs.get(TARGETS[name])
        more = {"profile": codec.PROFILES[profile]} if profile else {}
        if isinstance(source, ChatRequest):
            encoded = codec.encode_request(source, on_loss=COLLECT, **more)
            again = codec.decode_request(
                encoded.body,
                path=encoded.path,
                query="&".join(f"{key}={value}" for key, value in encoded.query),
                headers=encoded.headers,
                **more,
            )
        else:
            encoded = codec.encode_response(source, on_loss=COLLECT)
            again = codec.decode_response(encoded.body)
        assert_losses(source, again, encoded.losses)


# --- the facts against the rows -----------------------------------------------------

REACHED = {
    (code, TARGETS[name], action, severity)
    for code, _, cells, _ in ROWS
    for name, pairs in expected(cells)[0].items()
    for action, severity in pairs
}

# Losses that encoding a value alone does not cause; see test_a_prefilled_answer and
# test_what_the_caller_adds.
BETWEEN = {
    (LossCode.ROLE_PREFILL, OC, "approximated", "approximation"),
    (LossCode.ROLE_PREFILL, OR, "approximated", "approximation"),
    (LossCode.RESP_ID, GE, "synthesised", "cosmetic"),
    (LossCode.RESP_MODEL, GE, "synthesised", "cosmetic"),
    (LossCode.RESP_CREATED, GE, "synthesised", "cosmetic"),
}


def is_unknown_field(action, severity):
    """Say whether a loss may be that of a field without a concept of its own."""
    return action == "dropped" and severity == "parameter"


def is_inside(target, action):
    """
    Say whether a loss may be one inside a message or part that changes as a whole.

    It is reported there then, and as severe as it was.
    """
    return target == GE and action in ("approximated", "dropped", "needs_fetch")


def listed():
    return {
        (code, target, action, severity)
        for target in codecs.DIALECTS
        for code, fact in facts_of(target).items()
        for action, severities in fact.losses.items()
        for severity in severities
    }


def test_every_fact_has_a_row():
    assert not sorted(listed() - REACHED - BETWEEN)


def test_every_row_has_a_fact():
    unlisted = {
        (code, target, action, severity)
        for code, target, action, severity in REACHED - listed()
        if not is_unknown_field(action, severity) and not is_inside(target, action)
    }
    assert not sorted(unlisted)


def test_every_code_is_caused_or_known_not_to_be():
    for target in codecs.DIALECTS:
        table = facts_of(target)
        assert not set(table) & set(NOT_CAUSED)
        assert [*table] == [code for code in LossCode if code not in NOT_CAUSED]
    caused = {code for code, *_ in listed()}
    assert caused | set(NOT_CAUSED) == set(LossCode)
    assert all(NOT_CAUSED.values())


@pytest.mark.parametrize("target", codecs.DIALECTS)
def test_what_has_no_place_is_lost(target):
    for code, fact in facts_of(target).items():
        assert bool(fact.wire) == (fact.how != "no"), code
        assert fact.losses or fact.how in ("native", "partly"), code


# --- the facts against recorded traffic ---------------------------------------------


def account_for(loss, target):
    """Say whether a loss is one that the facts list."""
    fact = facts_of(target).get(loss.code)
    assert fact is not None, f"{loss.code} is not caused by {target}"
    if loss.severity in fact.losses.get(loss.action, ()):
        return True
    if loss.path is not None and ".extra[" in loss.path:
        return is_unknown_field(loss.action, loss.severity)
    return is_inside(target, loss.action)


@pytest.mark.parametrize("target", codecs.DIALECTS)
def test_recorded_traffic_loses_nothing_else(target):
    surprises = set()
    for kind in ("request", "response", "stream"):
        for case in cases(kind):
            codec = codecs.get(case.dialect)
            if kind == "stream":
                decoder = codec.stream_decoder(headers=case.response_headers)
                chunks = (*decoder.feed(case.response_body), *decoder.close())
                source = Streamed(chunks)
            elif kind == "request":
                path, _, query = case.request_path.partition("?")
                source = codec.decode_request(
                    case.request_body,
                    path=path,
                    query=query,
                    headers=case.request_headers,
                )
            else:
                source = codec.decode_response(
                    case.response_body,
                    status=case.status,
                    headers=case.response_headers,
                )
            surprises.update(
                (loss.code, loss.action, loss.severity, case.id)
                for loss in losses(source, target)
                if not account_for(loss, target)
            )
    assert not surprises


# --- what the value alone does not say ----------------------------------------------


def test_what_the_caller_adds():
    encoded = codecs.get(GE).encode_response(
        whole(id=None, model=None, created=None),
        request=asked(),
        ids=lambda kind: f"{kind}_1",
        created=5,
    )
    found = {(x.code, x.action, x.to) for x in encoded.losses if x.action != "merged"}
    assert found >= {
        ("resp.id", "synthesised", "$.id"),
        ("resp.model", "synthesised", "$.model"),
        ("resp.created", "synthesised", "$.created"),
    }


@pytest.mark.parametrize(
    ("source", "target", "lost"),
    [
        (AN, OC, True),
        (AN, OR, True),
        (GE, OC, True),
        (AN, GE, False),
        (OC, AN, False),
        (OC, OR, False),
        (OC, OC, False),
    ],
)
def test_a_prefilled_answer(source, target, lost):
    request = after(user("hi"), assistant("The answer is"))
    encoded = codecs.get(source).encode_request(request)
    made = translate_request(
        encoded.body, source=source, target=target, path=encoded.path
    ).losses
    found = [(x.path, x.action, x.severity) for x in made if x.code == "role.prefill"]
    wanted = ("$.messages[1]", "approximated", "approximation")
    assert found == ([wanted] if lost else [])


def test_a_call_is_no_prefill():
    body = codecs.get(AN).encode_request(after(user("hi"), called())).body
    made = translate_request(body, source=AN, target=OC).losses
    assert not [loss for loss in made if loss.code == LossCode.ROLE_PREFILL]
