"""
Why an answer ended, and what it cost: what responses and streams say alike.

It stands apart from the response because a stream decoder loads no more than this.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Literal, TypeAlias, get_args

import attrs

from modelwire.ir._base import Extra, JSONObject, Node

__all__ = ["FINISH_KINDS", "Finish", "FinishKind", "Usage"]

FinishKind: TypeAlias = Literal[
    "stop",
    "stop_sequence",
    "length",
    "context_length",
    "tool_calls",
    "content_filter",
    "refusal",
    "prompt_blocked",
    "pause",
    "malformed_tool_call",
    "compaction",
    "cancelled",
    "error",
    "unknown",
]
"""Why the model stopped, in words that no vendor owns."""

FINISH_KINDS: Final[tuple[FinishKind, ...]] = get_args(FinishKind)
"""Every `FinishKind`, in the order of its definition."""


@attrs.frozen(kw_only=True, weakref_slot=False, eq=False, repr=False)
class Finish(Node):
    """Why a choice ended: the meaning and the wire's own word."""

    kind: FinishKind
    """The meaning; `unknown` is never treated as success."""
    raw: str | None = None
    """The wire's word as received; `None`: the wire had none."""
    stop_sequence: str | None = None
    """The text that ended the answer, with `stop_sequence`."""
    extra: Extra = attrs.field(factory=dict)
    """Unknown fields about the end (`stop_details`, …), keyed by dialect."""


@attrs.frozen(kw_only=True, weakref_slot=False, eq=False, repr=False)
class Usage(Node):
    """
    Tokens used: disjoint axes, and totals that include them.

    `input_total` = `input_uncached` + `cache_read` + `cache_write`, and
    `output_total` includes `reasoning` and `output_audio`.  The audio, image and
    `tool_prompt` counts are parts of the totals, not additions.  `None`: not said.
    All values are tokens but for *server_tools*, which counts requests.
    """

    input_total: int | None = None
    """All input tokens, cached ones included."""
    input_uncached: int | None = None
    """Input tokens that were neither read from nor written to the cache."""
    cache_read: int | None = None
    """Input tokens read from the cache."""
    cache_write: int | None = None
    """Input tokens written to the cache."""
    cache_write_5m: int | None = None
    """Those of *cache_write* that live for five minutes."""
    cache_write_1h: int | None = None
    """Those of *cache_write* that live for one hour."""
    output_total: int | None = None
    """All output tokens, reasoning included."""
    reasoning: int | None = None
    """Output tokens spent on reasoning."""
    input_audio: int | None = None
    """Input tokens that were audio."""
    output_audio: int | None = None
    """Output tokens that were audio."""
    input_image: int | None = None
    """Input tokens that were images."""
    output_image: int | None = None
    """Output tokens that were images."""
    tool_prompt: int | None = None
    """Input tokens that server tools put into the prompt."""
    accepted_prediction: int | None = None
    """Predicted tokens that the answer took."""
    rejected_prediction: int | None = None
    """Predicted tokens that the answer did not take (billed as output)."""
    server_tools: Mapping[str, int] = attrs.field(factory=dict)
    """Requests per server tool: `{"web_search": 2}`."""
    raw: JSONObject | None = attrs.field(default=None, eq=False, repr=False)
    """The vendor's object as received, for people; encoders do not read it."""
    extra: Extra = attrs.field(factory=dict)
    """Unknown fields, keyed by dialect."""
