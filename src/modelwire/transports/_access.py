"""The gateway's log of what it served: one record a request, never content."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final, TypeAlias

import attrs

from modelwire import codecs
from modelwire.codecs._json import dumps_str
from modelwire.errors import ModelwireError

if TYPE_CHECKING:
    from modelwire.ir import Loss, Usage

__all__ = ["AccessRecord", "OnAccess", "codes_of", "log_access"]

_LOG: Final = logging.getLogger("modelwire.access")


@attrs.define(kw_only=True)
class AccessRecord:
    """What is known of one request; filled while it is served."""

    id: str
    """Our id of the request, also in the answer's `x-modelwire-request-id`."""
    method: str
    """The HTTP method."""
    path: str
    """The path as it was sent, without its query; cut where it is very long."""
    dialect: str | None = None
    """The client's dialect."""
    operation: str | None = None
    """What was asked."""
    model: str | None = None
    """The model as the client says it."""
    upstream: str | None = None
    """Where it went."""
    upstream_dialect: str | None = None
    """What the upstream was spoken to in."""
    upstream_model: str | None = None
    """The model's name there."""
    upstream_id: str | None = None
    """The upstream's id of the call."""
    status: int | None = None
    """The status of the answer; `None`: the client left before it."""
    is_stream: bool = False
    """Whether the answer streamed."""
    error: str | None = None
    """The kind of the error that the answer is, or ended in."""
    finish: str | None = None
    """Why the model stopped."""
    losses: tuple[str, ...] = ()
    """The codes of what the request lost, each once."""
    answer_losses: tuple[str, ...] = ()
    """The codes of what the answer lost, each once."""
    input_tokens: int | None = None
    """Input tokens, all of them."""
    output_tokens: int | None = None
    """Output tokens, all of them."""
    bytes_out: int = 0
    """Bytes of the answer's body."""
    first_byte: float | None = None
    """Seconds to the first byte of the answer's body."""
    duration: float = 0.0
    """Seconds in all."""
    left_early: bool = False
    """Whether the client left before the end."""

    def lose(self, losses: tuple[Loss, ...]) -> None:
        """Note what the request lost."""
        self.losses = codes_of(losses)

    def use(self, usage: Usage | None) -> None:
        """Note what the answer cost."""
        if usage is not None:
            self.input_tokens = usage.input_total
            self.output_tokens = usage.output_total

    def read(self, dialect: str, body: bytes) -> None:
        """Note what a whole answer cost, and why it ended."""
        try:
            response = codecs.get(dialect).decode_response(body)
        except ModelwireError:
            return
        self.use(response.usage)
        for choice in response.choices[:1]:
            if choice.finish is not None:
                self.finish = choice.finish.kind


OnAccess: TypeAlias = Callable[[AccessRecord], None]
"""Is told of each request when it is over."""


_FIELDS: Final = tuple(field.name for field in attrs.fields(AccessRecord))


def codes_of(losses: tuple[Loss, ...]) -> tuple[str, ...]:
    """Give the codes of losses, each once, in order."""
    return tuple(dict.fromkeys(str(loss.code) for loss in losses))


def log_access(record: AccessRecord) -> None:
    """
    Write a record to the logger `modelwire.access`, one JSON object a line.

    Args:
        record: What was served.
    """
    if not _LOG.isEnabledFor(logging.INFO):
        return
    fields: dict[str, Any] = {}
    for name in _FIELDS:
        value = getattr(record, name)
        if isinstance(value, tuple):
            value = list(value)
        elif isinstance(value, float):
            value = round(value, 6)
        if value is not None and value != []:
            fields[name] = value
    _LOG.info("%s", dumps_str(fields))
