"""Collecting losses, refusing them, and their paths in a stream."""

from __future__ import annotations

import pytest
from tests.codecs._loss_sources import asked, reply, text

from modelwire import codecs
from modelwire.codecs import COLLECT, RAISE_ON_ERROR, LossPolicy
from modelwire.codecs._facts import severity_of
from modelwire.codecs._losses import LossLog, by_position
from modelwire.errors import LocalError, UnsupportedFeatureError
from modelwire.ir import SEVERITIES, LossCode, explode
from modelwire.translate import StreamTranslator, translate_request, translate_response


def test_choices_are_counted_where_some_are_missing():
    log = LossLog("openai-chat")
    log.drop(LossCode.OUT_TEXT, "$.choices[3].message.parts[1]")
    log.add(LossCode.OUT_TEXT, None, "synthesised", to="$.choices[3].finish")
    log.drop(LossCode.RESP_ID, "$.id")
    assert by_position(log.losses, (0, 1, 2, 3)) == log.losses
    moved = by_position(log.losses, (1, 3), (3,))
    assert [(loss.path, loss.to) for loss in moved] == [
        ("$.choices[1].message.parts[1]", None),
        (None, "$.choices[0].finish"),
        ("$.id", None),
    ]


# --- policies -----------------------------------------------------------------------

REQUEST = asked(
    previous_response_id="resp_1",
    seed=7,
    temperature=1.5,
    include_usage=True,
    conversation="conv_1",
)
"""For Anthropic: two errors, a parameter, an approximation, a cosmetic loss."""

ALL = {
    "state.previous": "error",
    "state.conversation": "error",
    "param.seed": "parameter",
    "param.temperature": "approximation",
    "svc.include_usage_obfuscation": "cosmetic",
    "svc.store": "cosmetic",
}
ERRORS = {"state.previous", "state.conversation"}

POLICIES = [
    (COLLECT, set()),
    (RAISE_ON_ERROR, ERRORS),
    (LossPolicy(), ERRORS),
    (LossPolicy.down_to("error"), ERRORS),
    (LossPolicy.down_to("parameter"), {*ERRORS, "param.seed"}),
    (LossPolicy.down_to("cosmetic"), set(ALL)),
    (LossPolicy(severities=("approximation",)), {"param.temperature"}),
    (LossPolicy(severities=(), codes=("param.seed",)), {"param.seed"}),
    (LossPolicy(codes={LossCode.PARAM_SEED}), {*ERRORS, "param.seed"}),
    (LossPolicy(accepted={"state.previous"}), {"state.conversation"}),
    (LossPolicy(accepted=ERRORS), set()),
    (LossPolicy.down_to("error", codes={"svc.store"}), {*ERRORS, "svc.store"}),
]


@pytest.mark.parametrize(("policy", "refused"), POLICIES)
def test_a_policy_refuses_what_it_names(policy, refused):
    codec = codecs.get("anthropic-messages")
    if not refused:
        made = codec.encode_request(REQUEST, on_loss=policy).losses
        assert {loss.code: loss.severity for loss in made} == ALL
        return
    with pytest.raises(UnsupportedFeatureError) as caught:
        codec.encode_request(REQUEST, on_loss=policy)
    assert {str(loss.code) for loss in caught.value.refused} == refused
    # The caller sees the whole account, not only what broke the camel's back.
    assert {loss.code: loss.severity for loss in caught.value.losses} == ALL
    assert all(code in str(caught.value) for code in refused)


def test_the_policy_decides_for_a_whole_answer():
    codec = codecs.get("anthropic-messages")
    response = reply(text("a"))
    assert codec.encode_response(response).losses
    with pytest.raises(UnsupportedFeatureError) as caught:
        codec.encode_response(response, on_loss=LossPolicy.down_to("cosmetic"))
    assert "resp.created" in {loss.code for loss in caught.value.refused}


def test_a_stream_collects_unless_it_is_told_otherwise():
    codec = codecs.get("anthropic-messages")
    strict = codec.stream_encoder(on_loss=LossPolicy(codes={"resp.created"}))
    chunks = explode(reply(text("a")))
    with pytest.raises(UnsupportedFeatureError) as caught:
        b"".join(strict.encode(chunk) for chunk in chunks)
    assert [loss.code for loss in caught.value.refused] == ["resp.created"]
    mild = codec.stream_encoder()
    for chunk in chunks:
        mild.encode(chunk)
    assert "resp.created" in {loss.code for loss in mild.losses}


def test_translations_take_a_policy():
    chat, messages = codecs.get("openai-chat"), codecs.get("anthropic-messages")
    policy = LossPolicy(codes={"param.seed", "resp.created"})
    body = chat.encode_request(asked(seed=7)).body
    with pytest.raises(UnsupportedFeatureError) as caught:
        translate_request(
            body, source=chat.DIALECT, target=messages.DIALECT, on_loss=policy
        )
    assert [loss.path for loss in caught.value.refused] == ["$.seed"]
    answer = chat.encode_response(reply(text("a")))
    with pytest.raises(UnsupportedFeatureError):
        translate_response(
            answer.body, source=chat.DIALECT, target=messages.DIALECT, on_loss=policy
        )
    encoder = chat.stream_encoder()
    data = b"".join(encoder.encode(chunk) for chunk in explode(reply(text("a"))))
    with pytest.raises(UnsupportedFeatureError):
        StreamTranslator(chat.DIALECT, messages.DIALECT, on_loss=policy).feed(data)


@pytest.mark.parametrize(
    "make",
    [
        lambda: LossPolicy(severities={"severe"}),
        lambda: LossPolicy(codes={"param.seeds"}),
        lambda: LossPolicy(accepted={"seed"}),
        lambda: LossPolicy.down_to("warning"),
    ],
)
def test_a_word_that_is_no_severity_or_code_is_an_error(make):
    with pytest.raises(LocalError):
        make()


def test_the_severities_of_policies_are_those_of_losses():
    every = LossPolicy.down_to("cosmetic").severities
    assert every == frozenset(SEVERITIES)


# --- unknown fields -----------------------------------------------------------------


def test_an_unknown_field_is_reported_under_its_own_concept_or_its_owner():
    log = LossLog("openai-chat")
    fields = {
        "container": 1,
        "x": 1,
        "$spelling": {},
        "output_config": {"task_budget": 1, "y": 2},
    }
    log.drop_extra({"anthropic-messages": fields}, "$", LossCode.META_KV)
    assert [(loss.code, loss.path, loss.severity) for loss in log.losses] == [
        (
            "svc.container_skills",
            "$.extra['anthropic-messages'].container",
            "parameter",
        ),
        ("meta.kv", "$.extra['anthropic-messages'].x", "parameter"),
        (
            "svc.task_budget",
            "$.extra['anthropic-messages'].output_config.task_budget",
            "parameter",
        ),
        ("meta.kv", "$.extra['anthropic-messages'].output_config.y", "parameter"),
    ]


def test_a_dialect_without_facts_has_severities_by_action():
    assert severity_of(LossCode.PARAM_SEED, "other", "needs_fetch") == "error"
    assert severity_of(LossCode.PARAM_SEED, "other", "dropped") == "parameter"
