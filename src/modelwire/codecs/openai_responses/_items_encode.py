"""
Parts of the model's side, from the IR to items, with losses.

In a request (`reply=False`) the items are history that a client replays: what a
foreign text says stands in the short form of a message, without an id.  In a response
every item has an id, and neighbouring texts of one answer share a message.

Source:
    wire/openai_responses.md sections 2, 3 and 8 and wire/mapping.md sections 3 and 5,
    read 2026-11-21.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final

from modelwire.codecs._aliases import AliasBook
from modelwire.codecs._base import NO_ALIASES, Aliases, Ids
from modelwire.codecs._ids import counting_ids
from modelwire.codecs._losses import LossLog
from modelwire.codecs._part_codes import video_code
from modelwire.codecs.openai_responses._calls_encode import (
    call_item,
    server_call_item,
    server_result_item,
)
from modelwire.codecs.openai_responses._content_encode import common_losses
from modelwire.codecs.openai_responses._message_item import (
    MESSAGE_PARTS,
    is_string_form,
    message_item,
    string_item,
)
from modelwire.codecs.openai_responses._refs import item_losses, made_ref, mint
from modelwire.codecs.openai_responses._wire import (
    DIALECT,
    merge_own,
    own_fields,
    spelling_of,
)
from modelwire.errors import InvalidIRError
from modelwire.ir._base import JSONObject
from modelwire.ir._loss_codes import LossCode
from modelwire.ir._messages import LEGAL_PARTS
from modelwire.ir._parts import (
    AudioPart,
    Base64Source,
    CompactionPart,
    DocumentPart,
    ImagePart,
    Opaque,
    Part,
    ReasoningPart,
    ServerToolCallPart,
    ServerToolResultPart,
    TextPart,
    ToolCallPart,
    UnknownPart,
    VideoPart,
)

__all__ = ["ItemWriter", "encode_items"]

_LEGAL: Final = LEGAL_PARTS["assistant"]


def encode_items(
    parts: Sequence[Part],
    *,
    log: LossLog | None = None,
    ids: Ids | None = None,
    reply: bool = True,
    path: str = "$.choices[0].message.parts",
    aliases: Aliases = NO_ALIASES,
) -> list[JSONObject]:
    """
    Write parts as items.

    Args:
        parts: The parts, in order.
        log: Where losses go; `None`: nobody reads them.
        ids: Gives ids for what has none; `None`: counted within this call.
        reply: Whether they are `output` of a response, not history.
        path: The path of the list, in the source and in the decoded output.
        aliases: Names that must be brought home to the client's.

    Returns:
        The items.
    """
    writer = ItemWriter(
        LossLog(DIALECT) if log is None else log,
        reply=reply,
        ids=counting_ids() if ids is None else ids,
        home=aliases,
    )
    writer.begin(path)
    writer.write(parts, path)
    return writer.out


class ItemWriter:
    """
    Writes runs of items of the model's side.

    Args:
        log: Where losses go.
        reply: Whether they are `output` of a response.
        ids: Gives ids for what has none.
        book: Where renamed tools are noted, in a request.
        home: Names that must be brought home, in a response.
    """

    __slots__ = ("book", "calls", "count", "home", "ids", "items", "log", "out",
                 "place_of", "reply")  # fmt: skip

    def __init__(
        self,
        log: LossLog,
        *,
        reply: bool,
        ids: Ids,
        book: AliasBook | None = None,
        home: Aliases = NO_ALIASES,
    ) -> None:
        self.log = log
        self.reply = reply
        self.ids = ids
        self.book = book
        self.home = home
        self.out: list[JSONObject] = []
        """The items of everything written so far."""
        self.place_of = ""
        """The path of the run's list of parts in the decoded output."""
        self.count = 0
        """How many parts the run has when it is read again."""
        self.items = 0
        """How many items the run has."""
        self.calls: list[tuple[str, str, str]] = []
        """Calls without an answer yet: source id, kind, target id."""

    def begin(self, place: str) -> None:
        """Start a run whose decoded parts will stand at *place*."""
        self.place_of = place
        self.count = 0
        self.items = 0

    def place(self, number: int = 0) -> str:
        """Give the path that the next part, or one behind it, will have."""
        return f"{self.place_of}[{self.count + number}]"

    def add(self, item: JSONObject, parts: int = 1) -> None:
        """Take an item that will be read as so many parts."""
        self.out.append(item)
        self.items += 1
        self.count += parts

    def mint(self, wire: str) -> str:
        """Make an id of an item type (or of `call`)."""
        return mint(self.ids, wire)

    # --- parts ----------------------------------------------------------------------

    def write(self, parts: Sequence[Part], path: str) -> None:
        """
        Write the parts of one message.

        Args:
            parts: The parts, in order.
            path: The path of the list in the source.

        Raises:
            InvalidIRError: A part is not legal in an assistant's message.
        """
        index = 0
        while index < len(parts):
            part = parts[index]
            kind = type(part)
            if kind.__name__ not in _LEGAL:
                msg = f"{kind.__name__} in a message of role assistant"
                raise InvalidIRError(msg, path=f"{path}[{index}]", dialect=DIALECT)
            if _stands_in_message(part):
                end = self._end_of_message(parts, index)
                self._message(parts[index:end], path, index)
                index = end
                continue
            _WRITERS[kind](self, part, f"{path}[{index}]")
            index += 1

    def _end_of_message(self, parts: Sequence[Part], start: int) -> int:
        """Find where the parts end that share the message of the one at *start*."""
        first = parts[start]
        group = None if first.item is None else first.item.group
        end = start + 1
        if group is not None:
            while (
                end < len(parts)
                and _stands_in_message(parts[end])
                and (ref := parts[end].item) is not None
                and ref.group == group
            ):
                end += 1
        elif self.reply and _is_free(first):
            while (
                end < len(parts)
                and _stands_in_message(parts[end])
                and _is_free(parts[end])
            ):
                end += 1
        return end

    def _message(self, parts: Sequence[Part], path: str, start: int) -> None:
        if len(parts) == 1 and not self.reply:
            part = parts[0]
            if isinstance(part, TextPart) and is_string_form(part):
                item = string_item(part, f"{path}[{start}]", self.place(), log=self.log)
                self.add(item)
                return
        item = message_item(
            parts,
            path,
            start,
            place=self.place,
            label=str(self.items),
            reply=self.reply,
            mint=self.mint,
            log=self.log,
        )
        self.add(item, len(parts))

    def said(self, text: str, path: str, code: LossCode) -> None:
        """Write a part of another kind as text."""
        self.log.approximate(code, path, "became text", to=self.place())
        part = TextPart(text=text)
        quiet, self.log = self.log, LossLog(DIALECT)
        try:
            self._message((part,), path, 0)
        finally:
            self.log = quiet

    # --- single parts ---------------------------------------------------------------

    def _reasoning(self, part: ReasoningPart, path: str) -> None:
        encrypted = _own(part.encrypted)
        native = (
            encrypted is not None
            or (part.item is not None and part.item.id is not None)
            or DIALECT in part.extra
        )
        says = part.text is not None or part.summaries or encrypted is not None
        if not (native or (self.reply and says)):
            # A model does not take another one's thoughts; in an answer they are
            # reasoning, and never text (acceptance row S11).
            self.log.add(_unwritten(part), path, "dropped", severity="content")
            return
        self.add(self._reasoning_item(part, path, encrypted))

    def _reasoning_item(
        self, part: ReasoningPart, path: str, encrypted: str | None
    ) -> JSONObject:
        log, place = self.log, self.place()
        notes = spelling_of(part.extra)
        ref = part.item
        ident = None if ref is None else ref.id
        own = own_fields(part.extra)
        wanted = self.reply or notes.get("id") != "absent"
        if ident is None and wanted and "id" not in own:
            ident = self.mint("reasoning")
        status = None if ref is None else ref.status
        out: JSONObject = {"type": "reasoning"}
        if ident is not None:
            out["id"] = ident
        if "summary" not in own:
            out["summary"] = [
                {"type": "summary_text", "text": text} for text in part.summaries
            ]
        if part.text is not None:
            out["content"] = [
                {"type": "reasoning_text", "text": text}
                for text in _pieces(part.text, notes.get("content"))
            ]
        if encrypted is not None:
            out["encrypted_content"] = encrypted
        if status is not None:
            out["status"] = status
        merge_own(out, part.extra)
        _opaque_losses(part, path, log)
        if part.cache is not None:
            log.drop(LossCode.CACHE_BREAKPOINT, f"{path}.cache")
        common_losses(part, path, LossCode.THINK_TEXT, log, item=False)
        item_losses(ref, made_ref(ident, status), path, place, log)
        return out

    def _call(self, part: ToolCallPart, path: str) -> None:
        self.add(call_item(self, part, path))

    def _server_call(self, part: ServerToolCallPart, path: str) -> None:
        item = server_call_item(part, path, self.place(), self.log)
        if item is not None:
            self.add(item)

    def _server_result(self, part: ServerToolResultPart, path: str) -> None:
        item = server_result_item(part, path, self.place(), self.log)
        if item is not None:
            self.add(item)

    def _compaction(self, part: CompactionPart, path: str) -> None:
        log = self.log
        encrypted = _own(part.encrypted)
        if encrypted is None:
            if part.text:
                # The summary stands for turns that are gone: text keeps its meaning.
                self.said(part.text, path, LossCode.CTX_COMPACTION)
            else:
                log.drop(LossCode.CTX_COMPACTION, path)
            return
        ref = part.item
        ident = None if ref is None else ref.id
        status = None if ref is None else ref.status
        if ident is None and self.reply and "id" not in own_fields(part.extra):
            ident = self.mint("compaction")
        out: JSONObject = {"type": "compaction"}
        if ident is not None:
            out["id"] = ident
        out["encrypted_content"] = encrypted
        if status is not None:
            out["status"] = status
        merge_own(out, part.extra)
        if part.text is not None:
            log.drop(LossCode.CTX_COMPACTION, f"{path}.text")
        _origin_losses(part.encrypted, f"{path}.encrypted", log)
        if part.cache is not None:
            log.drop(LossCode.CACHE_BREAKPOINT, f"{path}.cache")
        common_losses(part, path, LossCode.CTX_COMPACTION, log, item=False)
        item_losses(ref, made_ref(ident, status), path, self.place(), log)
        self.add(out)

    def _audio(self, part: AudioPart, path: str) -> None:
        if part.transcript:
            self.said(part.transcript, path, LossCode.OUT_AUDIO)
        else:
            ref = part.source is None
            code = LossCode.OUT_AUDIO_REF if ref else LossCode.OUT_AUDIO
            self.log.drop(code, path)

    def _image(self, part: ImagePart, path: str) -> None:
        source = part.source
        if not (self.reply and isinstance(source, Base64Source)):
            self.log.drop(LossCode.OUT_IMAGE, path)
            return
        # The one item that carries an image is that of the tool that draws.
        self.log.approximate(LossCode.OUT_IMAGE, path, to=self.place())
        out: JSONObject = {
            "type": "image_generation_call",
            "id": self.mint("image_generation_call"),
            "status": "completed",
            "result": source.data,
            "size": None,
        }
        name = source.media_type.partition("/")[2]
        if name in ("png", "webp", "jpeg", "gif"):
            out["output_format"] = name
        self.add(out)

    def _unknown(self, part: UnknownPart, path: str) -> None:
        if part.dialect == DIALECT:
            item_losses(part.item, None, path, self.place(), self.log)
            self.add(dict(part.raw))
            return
        self.log.add(
            LossCode.OUT_TEXT,
            path,
            "dropped",
            severity="content",
            detail="a part that only its own dialect knows",
        )

    def _media(self, part: Part, path: str) -> None:
        code = LossCode.IN_DOC_BASE64
        if isinstance(part, VideoPart):
            code = video_code(part)
        self.log.add(code, path, "dropped", severity="content")


