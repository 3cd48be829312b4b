"""
Assistant messages, from the IR to JSON: history in a request, the answer in a reply.

This dialect says an assistant message in one fixed order - reasoning, text, refusal,
audio, calls - and a reply's text is one string.  What stood in another order, or
apart, is a loss.

Source:
    wire/openai_chat.md sections 2 and 5 and wire/mapping.md section 3, read
    2026-11-21.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from modelwire.codecs._aliases import AliasBook, renamed_tool
from modelwire.codecs._losses import LossLog
from modelwire.codecs._profile import Profile
from modelwire.codecs.openai_chat._annotations import encode_annotation, is_native
from modelwire.codecs.openai_chat._calls import (
    audio_object,
    call_arguments,
    call_losses,
    call_object,
    object_or_text,
    sign_call,
)
from modelwire.codecs.openai_chat._parts import (
    Context,
    common_losses,
    encode_content_part,
    encode_image,
    encode_text,
)
from modelwire.codecs.openai_chat._reasoning import (
    DETAILS,
    THINKING,
    encode_detail,
    encode_thinking,
    plain_text,
    reasoning_form,
    reasoning_losses,
    reasoning_text,
    unwritten_code,
)
from modelwire.codecs.openai_chat._slots import Slots
from modelwire.codecs.openai_chat._wire import (
    DIALECT,
    merge_own,
    own_fields,
    spelling_of,
)
from modelwire.ir._base import Extra, JSONObject
from modelwire.ir._loss_codes import LossCode
from modelwire.ir._messages import Message
from modelwire.ir._parts import (
    AudioPart,
    Base64Source,
    CompactionPart,
    ImagePart,
    Part,
    ReasoningPart,
    RefusalPart,
    ServerToolCallPart,
    ServerToolResultPart,
    TextPart,
    ToolCallPart,
    UnknownPart,
)

__all__ = ["AssistantWriter"]

_PLAIN, _DETAIL, _CONTENT, _REFUSAL, _AUDIO, _IMAGES, _CALLS, _LEGACY = range(1, 9)
"""
The order in which a decoder of this dialect gives the parts of a message.

