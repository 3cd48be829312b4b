"""Responses of `gemini-generate`: what other dialects say and this one cannot."""

from __future__ import annotations

import pytest
from tests.codecs.gemini_generate._response_support import answer, decode, encode

from modelwire.codecs._base import Aliases
from modelwire.ir import (
    Annotation,
    ChatResponse,
    Choice,
    Finish,
    Logprobs,
    Message,
    TextPart,
    TokenLogprob,
    ToolCallPart,
    Usage,
)

OWN = "gemini-generate"
CHOICE = "$.choices[0]"
STOP = Finish(kind="stop", raw="STOP")


def said(*parts, **fields):
    """A response of one choice; *fields* are the choice's."""
    fields.setdefault("finish", STOP)
    fields.setdefault("message", Message(role="assistant", parts=parts))
    return ChatResponse(id="r", choices=(Choice(**{"index": 0, **fields}),))


def paths(encoded):
    return [loss.path or loss.to for loss in encoded.losses]


# --- a blocked prompt ---------------------------------------------------------------

BLOCKED = Finish(kind="prompt_blocked", raw="SAFETY")
BARE = [
    ("its index", {"index": 1}, [f"{CHOICE}.index"]),
    ("log probabilities", {"logprobs": Logprobs()}, [f"{CHOICE}.logprobs"]),
    ("a speaker's name", {"message": Message(role="assistant", name="Bo")},
     [f"{CHOICE}.message.name"]),
    ("unknown fields of the message",
     {"message": Message(role="assistant", extra={OWN: {"x": 1, "$spelling": {}}})},
     [f"{CHOICE}.message.extra['{OWN}'].x"]),
    ("unknown fields of the choice", {"extra": {"openai-chat": {"x": 1}}},
     [f"{CHOICE}.extra['openai-chat'].x"]),
    ("what stopped it",
     {"finish": Finish(kind="prompt_blocked", raw="SAFETY", stop_sequence="X",
                       extra={OWN: {"$spelling": {}}})},
     [f"{CHOICE}.finish.stop_sequence"]),
]  # fmt: skip


@pytest.mark.parametrize(
    ("fields", "lost"), [row[1:] for row in BARE], ids=[row[0] for row in BARE]
)
def test_a_blocked_prompt_has_no_candidate_to_hold(fields, lost):
    encoded, out = encode(said(**{"finish": BLOCKED, **fields}))
    assert out["promptFeedback"] == {"blockReason": "SAFETY"}
    assert "candidates" not in out
    assert paths(encoded) == lost


# --- log probabilities --------------------------------------------------------------


def token(text, logprob=-0.5, **fields):
    return TokenLogprob(token=text, logprob=logprob, **fields)


LOGPROBS = f"{CHOICE}.logprobs"
CHOSEN = {"token": "a", "logProbability": -0.5}
TOKENS = [
    ("those of a refusal", Logprobs(content=(token("a"),), refusal=(token("b"),)),
     {"chosenCandidates": [CHOSEN]}, ["refusal[0]"]),
    ("a token without alternatives beside one with them",
     Logprobs(content=(token("a", top=(token("b"),)), token("a"))),
     {"chosenCandidates": [CHOSEN, CHOSEN],
      "topCandidates": [{"candidates": [{**CHOSEN, "token": "b"}]},
                        {"candidates": []}]}, ["content[1].top"]),
    ("alternatives of alternatives",
     Logprobs(content=(token("a", top=(token("b", top=(token("c"),)),)),)),
     {"chosenCandidates": [CHOSEN],
      "topCandidates": [{"candidates": [{**CHOSEN, "token": "b"}]}]},
     ["content[0].top[0].top[0]"]),
    ("a token without its probability, and unknown fields",
     Logprobs(content=(token("a", None, extra={OWN: {"x": 1, "$spelling": {}}}),),
              extra={OWN: {"y": 2, "$spelling": {}}}),
     {"chosenCandidates": [{"token": "a", "x": 1}], "y": 2}, []),
]  # fmt: skip