_WRITERS: Final[dict[type, Callable[[ItemWriter, Any, str], None]]] = {
    ReasoningPart: ItemWriter._reasoning,  # noqa: SLF001 - the table of the class
    ToolCallPart: ItemWriter._call,  # noqa: SLF001
    ServerToolCallPart: ItemWriter._server_call,  # noqa: SLF001
    ServerToolResultPart: ItemWriter._server_result,  # noqa: SLF001
    CompactionPart: ItemWriter._compaction,  # noqa: SLF001
    AudioPart: ItemWriter._audio,  # noqa: SLF001
    ImagePart: ItemWriter._image,  # noqa: SLF001
    DocumentPart: ItemWriter._media,  # noqa: SLF001
    VideoPart: ItemWriter._media,  # noqa: SLF001
    UnknownPart: ItemWriter._unknown,  # noqa: SLF001
}


def _stands_in_message(part: Part) -> bool:
    """Say whether a part is content of a message item."""
    if type(part) in MESSAGE_PARTS:
        return True
    return (
        isinstance(part, UnknownPart)
        and part.dialect == DIALECT
        and part.item is not None
        and part.item.group is not None
    )


def _is_free(part: Part) -> bool:
    """Say whether a part has no item of its own."""
    return part.item is None or (part.item.id is None and part.item.group is None)