`reasoning_content` comes before everything else, `reasoning` behind it.
"""


class AssistantWriter:
    """
    Writes one assistant message.

    Args:
        message: The message.
        path: Its place in the source.
        to: Its place in the decoded output.
        profile: The variant.
        log: Where losses go.
        book: Where renamed tools are noted; `None`: names are written as they are.
        reply: Whether it is the answer in a response.
        legacy: Whether the client knows `function_call` only.
        paths: The places of the parts, where they come from several messages.
    """

    def __init__(
        self,
        message: Message,
        path: str,
        *,
        to: str,
        profile: Profile,
        log: LossLog,
        book: AliasBook | None = None,
        reply: bool = False,
        legacy: bool = False,
        paths: Sequence[str] | None = None,
    ) -> None:
        self.paths = paths
        self.message = message
        self.path = path
        self.to = to
        self.profile = profile
        self.log = log
        self.book = book
        self.reply = reply
        self.legacy = legacy
        self.context = Context(profile, log)
        self.notes = spelling_of(message.extra)
        self.items: list[JSONObject] = []
        """Items of `content`."""
        self.fields: dict[str, str] = {}
        """Reasoning fields and their text."""
        self.details: list[JSONObject] = []
        self.detail_text: list[str] = []
        self.repeated: set[str] = set()
        """Text fields that only repeat what the details say."""
        self.calls: list[JSONObject] = []
        self.call_ids: list[tuple[str, str, str]] = []
        """Source id, target id and source name of each call, for their answers."""
        self.call: JSONObject | None = None
        self.refusal: str | None = None
        self.audio: JSONObject | None = None
        self.images: list[JSONObject] = []
        self.annotations: list[JSONObject] = []
        self.length = 0
        """Characters of text so far, for the offsets of annotations."""
        self.slots = Slots()
        self.as_items = False

    # --- the whole message ----------------------------------------------------------

    def write(self, fresh_id: Callable[[], str]) -> JSONObject | None:
        """
        Write the message.

        Args:
            fresh_id: Gives an id for a call that has none.

        Returns:
            The wire message; `None` when nothing of it is left (losses say so).
        """
        message = self.message
        array = self.notes.get("content") == "array" or (
            self.reply and any(self._needs_items(part) for part in message.parts)
        )
        self.as_items = array or not self.reply
        paths = self.paths
        for index, part in enumerate(message.parts):
            where = f"{self.path}.parts[{index}]" if paths is None else paths[index]
            self._part(part, where, fresh_id)
        if self.slots.is_reordered():
            self.log.add(
                LossCode.OUT_INTERLEAVING,
                self.path,
                "moved",
                to=self.to,
                severity="approximation",
                detail="text comes before the calls in this dialect",
            )
        self.slots.record(self.log, self.to)
        if not self.slots.ranks and message.parts and not self.reply:
            return None
        return self._assemble(array)

    def _needs_items(self, part: Part) -> bool:
        """Say whether a part of a reply makes its content an array (Mistral)."""
        if isinstance(part, ReasoningPart):
            return reasoning_form(part, self.profile) == THINKING
        return (
            isinstance(part, UnknownPart)
            and part.dialect == DIALECT
            and part.item is None
        )

    def _assemble(self, array: bool) -> JSONObject:  # noqa: FBT001
        out: JSONObject = {"role": "assistant", "content": self._content(array)}
        repeated = self.notes.get("reasoning")
        if self.details and isinstance(repeated, list):
            # The text field that only repeats the details is repeated too.
            self.repeated.update(f for f in repeated if isinstance(f, str))
        for field in ("reasoning_content", "reasoning"):
            if field in self.repeated:
                self.fields.setdefault(field, "".join(self.detail_text))
        out.update(self.fields)
        if self.details:
            out["reasoning_details"] = self.details
        own = own_fields(self.message.extra)
        if self.refusal is not None or (self.reply and "refusal" not in own):
            out["refusal"] = self.refusal
        if self.annotations:
            out["annotations"] = self.annotations
        if self.audio is not None:
            out["audio"] = self.audio
        if self.images:
            out["images"] = self.images
        if self.calls:
            out["tool_calls"] = self.calls
        if self.call is not None:
            out["function_call"] = self.call
        message = self.message
        if message.name is not None:
            out["name"] = message.name
        if message.id is not None:
            self.log.add(
                LossCode.RESP_ID, f"{self.path}.id", "dropped", severity="cosmetic"
            )
        if message.extra:
            if self.reply and "role" in own:
                out["role"] = own["role"]
            if "content" in own and out["content"] is None:
                del out["content"]
            merge_own(out, message.extra)
            self.log.drop_extra(message.extra, self.path, LossCode.ROLE_NAME)
        return out

    def _content(self, array: bool) -> Any:  # noqa: FBT001
        """Give `content`: a string where that says everything, else the items."""
        items = self.items
        if not items:
            return [] if array else None
        if array:
            return items
        if self.reply:
            # Whatever is no plain text has made it an array.
            text = "".join(item["text"] for item in items)
            if self.notes.get("content") == "object":
                # A server sent an object; it goes back as one if it still is.
                return object_or_text(text)
            return text
        if len(items) == 1 and items[0].keys() == {"type", "text"}:
            return items[0]["text"]
        return items

    # --- parts ----------------------------------------------------------------------

    def _part(self, part: Part, path: str, fresh_id: Callable[[], str]) -> None:
        if isinstance(part, TextPart):
            self._text(part, path)
        elif isinstance(part, ToolCallPart):
            self._call(part, path, fresh_id)
        elif isinstance(part, ReasoningPart):
            self._reasoning(part, path)
        elif isinstance(part, RefusalPart):
            self._refusal(part, path)
        elif isinstance(part, AudioPart):
            self._audio(part, path)
        elif isinstance(part, ImagePart):
            self._image(part, path)
        elif isinstance(part, UnknownPart):
            self._unknown(part, path)
        elif isinstance(part, CompactionPart):
            if part.text:
                # The summary stands for turns that are gone: as text it keeps its
                # meaning.
                self._said(part.text, path, LossCode.CTX_COMPACTION)
            else:
                self.log.drop(LossCode.CTX_COMPACTION, path)
        elif isinstance(part, ServerToolCallPart | ServerToolResultPart):
            self.log.drop(LossCode.BT_CALL_ITEMS, path, f"server tool {part.kind}")
        else:
            name = type(part).__name__
            self.log.add(
                LossCode.OUT_IMAGE, path, "dropped", detail=f"{name} of an assistant"
            )

    def _said(self, text: str, path: str, code: LossCode) -> None:
        """Write a part of another kind as text."""
        self.items.append({"type": "text", "text": text})
        slot = self._text_slot(path, len(text))
        if slot is not None:
            self.slots.replace(slot, code, path=path, detail="became text")

    def _text_slot(self, path: str, size: int) -> int | None:
        """
        Count a text.

        Returns:
            Its number in the output; `None` when it is joined to the text before it,
            which is recorded.
        """
        self.length += size
        if self.as_items:
            return self.slots.add(_CONTENT)
        first = self.slots.joint.get("text")
        if first is None:
            first = self.slots.joint["text"] = self.slots.add(_CONTENT)
            return first
        crossed = any(rank > _CONTENT for rank in self.slots.ranks[first:])
        self.slots.defer(
            first,
            "",
            LossCode.OUT_INTERLEAVING if crossed else LossCode.OUT_TEXT,
            "merged",
            path=path,
            severity="approximation" if crossed else "cosmetic",
        )
        return None

    def _text(self, part: TextPart, path: str) -> None:
        log = self.log
        before = self.length
        size = len(part.text)
        if self._says_nothing(part):
            log.add(
                LossCode.OUT_TEXT, path, "dropped", severity="cosmetic", detail="empty"
            )
            return
        if self.reply:
            if part.cache is not None:
                log.drop(LossCode.CACHE_BREAKPOINT, f"{path}.cache")
            item: JSONObject = {"type": "text", "text": part.text}
            common_losses(part, path, LossCode.OUT_TEXT, log)
            if self.as_items:
                merge_own(item, part.extra)
            else:
                self._own_extra(part.extra, path, LossCode.OUT_TEXT)
        else:
            item = encode_text(part, path, self.context, code=LossCode.OUT_TEXT)
        self.items.append(item)
        slot = self._text_slot(path, size)
        if part.annotations:
            offset = 0 if self.as_items else before
            self._annotations(part, path, (offset, offset + size), slot)

    def _says_nothing(self, part: TextPart) -> bool:
        """Say whether a reply is one string that *part* adds nothing to."""
        if part.text or part.annotations or self.as_items:
            return False
        return any(
            isinstance(other, TextPart | CompactionPart) and other.text
            for other in self.message.parts
        )

    def _annotations(
        self, part: TextPart, path: str, span: tuple[int, int], slot: int | None
    ) -> None:
        # History has no annotations in the vendor's type; a client that replays its
        # answer word for word sends them all the same.
        keep = self.reply or self.notes.get("annotations") == "message"
        for index, annotation in enumerate(part.annotations):
            where = f"{path}.annotations[{index}]"
            if not keep:
                self.log.drop(LossCode.OUT_ANNOTATIONS_CITATIONS, where)
                continue
            wire = encode_annotation(annotation, span, log=self.log, path=where)
            if wire is None:
                continue
            if slot is not None and not is_native(annotation):
                self.slots.defer(
                    slot,
                    f".annotations[{len(self.annotations)}]",
                    LossCode.OUT_ANNOTATIONS_CITATIONS,
                    "approximated",
                    path=where,
                )
            self.annotations.append(wire)

    def _own_extra(self, extra: Extra, path: str, code: LossCode) -> None:
        """Record this dialect's unknown fields of a part that becomes a plain value."""
        for name in own_fields(extra):
            if not name.startswith("$"):
                self.log.drop_field(code, path, DIALECT, name)

    def _reasoning(self, part: ReasoningPart, path: str) -> None:
        log = self.log
        form = reasoning_form(part, self.profile)
        if form is None:
            log.add(unwritten_code(part), path, "dropped", severity="content")
            return
        became_text = reasoning_losses(part, form, log, path)
        if part.cache is not None:
            log.drop(LossCode.CACHE_BREAKPOINT, f"{path}.cache")
        if part.item is not None:
            log.drop(LossCode.THINK_ITEM_ID, f"{path}.item")
        if form == THINKING:
            self.items.append(encode_thinking(part))
            slot = self.slots.add(_CONTENT)
        elif form == DETAILS:
            self.details.append(encode_detail(part))
            self.detail_text.append(reasoning_text(part))
            repeated = spelling_of(part.extra).get("repeated")
            if isinstance(repeated, str):
                self.repeated.add(repeated)
            slot = self.slots.add(_DETAIL)
        else:
            slot = self._plain_reasoning(plain_text(part), path, form)
        if became_text:
            self.slots.defer(
                slot,
                ".text",
                LossCode.THINK_SUMMARY,
                "approximated",
                path=f"{path}.summaries",
            )

    def _plain_reasoning(self, text: str, path: str, form: Any) -> int:
        """Write reasoning into message fields, joined to what stands there."""
        first = next((self.slots.joint[f] for f in form if f in self.slots.joint), None)
        for field in form:
            before = self.fields.get(field)
            self.fields[field] = text if before is None else f"{before}\n\n{text}"
        if first is not None:
            self.slots.defer(first, "", LossCode.THINK_TEXT, "merged", path=path)
            return first
        slot = self.slots.add(0 if "reasoning_content" in form else _PLAIN)
        for field in form:
            self.slots.joint[field] = slot
        return slot

    def _refusal(self, part: RefusalPart, path: str) -> None:
        noted = "refusal" in spelling_of(part.extra)
        if self.as_items and (noted or self._refusal_is_inside(part)):
            self.items += encode_content_part(part, path, self.context)
            self.slots.add(_CONTENT)
            return
        if not part.text:
            # An empty refusal is what servers write that have none to tell.
            self.log.add(LossCode.OUT_REFUSAL, path, "dropped", severity="cosmetic")
            return
        if part.cache is not None:
            self.log.drop(LossCode.CACHE_BREAKPOINT, f"{path}.cache")
        common_losses(part, path, LossCode.OUT_REFUSAL, self.log)
        self._own_extra(part.extra, path, LossCode.OUT_REFUSAL)
        if self.refusal is None:
            self.refusal = part.text
            self.slots.joint["refusal"] = self.slots.add(_REFUSAL)
        else:
            self.refusal += part.text
            self.slots.defer(
                self.slots.joint["refusal"],
                "",
                LossCode.OUT_REFUSAL,
                "merged",
                path=path,
            )

    def _refusal_is_inside(self, part: RefusalPart) -> bool:
        """Say whether a text or another refusal needs it to stand among the items."""
        if self.reply:
            return False
        parts = self.message.parts
        refusals = [p for p in parts if isinstance(p, RefusalPart)]
        at = next(i for i, p in enumerate(parts) if p is part)
        return (
            len(refusals) > 1
            or not part.text
            or any(isinstance(p, TextPart) for p in parts[at:])
        )

    def _audio(self, part: AudioPart, path: str) -> None:
        log = self.log
        if self.reply:
            self._reply_audio(part, path)
            return
        if part.id is None or self.audio is not None:
            if part.transcript:
                self._said(part.transcript, path, LossCode.OUT_AUDIO)
            else:
                log.drop(LossCode.OUT_AUDIO, path)
            return
        if part.cache is not None:
            log.drop(LossCode.CACHE_BREAKPOINT, f"{path}.cache")
        if "audio" in spelling_of(part.extra):
            # A client sent the whole audio object back as it came.
            self.audio = audio_object(part)
        else:
            self.audio = {"id": part.id}
            for field in ("source", "transcript", "expires_at"):
                if getattr(part, field) is not None:
                    log.add(
                        LossCode.OUT_AUDIO,
                        f"{path}.{field}",
                        "dropped",
                        severity="cosmetic",
                    )
        merge_own(self.audio, part.extra)
        common_losses(part, path, LossCode.OUT_AUDIO_REF, log)
        self.slots.add(_AUDIO)

    def _reply_audio(self, part: AudioPart, path: str) -> None:
        log = self.log
        source = part.source
        if self.audio is not None or (
            source is not None and not isinstance(source, Base64Source)
        ):
            log.drop(LossCode.OUT_AUDIO, path)
            return
        found = audio_object(part)
        if not any(found.values()):
            # Nothing but empty fields is what servers write that have no audio.
            log.add(LossCode.OUT_AUDIO, path, "dropped", severity="cosmetic")
            return
        if part.cache is not None:
            log.drop(LossCode.CACHE_BREAKPOINT, f"{path}.cache")
        self.audio = found
        if isinstance(source, Base64Source) and source.media_type != "audio":
            log.add(
                LossCode.OUT_AUDIO,
                f"{path}.source.media_type",
                "dropped",
                severity="cosmetic",
                detail="the answer does not name the format",
            )
        slot = self.slots.add(_AUDIO)
        if not self.audio.get("id"):
            # The vendor's type requires all four, and an id says that it is audio.
            for field, missing in (("id", ""), ("transcript", ""), ("expires_at", 0)):
                if getattr(part, field) is None:
                    self.audio[field] = missing
                    self.slots.defer(
                        slot, f".{field}", LossCode.OUT_AUDIO, "synthesised"
                    )
        merge_own(self.audio, part.extra)
        common_losses(part, path, LossCode.OUT_AUDIO, log)

    def _image(self, part: ImagePart, path: str) -> None:
        item = None
        if spelling_of(part.extra).get("image") == "images":
            item = encode_image(part, path, self.context)
        if item is None:
            self.log.drop(LossCode.OUT_IMAGE, path)
            return
        self.images.append(item)
        self.slots.add(_IMAGES)

    def _unknown(self, part: UnknownPart, path: str) -> None:
        group = None if part.item is None else part.item.group
        if part.dialect != DIALECT:
            self.log.add(
                LossCode.OUT_TEXT,
                path,
                "dropped",
                severity="content",
                detail="a part that only its own dialect knows",
            )
        elif group == "tool_calls":
            self.calls.append(dict(part.raw))
            self.slots.add(_CALLS)
        elif group == DETAILS:
            self.details.append(dict(part.raw))
            self.slots.add(_DETAIL)
        else:
            self.items.append(dict(part.raw))
            self.slots.add(_CONTENT)

    # --- calls ----------------------------------------------------------------------

    def _call(self, part: ToolCallPart, path: str, fresh_id: Callable[[], str]) -> None:
        call_losses(part, path, self.log)
        name = part.name
        if self.book is not None:
            name = renamed_tool(part.name, path, self.log, self.book)
        if self._is_legacy(part):
            self.call = {"name": name, "arguments": call_arguments(part)}
            merge_own({"function_call": self.call}, part.extra)
            if part.id:
                self.log.drop(LossCode.TOOL_CALL_ID, f"{path}.id")
            self.call_ids.append((part.id, "", part.name))
            slot = self.slots.add(_LEGACY)
            sign_call(None, part, path, self.log, slots=self.slots, slot=slot)
            return
        slot = self.slots.add(_CALLS)
        ident = part.id or fresh_id()
        if self.book is not None:
            ident = self.book.call_id(ident)
        if not part.id:
            self.slots.defer(slot, ".id", LossCode.TOOL_CALL_ID, "synthesised")
        elif ident != part.id:
            self.log.approximate(LossCode.TOOL_CALL_ID, f"{path}.id")
        self.call_ids.append((part.id, ident, part.name))
        entry = call_object(part, ident, name, self.log, path)
        sign_call(entry, part, path, self.log, slots=self.slots, slot=slot)
        self.calls.append(entry)

    def _is_legacy(self, part: ToolCallPart) -> bool:
        """Say whether the call is written as `function_call`, of which one fits."""
        if self.call is not None or part.kind != "function":
            return False
        if spelling_of(part.extra).get("call") == "function_call":
            return True
        return self.legacy and not self.calls