@pytest.mark.parametrize(
    ("logprobs", "written", "lost"),
    [row[1:] for row in TOKENS],
    ids=[row[0] for row in TOKENS],
)
def test_log_probabilities(logprobs, written, lost):
    response = said(TextPart(text="a"), logprobs=logprobs)
    encoded, out = encode(response)
    assert out["candidates"][0]["logprobsResult"] == written
    assert paths(encoded) == [f"{LOGPROBS}.{place}" for place in lost]


# --- citations ----------------------------------------------------------------------


def citation(**fields):
    return Annotation(kind="url", type="citation", **fields)


def test_citations_made_anew_keep_their_offsets():
    notes = (
        citation(url="https://c", start=0, end=1),
        citation(url="https://d"),
    )
    _, out = encode(said(TextPart(text="é b", annotations=notes)))
    assert out["candidates"][0]["citationMetadata"]["citationSources"] == [
        {"startIndex": 0, "endIndex": 2, "uri": "https://c"},
        {"uri": "https://d"},
    ]


def test_citations_are_read_behind_everything_else():
    notes = (
        citation(url="https://c", start=0, end=1),
        Annotation(kind="url", url="https://x", start=0, end=1),
    )
    encoded, _ = encode(said(TextPart(text="ab", annotations=notes)))
    place = f"{CHOICE}.message.parts[0].annotations"
    moved = [(loss.path, loss.to) for loss in encoded.losses if loss.action == "moved"]
    assert moved == [(f"{place}[0]", f"{place}[1]")]


def test_unknown_fields_of_an_annotation_are_reported():
    extra = {OWN: {"x": 1, "$spelling": {}}}
    note = Annotation(kind="url", url="https://x", start=0, end=1, extra=extra)
    encoded, _ = encode(said(TextPart(text="ab", annotations=(note,))))
    place = f"{CHOICE}.message.parts[0].annotations[0]"
    assert f"{place}.extra['{OWN}'].x" in paths(encoded)


# --- names that come home -----------------------------------------------------------


def test_renames_are_undone_where_the_decoder_did_not():
    call = ToolCallPart(id="x", name="made", arguments="{}")
    renamed = Aliases(names={"made": "real"}, call_ids={"x": "y"})
    finish = Finish(kind="tool_calls", raw="STOP")
    encoded, out = encode(said(call, finish=finish), aliases=renamed)
    (part,) = out["candidates"][0]["content"]["parts"]
    assert part["functionCall"] == {"id": "y", "name": "real", "args": {}}
    place = f"{CHOICE}.message.parts[0]"
    assert set(paths(encoded)) == {f"{place}.id", f"{place}.name"}


@pytest.mark.parametrize(
    ("args", "kind", "arguments"),
    [({"input": "ls"}, "custom", "ls"), ({"a": 1}, "function", '{"a":1}')],
)
def test_free_text_calls_are_unwrapped_where_they_are_wrapped(args, kind, arguments):
    obj = answer({"text": "so"}, {"functionCall": {"name": "sh", "args": args}})
    response = decode(obj, aliases=Aliases(custom=frozenset({"sh"})))
    text, call = response.choices[0].message.parts
    assert text == TextPart(text="so")
    assert (call.kind, call.arguments) == (kind, arguments)


# --- usage --------------------------------------------------------------------------


def test_counters_may_come_as_text():
    usage = {"promptTokenCount": "12", "candidatesTokenCount": "3"}
    found = decode({**answer({"text": "a"}), "usageMetadata": usage}).usage
    assert (found.input_total, found.output_total) == (12, 3)


def test_a_counter_that_is_known_already_is_reported():
    usage = Usage(
        input_total=1,
        input_uncached=1,
        output_total=2,
        extra={OWN: {"promptTokenCount": "many", "$spelling": {}}},
    )
    encoded, out = encode(ChatResponse(id="r", usage=usage))
    assert out["usageMetadata"]["promptTokenCount"] == 1
    assert f"$.usage.extra['{OWN}'].promptTokenCount" in paths(encoded)