def _own(opaque: Opaque | None) -> str | None:
    return opaque.value if opaque is not None and opaque.dialect == DIALECT else None


def _unwritten(part: ReasoningPart) -> LossCode:
    """Name what is lost with a reasoning part that is not written."""
    if part.text:
        return LossCode.THINK_TEXT
    if part.summaries:
        return LossCode.THINK_SUMMARY
    if part.redacted is not None or part.encrypted is not None:
        return LossCode.THINK_REDACTED
    return LossCode.THINK_SIGNATURE


def _pieces(text: str, lengths: object) -> list[str]:
    """Take a text apart again that was joined of several (`_reasoning_text`)."""
    if not isinstance(lengths, list):
        return [text]
    out: list[str] = []
    at = 0
    for length in lengths:
        if type(length) is not int or length < 0:
            return [text]
        at += 2 if out else 0
        out.append(text[at : at + length])
        at += length
    return out if "\n\n".join(out) == text else [text]


def _opaque_losses(part: ReasoningPart, path: str, log: LossLog) -> None:
    if part.encrypted is not None:
        if _own(part.encrypted) is None:
            log.drop(LossCode.THINK_SIGNATURE, f"{path}.encrypted")
        else:
            _origin_losses(part.encrypted, f"{path}.encrypted", log)
    if part.redacted is not None:
        log.drop(LossCode.THINK_REDACTED, f"{path}.redacted")
    if part.details_id is not None:
        log.drop(LossCode.THINK_ITEM_ID, f"{path}.details_id")


def _origin_losses(opaque: Opaque | None, path: str, log: LossLog) -> None:
    """Record where an opaque value was first seen: the decoder cannot know it."""
    for name in ("profile", "model"):
        if opaque is not None and getattr(opaque, name) is not None:
            log.add(
                LossCode.THINK_SIGNATURE,
                f"{path}.{name}",
                "dropped",
                severity="cosmetic",
            )
