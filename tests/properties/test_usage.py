"""
Usage adds up: the arithmetic of the concept matrix, section 11.

Every vendor counts in its own way; the IR has disjoint axes and two totals.  Checked
over recorded usage objects and over generated ones: the axes add up, the same dialect
gets its own numbers back, and other dialects get the same totals.  Streams are
test_usage_streams.py.
"""

from __future__ import annotations

import json
from typing import Any

import attrs
import pytest
from hypothesis import given
from tests._corpus import cases
from tests.properties._usages import (
    GEMINI,
    PAIRS,
    VENDOR,
    answer,
    decode,
    folded,
    usage_object,
    without_nulls,
    write,
)
from tests.properties._ways import examples

from modelwire import codecs
from modelwire.codecs import openai_chat
from modelwire.ir import Usage

QUICK = examples(25)


# --- recorded -----------------------------------------------------------------------


def recorded(dialect: str) -> list[tuple[str, dict[str, Any]]]:
    """Give every recorded usage object of *dialect*, each once; streams merged."""
    found: dict[str, tuple[str, dict[str, Any]]] = {}
    for case in cases("response") + cases("stream"):
        if case.dialect != dialect:
            continue
        if case.framing == "json":
            key = "usageMetadata" if dialect == GEMINI else "usage"
            body = json.loads(case.response_body or b"")
            usage = body.get(key) if isinstance(body, dict) else None
        else:
            read = folded(dialect, case.response_body or b"").usage
            usage = None if read is None else read.raw
        if isinstance(usage, dict):
            found.setdefault(json.dumps(usage, sort_keys=True), (case.id, usage))
    return list(found.values())


RECORDED = [(d, name, usage) for d in codecs.DIALECTS for name, usage in recorded(d)]

BEYOND = {
    # Gateways in front of Gemini count thoughts that their total leaves out
    # (observed.md section 2: never subtract blindly).
    "fantasy__testvercelcommon-gemini-3-pro-preview-multi-tool-1",
    "fantasy__testvercelcommon-gemini-3-pro-preview-multi-tool-streaming-1",
    "pydantic-ai__test-openrouter-test-openrouter-stream-error",
    # A local server's own counting.
    "agentgateway__crates-llm-response-responses-reasoning",
}
"""Recordings that count more reasoning than output."""


# --- the invariants -----------------------------------------------------------------


def check_axes(usage: Usage) -> None:
    """The axes are disjoint, and the totals hold them."""
    if usage.input_total is not None:
        cached = (usage.cache_read or 0) + (usage.cache_write or 0)
        assert usage.input_total >= cached
        assert usage.input_uncached == usage.input_total - cached
    split = (usage.cache_write_5m or 0) + (usage.cache_write_1h or 0)
    assert usage.cache_write is None or split <= usage.cache_write
    assert (usage.tool_prompt or 0) <= (usage.input_total or 0)
    if usage.output_total is not None:
        assert usage.output_total >= (usage.reasoning or 0)


def check_totals(dialect: str, wire: dict[str, Any], usage: Usage) -> None:
    """The vendor's sums are our totals."""
    into, out = usage.input_total or 0, usage.output_total or 0
    if dialect == "openai-chat":
        assert wire["total_tokens"] == into + out
    elif dialect == "openai-responses":
        assert wire["total_tokens"] == into + out
        assert (wire["input_tokens"], wire["output_tokens"]) == (into, out)
    elif dialect == "anthropic-messages":
        names = ("input", "cache_creation_input", "cache_read_input")
        assert into == sum(wire.get(f"{name}_tokens") or 0 for name in names)
        assert out == wire["output_tokens"]
    else:
        prompt, tools, thoughts, words = (
            wire.get(name) or 0
            for name in (
                "promptTokenCount",
                "toolUsePromptTokenCount",
                "thoughtsTokenCount",
                "candidatesTokenCount",
            )
        )
        assert (into, out) == (prompt + tools, words + thoughts)
        assert wire["totalTokenCount"] == into + out


@pytest.mark.parametrize("dialect", codecs.DIALECTS)
def test_generated_usage_adds_up_and_comes_back(dialect):
    @QUICK
    @given(VENDOR[dialect])
    def check(wire):
        usage = decode(dialect, wire)
        check_axes(usage)
        check_totals(dialect, wire, usage)
        assert again(dialect, wire) == without_nulls(wire)
        # The totals follow from the axes.
        axes = attrs.evolve(usage, input_total=None, raw=None)
        bare, _ = write(dialect, axes)
        assert without_nulls(bare) == without_nulls(wire)
        # So they do where nothing is known of how the server spelled them.
        alone, _ = write(dialect, attrs.evolve(axes, extra={}))
        read = decode(dialect, alone)
        check_totals(dialect, alone, read)
        totals = (usage.input_total or 0, usage.output_total or 0)
        assert (read.input_total or 0, read.output_total or 0) == totals

    check()


