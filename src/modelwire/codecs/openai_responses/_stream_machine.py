"""
What each event of a Responses stream means: the machine under `stream_decoder`.

    created in_progress? (output_item.added … output_item.done)* terminal

This module has the life of the stream and the deltas that make it up; what belongs to
one item is `_stream_items`.  Items are found by *output_index* and never by their id,
which one server makes anew on every event.  What is well-formed but not known, or
stands where it cannot be understood, becomes an `UnknownEvent` and is not lost.

Source: the event types of the `openai` package 3.52.0 and wire/observed.md section 3,
read 2026-11-21.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, ClassVar, Final

from modelwire.codecs import _json
from modelwire.codecs.openai_responses._finish import decode_finish
from modelwire.codecs.openai_responses._response_extra import (
    NO_TIER,
    response_extra,
    tier_note,
)
from modelwire.codecs.openai_responses._stream_fast import OrdinaryEvents
from modelwire.codecs.openai_responses._usage import decode_usage
from modelwire.codecs.openai_responses._wire import DIALECT
from modelwire.errors import ErrorInfo, RemoteProtocolError
from modelwire.ir._chunks import (
    ChoiceFinish,
    Keepalive,
    ModerationUpdate,
    ResponseUpdate,
    StreamChunk,
    UsageUpdate,
)
from modelwire.ir._outcome import Finish

if TYPE_CHECKING:
    from modelwire.codecs._base import Headers
    from modelwire.ir._base import JSONObject

__all__ = ["ResponsesMachine"]

_KNOWN: Final = frozenset(
    {
        "id",
        "created_at",
        "model",
        "status",
        "error",
        "incomplete_details",
        "output",
        "usage",
        "service_tier",
        "moderation",
    }
)
"""Fields of a response with a meaning of their own."""

_STATUS: Final = {
    "response.completed": "completed",
    "response.incomplete": "incomplete",
    "response.failed": "failed",
    "response.cancelled": "cancelled",
}
"""Terminal events, and the status of a response that leaves it out."""

_NOT_OVER: Final = frozenset({"in_progress", "queued"})

_NO_BODY: Final = RemoteProtocolError("the body is no event stream", dialect=DIALECT)
_KEPT_TEXT: Final = 4096


class ResponsesMachine(OrdinaryEvents):
    """What each event of a Responses stream means; see `ItemMachine` for arguments."""

    def _any_event(
        self, name: str | None, data: JSONObject, out: list[StreamChunk]
    ) -> None:
        """Take an event by its type."""
        kind = data.get("type")
        if type(kind) is not str:
            # E02: an error without a type, as in HTTP bodies, is one here, too.
            kind = name or ("error" if data.get("error") is not None else "")
        handler = self.HANDLERS.get(kind)
        if handler is not None:
            handler(self, data, out)
        elif not self._progress(kind, data, out):
            self._unknown(data, out)

    def sentinel(self, out: list[StreamChunk]) -> None:
        """
        Take `[DONE]`, which some servers write behind the terminal event.

        Recorded behind it only (agentgateway, OpenRouter), where it comes too late to
        matter; in its place it cuts the stream, for nothing said how the answer ended.
        """
        self.truncate(out)

    def eof(self, out: list[StreamChunk]) -> None:
        """Take the end of the bytes: without a terminal event, the stream is cut."""
        self.truncate(out)

    def fail(self, error: ErrorInfo, out: list[StreamChunk], raw: Any = None) -> None:
        """End the stream with *error*, after what was held."""
        self._leave_items(out)
        super().fail(error, out, raw)

    def error_from_body(self, body: bytes) -> ErrorInfo:
        """Read an error body that stands where a stream was expected."""
        try:
            value = _json.loads(body, max_depth=self._depth)
        except RemoteProtocolError:
            value = None
        if type(value) is dict and value.get("error") is not None:
            return _body_error(body, self._headers)
        info = _NO_BODY.to_error_info()
        return ErrorInfo(
            kind=info.kind,
            message=info.message,
            raw=body.decode("utf-8", "replace")[:_KEPT_TEXT],
        )

    # --- the response ---------------------------------------------------------------

    def _life(self, data: JSONObject, out: list[StreamChunk]) -> None:
        """Take created, queued or in_progress: a response that has not ended."""
        response = data.get("response")
        if type(response) is not dict:
            self._unknown(data, out)
            return
        raw = data if self.keep_raw else None
        self._envelope(response, out, raw, ended=False)
        output = response.get("output")
        if type(output) is list and output and not self._items:
            # A stream that is taken up again begins with what there is.
            self._terminal_items(output, out, raw)

    def _envelope(
        self, response: JSONObject, out: list[StreamChunk], raw: Any, *, ended: bool
    ) -> None:
        """Give what is new about the response: it is repeated whole in each event."""
        known = self._response
        id_ = _text(response.get("id"))
        model = _text(response.get("model"))
        created = _whole(response.get("created_at"))
        tier = _text(response.get("service_tier"))
        if tier == NO_TIER:
            response = {k: v for k, v in response.items() if k != "service_tier"}
            tier = None
        fresh: dict[str, Any] = {}
        for key, value in (
            ("id", id_),
            ("model", model),
            ("created", created),
            ("service_tier", tier),
        ):
            if value is not None and known.get(key) != value:
                known[key] = fresh[key] = value
        left = {k: v for k, v in response.items() if k not in _KNOWN and v is not None}
        for key, found in (
            ("id", id_),
            ("model", model),
            ("created_at", created),
            ("service_tier", tier),
        ):
            value = response.get(key)
            if found is None and value is not None:
                left[key] = value
        usage = response.get("usage")
        if type(usage) is dict and usage:
            counted = decode_usage(usage, left)
        else:
            counted = None
            if usage not in (None, {}):
                left["usage"] = usage
            if not ended:
                # It is the count of the whole response, and moves into the usage.
                left.pop("tool_usage", None)
        kept = response_extra(left, tier_note(tier)).get(DIALECT, {})
        extra = {
            key: value
            for key, value in kept.items()
            if key not in known or known[key] != value
        }
        known.update(extra)
        if not self.started:
            self.start(
                out,
                id=fresh.pop("id", None),
                model=fresh.pop("model", None),
                created=fresh.pop("created", None),
                raw=raw,
            )
        if fresh or extra:
            out.append(
                ResponseUpdate(
                    **fresh, extra={DIALECT: extra} if extra else None, raw=raw
                )
            )
        moderation = response.get("moderation")
        if moderation is not None and moderation != known.get("$moderation"):
            known["$moderation"] = moderation
            out.append(ModerationUpdate(moderation, raw))
        if counted is not None:
            out.append(UsageUpdate(counted, raw))

    def _terminal(self, data: JSONObject, out: list[StreamChunk]) -> None:
        """Take the event that repeats the whole response and ends the stream."""
        raw = data if self.keep_raw else None
        response = data.get("response")
        if type(response) is not dict:
            response = {}
        output = response.get("output")
        if not self.started:
            self._envelope(response, out, raw, ended=True)
        self._terminal_items(output if type(output) is list else [], out, raw)
        self._envelope(response, out, raw, ended=True)
        named = _STATUS.get(_text(data.get("type")) or "", "completed")
        status = _text(response.get("status"))
        if status is None or status in _NOT_OVER:
            status = named
        error = response.get("error")
        if named == "failed" or (status == "failed" and error is not None):
            self.fail(self._error_info(response), out, raw)
            return
        self._close_items(out, raw)
        details = response.get("incomplete_details")
        finish = decode_finish(
            status, details if type(details) is dict else None, error, self._ending
        )
        out.append(ChoiceFinish(0, finish or Finish(kind="unknown", raw=status), raw))
        self.complete(out, by_event=True, raw=raw)

    def _error(self, data: JSONObject, out: list[StreamChunk]) -> None:
        """
        Take an `error` event, flat or nested.

        observed.md section 3: the quota failure sends `error` and then response.failed
        with the same; test_error_and_failed_are_one.
        """
        self.fail(self._error_info(data), out, data if self.keep_raw else None)

    def _error_info(self, obj: JSONObject) -> ErrorInfo:
        info = _error(obj)
        request_id = info.request_id
        if request_id is None:
            for name, value in self._headers:
                if name.lower() == "x-request-id":
                    request_id = value
        if request_id == info.request_id:
            return info
        # attrs.evolve costs more than the class; errors are rare enough.
        import attrs  # noqa: PLC0415

        changed: ErrorInfo = attrs.evolve(info, request_id=request_id)
        return changed

    def _keepalive(self, data: JSONObject, out: list[StreamChunk]) -> None:
        """Take `keepalive`, an event that is in no table (recorded once)."""
        if self.started:
            out.append(Keepalive(None, data if self.keep_raw else None))

    HANDLERS: ClassVar[dict[str, Callable[[Any, JSONObject, Any], None]]] = {
        **OrdinaryEvents.HANDLERS,
        "response.created": _life,
        "response.queued": _life,
        "response.in_progress": _life,
        **dict.fromkeys(_STATUS, _terminal),
        "error": _error,
        "keepalive": _keepalive,
    }
    """The meaning of each event; those of ordinary deltas are met by `event` first."""


def _text(value: Any) -> str | None:
    return value if type(value) is str else None


def _whole(value: Any) -> int | None:
    """Read a time; Bedrock sends `1787150055.0`."""
    if type(value) is int:
        return value
    if type(value) is float and value.is_integer():
        return int(value)
    return None


def _error(obj: JSONObject) -> ErrorInfo:
    """Read an error object; errors are rare, and what reads them loads with one."""
    from modelwire.codecs.openai_responses._errors import (  # noqa: PLC0415
        decode_error_object,
    )

    return decode_error_object(obj)


def _body_error(body: bytes, headers: Headers = ()) -> ErrorInfo:
    """Read a body that is no stream but an error."""
    from modelwire.codecs.openai_responses._errors import decode_error  # noqa: PLC0415

    return decode_error(body, status=200, headers=headers)
