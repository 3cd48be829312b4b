"""
The response around the items of a stream: its start, its end, and its errors.

`ResponseStream` writes the events that repeat the whole response, and accounts for
what they cannot say.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, ClassVar, Final

from modelwire import ir  # for `parse_arguments`, which few streams need
from modelwire.codecs._concept_codes import FINISH_CODES
from modelwire.codecs._losses import LossLog
from modelwire.codecs._openai_moderation import encode_moderation
from modelwire.codecs._stream_decoding import TRUNCATED
from modelwire.codecs.openai_responses._errors import (
    encode_error_object,
    encode_response_error,
)
from modelwire.codecs.openai_responses._finish import ending_of
from modelwire.codecs.openai_responses._finish_encode import encode_finish
from modelwire.codecs.openai_responses._response import (
    _envelope as envelope,
    _own_extra as own_extra,
    decode_output,
)
from modelwire.codecs.openai_responses._stream_item_encode import PROGRESS, ItemStream
from modelwire.codecs.openai_responses._stream_output import (
    PARTS,
    Fold,
    Output,
    Replay,
)
from modelwire.codecs.openai_responses._usage import (
    encode_tool_usage,
    encode_usage,
    usage_losses,
)
from modelwire.codecs.openai_responses._wire import DIALECT, own_fields
from modelwire.ir._chunks import (
    BlockStart,
    ChoiceFinish,
    ChoiceUpdate,
    ModerationUpdate,
    ResponseUpdate,
    StreamEnd,
    StreamError,
    StreamStart,
    UsageUpdate,
)
from modelwire.ir._loss_codes import LossCode
from modelwire.ir._outcome import Finish
from modelwire.ir._parts import (
    AudioPart,
    CompactionPart,
    ImagePart,
    ReasoningPart,
    ServerToolCallPart,
    ServerToolResultPart,
    TextPart,
    ToolCallPart,
)

if TYPE_CHECKING:
    from modelwire.codecs._base import Ids
    from modelwire.codecs.openai_responses._stream_output import OutItem
    from modelwire.errors import ErrorInfo
    from modelwire.ir._base import JSONObject
    from modelwire.ir._request import ChatRequest
    from modelwire.ir._response import ChatResponse, Choice

__all__ = ["ResponseStream", "is_failed_response"]

_FINISH: Final = "$.choices[0].finish"
_ORPHANS: Final = -1
"""The index of the block that citations without any text get."""
_EVENTS: Final = {
    "completed": "response.completed",
    "failed": "response.failed",
}
"""The terminal event of a status; every other one is `response.incomplete`."""
_CODES: Final[dict[type, LossCode]] = {
    ToolCallPart: LossCode.OUT_TOOL_CALL,
    ServerToolCallPart: LossCode.BT_CALL_ITEMS,
    ServerToolResultPart: LossCode.BT_CALL_ITEMS,
    ReasoningPart: LossCode.THINK_TEXT,
    CompactionPart: LossCode.CTX_COMPACTION,
    ImagePart: LossCode.OUT_IMAGE,
    AudioPart: LossCode.OUT_AUDIO,
}
"""The concept of a part that an error cut off before anything of it was written."""


class ResponseStream(ItemStream):
    """
    Writes the response around the items; see the module.

    Args:
        log: Where losses go.
        ids: Gives ids for what has none.
        request: The request that is answered.
        created: The time where the stream has none.
    """

    def __init__(
        self, log: LossLog, ids: Ids, request: ChatRequest | None, created: int
    ) -> None:
        super().__init__(log, Output(log, ids), Fold(), ids)
        self._request = request
        self._created = created
        self._choices: set[int] = set()
        self._begun: JSONObject | None = None
        self._envelope_ids = Replay(ids)
        self._start_raw: Any = None
        self.error: ErrorInfo | None = None
        """What the stream ended in: the source's error, or a limit of ours."""
        self._ended = False
        self._repeats = False
        """
        Whether the error is told by `response.failed` alone, as a server of this
        dialect told it: readers do not look behind `error`.
        """

    # --- the start ------------------------------------------------------------------

    def _start(self, chunk: StreamStart) -> None:
        self._start_raw = chunk.raw

    def _known(self, chunk: ResponseUpdate | UsageUpdate | ModerationUpdate) -> None:
        """Take what the fold has and the terminal event repeats."""

    def _begin(self) -> None:
        """Write response.created and response.in_progress, once."""
        if self._begun is not None:
            return
        response = self._fold.response
        out = self._snapshot(response, LossLog(DIALECT))
        out["status"] = "in_progress"
        self._moderation(response, out, LossLog(DIALECT))
        self._begun = out
        raw, self._start_raw = self._start_raw, None
        self._put("response.created", {"response": out}, raw)
        self._put("response.in_progress", {"response": out})

    def _snapshot(self, response: ChatResponse, log: LossLog) -> JSONObject:
        """Write what stands around the answer, as it is now."""
        ids = self._envelope_ids.again()
        out = envelope(response, self._request, ids, self._created, log)
        own_extra(response, self._request, out, log)
        for name in ("error", "incomplete_details"):
            # They belong to the end, and to nothing else.
            out[name] = None
        if self._begun is not None:
            if response.id is not None and out["id"] != self._begun["id"]:
                log.approximate(LossCode.RESP_ID, "$.id", "known too late")
            out["id"] = self._begun["id"]
        return out

    def _choice_update(self, chunk: ChoiceUpdate) -> None:
        """Take unknown fields of the choice: it is no object of its own here."""

    def _choice_finish(self, _chunk: ChoiceFinish) -> None:
        self._begin()
        self._close_item(None)

    # --- the end --------------------------------------------------------------------

    def _choice(self, response: ChatResponse) -> Choice | None:
        """Give the answer, and record the losses of what stands around it."""
        log = self._log
        choice = response.choices[0] if response.choices else None
        if choice is None:
            return None
        path = "$.choices[0]"
        if choice.logprobs is not None and not self._moved:
            log.drop(LossCode.RESP_LOGPROBS, f"{path}.logprobs")
        for extra, where, code in (
            (choice.message.extra, f"{path}.message", LossCode.ROLE_NAME),
            (choice.extra, path, LossCode.RESP_SAFETY),
        ):
            for dialect, fields in extra.items():
                for name in fields:
                    if not name.startswith("$"):
                        log.drop_field(code, where, dialect, name)
        return choice

    def _end(self, chunk: StreamEnd) -> None:
        if self._ended:
            return
        if not chunk.complete:
            self._fail(TRUNCATED)
            return
        if self._fold.orphans:
            part = BlockStart(_ORPHANS, 0, TextPart(text=""))
            self._fold.feed(part)
            self._block_start(part)
        self._begin()
        self._close_item(None)
        self._rewrite()
        log = self._log
        response = self._fold.response
        out = self._snapshot(response, log)
        out["output"] = self._output.items
        choice = self._choice(response)
        finish = None if choice is None else choice.finish
        status, details, error = self._ending(choice, finish)
        out["status"] = status
        out["incomplete_details"] = details
        out["error"] = error
        self._counts(response, out, log)
        self._put(
            _EVENTS.get(status, "response.incomplete"), {"response": out}, chunk.raw
        )
        self._finished()

    def _ending(
        self, choice: Choice | None, finish: Finish | None
    ) -> tuple[str, JSONObject | None, object]:
        """
        Write how a whole stream ended.

        No success is made up: one that does not say it is `incomplete`, and is read
        as an end for an unknown reason.
        """
        log = self._log
        ending = ending_of(decode_output(self._output.items))
        if finish is None:
            if choice is None:
                code, to = LossCode.RESP_CHOICES_N_1, "$.choices[0]"
            else:
                code, to = LossCode.FINISH_UNKNOWN, _FINISH
            log.add(code, None, "synthesised", to=to)
            return "incomplete", None, None
        status, details, error = encode_finish(finish, ending)
        if status in ("failed", "in_progress", "queued"):
            # The event of a failed response is an error, and this stream has none.
            code = FINISH_CODES[finish.kind]
            log.approximate(code, _FINISH, f"{finish.kind} became incomplete")
            return encode_finish(Finish(kind="unknown"), ending)
        encode_finish(finish, ending, log=log, path=_FINISH)
        return status, details, error

    def _counts(self, response: ChatResponse, out: JSONObject, log: LossLog) -> None:
        usage = response.usage
        if usage is not None:
            out["usage"] = encode_usage(usage)
            usage_losses(usage, log)
            if usage.server_tools:
                encode_tool_usage(usage, out, log)
        self._moderation(response, out, log)

    def _moderation(
        self, response: ChatResponse, out: JSONObject, log: LossLog
    ) -> None:
        if response.moderation is not None:
            moderation = encode_moderation(response.moderation, log, many=False)
            if moderation is not None:
                out["moderation"] = moderation

    def _error(self, chunk: StreamError) -> None:
        self._fail(chunk.error)

    def _fail(self, error: ErrorInfo) -> None:
        """Write the error, and behind it the response as far as it came."""
        self.error = error
        alone = self._repeats
        self._leave_item()
        log = self._log
        for _, path in self._dirty:
            log.drop(LossCode.OUT_ANNOTATIONS_CITATIONS, path, "came too late")
        response = self._fold.response
        fields: JSONObject = encode_error_object(error)["error"]
        flat = {k: v for k, v in fields.items() if k != "type"}
        if response.id is not None:
            # The response has begun, even if nothing of it has been said.
            self._begin()
        if self._begun is None:
            self._put("error", {**flat, "error": fields})
            self._drop_all(response)
        else:
            out = self._snapshot(response, log)
            if not alone:
                self._put("error", {**flat, "error": fields})
            out["output"] = self._output.items
            out["status"] = "failed"
            out["error"] = encode_response_error(error)
            self._counts(response, out, log if alone else LossLog(DIALECT))
            self._put("response.failed", {"response": out})
            if alone:
                self._drop_choice(response)
            else:
                self._drop_late(response, self._begun)
        self._finished()

    def _leave_item(self) -> None:
        """Take an error inside an item: what has not been written never will be."""
        item = self._item
        if item is None:
            return
        self._item = None
        self._shut()
        item.closed = True
        current = item.current
        if item.mode == "message" and current is not None and current.stopped:
            item.closed = False
            self._item = item
            self._close_item(None)
            return
        parts = self._parts_of(item)
        if item.mode == "message" and current is not None:
            piece = self._draft(item)["content"][current.index]
            if piece.get("type") == "output_text":
                self._rest_of_notes(item, current, piece)
        if item.wire is None:
            for number, part in enumerate(parts, item.start):
                code = _CODES.get(type(part), LossCode.OUT_TEXT)
                self._log.drop(code, f"{PARTS}[{number}]", "unfinished")
            return
        for number, part in enumerate(parts, item.start):
            if self._repeats:
                break  # the terminal event has it whole
            if part.item is not None and part.item.status == "in_progress":
                # Only its end would say it again; see the decoder's `provisional`.
                path = f"{PARTS}[{number}].item.status"
                code = LossCode.THINK_ITEM_ID
                self._log.add(code, path, "approximated", severity="cosmetic")
        if not self._repeats:
            if item.mode == "server":
                self._leave_call(item, parts[0])
            elif item.mode == "reasoning":
                self._leave_thought(item, parts[0])
            elif item.mode == "call" and self._fold.block(item.blocks[0]).shows_keys():
                # The text of its arguments has not begun.
                path = f"{PARTS}[{item.start}].arguments"
                code = LossCode.OUT_TOOL_CALL
                self._log.add(code, path, "dropped", severity="content")
        self._output.finish(item, parts)

    def _leave_thought(self, item: OutItem, part: Any) -> None:
        """Record what only the end of reasoning says: empty texts, and the proof."""
        path, code = f"{PARTS}[{item.start}]", LossCode.THINK_TEXT
        if part.encrypted is not None:
            # Readers wait for the one of output_item.done, which differs (recorded).
            self._log.drop(LossCode.THINK_SIGNATURE, f"{path}.encrypted", "unfinished")
        if part.text == "":
            self._log.add(code, f"{path}.text", "dropped", severity="cosmetic")
        if "" in part.summaries:
            code = LossCode.THINK_SUMMARY
            where = f"{path}.summaries"
            self._log.add(code, where, "approximated", severity="cosmetic")

    def _leave_call(self, item: OutItem, part: Any) -> None:
        """Record what of a server's call only its end would have said."""
        header = dict(item.header)
        if not header.get("code"):
            # A placeholder that the vendor's type requires.
            header.pop("code", None)
        said: Any
        (said,) = decode_output([header])
        log, path = self._log, f"{PARTS}[{item.start}]"
        written = item.current is not None or (
            self._fold.block(item.blocks[0]).shows_keys()
        )
        same = ir.parse_arguments(said) == ir.parse_arguments(part)
        if not written and ("code" in item.seen or not same):
            log.drop(LossCode.BT_CALL_ITEMS, f"{path}.arguments", "unfinished")
        if part.status != said.status and header["type"] not in PROGRESS:
            where = f"{path}.status"
            log.add(LossCode.BT_CALL_ITEMS, where, "approximated", severity="cosmetic")
        if part.result is not None and part.result != said.result:
            log.drop(LossCode.BT_CALL_ITEMS, f"{path}.result", "unfinished")
        elif part.result != said.result:
            to = f"{self._output.place(0)}.result"
            log.add(LossCode.BT_CALL_ITEMS, None, "synthesised", to=to)

    def _drop_all(self, response: ChatResponse) -> None:
        """Record what was known of a response that is never begun."""
        log = self._log
        for code, path, value in (
            (LossCode.RESP_ID, "$.id", response.id),
            (LossCode.RESP_MODEL, "$.model", response.model),
            (LossCode.RESP_CREATED, "$.created", response.created),
            (LossCode.RESP_TIER, "$.service_tier", response.service_tier),
        ):
            if value is not None:
                log.add(code, path, "dropped", severity="cosmetic")
        for dialect, fields in response.extra.items():
            for key in fields:
                if not key.startswith("$"):
                    log.drop_field(LossCode.RESP_FINGERPRINT, "$", dialect, key)
        self._drop_end(response)

    def _drop_late(self, response: ChatResponse, begun: JSONObject) -> None:
        """Record what came after the start, which a failed response does not say."""
        log, tier = self._log, response.service_tier
        for code, path, key, value in (
            (LossCode.RESP_MODEL, "$.model", "model", response.model),
            (LossCode.RESP_CREATED, "$.created", "created_at", response.created),
            (LossCode.RESP_TIER, "$.service_tier", "service_tier", tier),
        ):
            if value is not None and begun.get(key) != value:
                log.add(code, path, "approximated", severity="cosmetic")
        for key, value in own_fields(response.extra).items():
            # The count of tools belongs to the usage, which a beginning never has.
            late = key == "tool_usage" or begun.get(key) != value
            if late and not key.startswith("$"):
                log.drop_field(LossCode.RESP_FINGERPRINT, "$", DIALECT, key)
        self._drop_end(response)

    def _drop_end(self, response: ChatResponse) -> None:
        log = self._log
        if response.usage is not None:
            log.add(LossCode.USAGE_TOTAL, "$.usage", "dropped", severity="cosmetic")
        said = (self._begun or {}).get("moderation")
        if response.moderation is not None and response.moderation != said:
            log.drop(LossCode.RESP_SAFETY, "$.moderation")
        self._drop_choice(response)

    def _drop_choice(self, response: ChatResponse) -> None:
        log = self._log
        choice = self._choice(response)
        if choice is None:
            return
        if not self._wire_items:
            log.drop(LossCode.RESP_CHOICES_N_1, "$.choices[0]", "nothing was written")
        elif choice.finish is not None:
            log.drop(LossCode.STREAM_FINISH, _FINISH)

    def _finished(self) -> None:
        self._ended = True
        self._shut()
        # Which place a choice has in the response is known only now.
        for place, choice in enumerate(sorted(self._choices)):
            if choice:
                self._log.drop(LossCode.RESP_CHOICES_N_1, f"$.choices[{place}]")

    RESPONSE_HANDLERS: ClassVar[dict[type, Callable[[Any, Any], None]]] = {
        **ItemStream.BLOCK_HANDLERS,
        StreamStart: _start,
        ResponseUpdate: _known,
        ChoiceUpdate: _choice_update,
        ChoiceFinish: _choice_finish,
        UsageUpdate: _known,
        ModerationUpdate: _known,
        StreamError: _error,
        StreamEnd: _end,
    }
    """What becomes of each chunk but those that stand beside the answer."""


def is_failed_response(error: ErrorInfo) -> bool:
    """
    Say whether an error was the `error` of a failed response of this dialect.

    Args:
        error: The error.

    Returns:
        Whether it came in `response.failed`.
    """
    raw = error.raw
    own = error.dialect == DIALECT and isinstance(raw, dict)
    return own and raw.get("status") == "failed" and "error" in raw