def again(dialect: str, wire: dict[str, Any]) -> Any:
    """Read an answer with a usage object, write it, and give the usage object."""
    codec = codecs.get(dialect)
    read = codec.decode_response(answer(dialect, wire))
    encoded = codec.encode_response(read)
    assert encoded.losses == ()
    return without_nulls(usage_object(dialect, encoded.body))


@pytest.mark.parametrize(
    ("dialect", "name", "wire"), RECORDED, ids=[row[1] for row in RECORDED]
)
def test_recorded_usage_comes_back(dialect, name, wire):
    usage = decode(dialect, wire)
    if name not in BEYOND:
        check_recorded_axes(usage)
    assert in_any_order(again(dialect, wire)) == in_any_order(without_nulls(wire))


def check_recorded_axes(usage: Usage) -> None:
    """Parts of a cache write describe the last turn only where tools searched."""
    if usage.server_tools:
        usage = attrs.evolve(usage, cache_write_5m=None, cache_write_1h=None)
    check_axes(usage)


def in_any_order(value: Any) -> Any:
    """Forget the order of lists: the rows of modalities have none."""
    if isinstance(value, dict):
        return {key: in_any_order(item) for key, item in value.items()}
    if isinstance(value, list):
        return sorted(json.dumps(in_any_order(item)) for item in value)
    return value


# --- across dialects ----------------------------------------------------------------

KEPT = ("input_total", "output_total", "cache_read", "reasoning")
"""What every dialect has a field for."""
LOST = {
    "openai-chat": {"cache_write_5m", "cache_write_1h", "tool_prompt", "server_tools"},
    "openai-responses": {
        "cache_write_5m",
        "cache_write_1h",
        "tool_prompt",
        "input_audio",
        "output_audio",
        "input_image",
        "output_image",
        "accepted_prediction",
        "rejected_prediction",
    },
    "anthropic-messages": {
        "tool_prompt",
        "input_audio",
        "output_audio",
        "input_image",
        "output_image",
        "accepted_prediction",
        "rejected_prediction",
    },
    "gemini-generate": {
        "cache_write",
        "cache_write_5m",
        "cache_write_1h",
        "accepted_prediction",
        "rejected_prediction",
        "server_tools",
    },
}
"""The axes that a dialect has no field for: what is set of them is a loss."""


def check_translation(usage: Usage, target: str) -> None:
    """The totals survive, and so does what the target has a field for."""
    wire, losses = write(target, usage)
    read = decode(target, wire)
    check_totals(target, wire, read)
    bare = attrs.evolve(usage, input_total=None, raw=None)
    assert write(target, bare)[0] == wire
    for field in KEPT:
        if getattr(usage, field) is not None:
            assert getattr(read, field) == getattr(usage, field), field
    dropped = {
        loss.path.split(".")[2]
        for loss in losses
        if loss.action == "dropped" and (loss.path or "").startswith("$.usage.")
    }
    for field in LOST[target] | dropped:
        value = getattr(usage, field, None)
        if field != "extra" and value not in (None, {}):
            assert field in dropped
            assert field in LOST[target]
            assert not getattr(read, field)
    check_axes(read)


@pytest.mark.parametrize(("source", "target"), PAIRS)
def test_totals_survive_every_translation(source, target):
    @QUICK
    @given(VENDOR[source])
    def check(wire):
        usage = decode(source, wire)
        if target != source:
            check_translation(usage, target)

    check()


@pytest.mark.parametrize("target", codecs.DIALECTS)
def test_recorded_totals_survive_every_translation(target):
    for source, name, wire in RECORDED:
        usage = decode(source, wire)
        if name not in BEYOND and source != target:
            if usage.server_tools:
                usage = attrs.evolve(usage, cache_write_5m=None, cache_write_1h=None)
            if usage.server_tools.keys() - {"web_search"}:
                usage = attrs.evolve(usage, server_tools={})
            check_translation(usage, target)


def test_xai_counts_reasoning_beside_the_completion():
    wire = {"prompt_tokens": 10, "completion_tokens": 2}
    wire["completion_tokens_details"] = {"reasoning_tokens": 100}  # type: ignore[assignment]
    body = answer("openai-chat", wire)
    profile = openai_chat.PROFILES["xai"]
    usage = openai_chat.decode_response(body, profile=profile).usage
    assert usage is not None
    assert usage.output_total == 102
    for target in codecs.DIALECTS[1:]:
        read = decode(target, write(target, usage)[0])
        assert (read.output_total, read.reasoning) == (102, 100)
    assert without_nulls(write("openai-chat", usage)[0]) == wire
