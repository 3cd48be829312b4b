"""
What the stream encoder remembers, and how each kind of block is written.

A `BlockWriter` belongs to one block.  It takes the block's header and its growth and
gives native deltas (`{"content": …}`, `{"tool_calls": […]}`); putting a delta into an
event is the encoder's work (`_stream_encoder`).  What cannot be written becomes
a loss once per block and field, with its place in the folded response.

Source:
    wire/openai_chat.md section 6 and wire/mapping.md section 12, read 2026-11-21.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from modelwire.codecs._part_codes import call_code
from modelwire.codecs.openai_chat._parts import Context, common_losses, encode_image
from modelwire.codecs.openai_chat._reasoning import (
    DETAILS,
    THINKING,
    encode_detail,
    unwritten_code,
)
from modelwire.codecs.openai_chat._wire import (
    DIALECT,
    merge_own,
    own_fields,
    spelling_of,
)
from modelwire.ir._loss_codes import LossCode
from modelwire.ir._parts import (
    Annotation,
    AudioPart,
    Base64Source,
    CompactionPart,
    DocumentPart,
    ImagePart,
    Opaque,
    Part,
    ReasoningPart,
    RefusalPart,
    ServerToolCallPart,
    ServerToolResultPart,
    TextPart,
    ToolCallPart,
    UnknownPart,
    VideoPart,
)

if TYPE_CHECKING:
    from modelwire.codecs._losses import LossLog
    from modelwire.codecs._profile import Profile
    from modelwire.ir._base import JSONObject

__all__ = ["BlockWriter", "ChoiceWriter", "open_block"]

_FIELDS: Final = ("reasoning_content", "reasoning")


class ChoiceWriter:
    """What was written of one choice."""

    __slots__ = (
        "annotations",
        "calls",
        "extra",
        "finish",
        "first_text",
        "has_calls",
        "has_refusal",
        "index",
        "last",
        "last_text",
        "legacy",
        "message",
        "out",
        "parts",
        "path",
        "role",
        "speaker",
        "spoken",
        "waiting",
    )

    def __init__(self, index: int) -> None:
        self.index = index
        self.path = f"$.choices[{index}]"
        self.role = False
        """Whether its role is written."""
        self.parts = 0
        """How many blocks began."""
        self.out = 0
        """How many parts a reader has so far."""
        self.calls = 0
        """How many entries of `tool_calls` began."""
        self.legacy = False
        """Whether a `function_call` began."""
        self.has_calls = False
        self.has_refusal = False
        self.finish: Any = None
        """Its finish, held until the stream is known to be complete."""
        self.last: BlockWriter | None = None
        """The block that a reader has open beside the calls, or the last call."""
        self.first_text: BlockWriter | None = None
        self.last_text: BlockWriter | None = None
        self.extra: JSONObject = {}
        """Unknown fields that wait for the next event."""
        self.message: JSONObject = {}
        """Unknown fields of the delta that wait for the next event."""
        self.annotations: list[tuple[BlockWriter | None, str, Annotation]] = []
        self.speaker: BlockWriter | None = None
        """The open block of words."""
        self.spoken: BlockWriter | None = None
        """The text that was written last."""
        self.waiting: list[BlockWriter] = []
        """Blocks that began while another one spoke, in order."""


class BlockWriter:
    """
    One block: where it stands in the response, and how its growth is written.

    *family* is the native field that grows; a reader joins neighbours of one family.
    """

    __slots__ = (
        "call",
        "choice",
        "family",
        "head",
        "keyed",
        "lost",
        "merged",
        "offset",
        "out",
        "part",
        "path",
        "queue",
        "reported",
        "size",
        "stopped",
        "summary",
        "tail",
        "texts",
        "told",
        "wrote",
    )

    def __init__(self, choice: ChoiceWriter, part: Part) -> None:
        self.choice = choice
        self.part = part
        self.path = f"{choice.path}.message.parts[{choice.parts}]"
        choice.parts += 1
        self.out = -1
        """The part that a reader adds its growth to."""
        self.family = ""
        """`""`: nothing of it is written."""
        self.call = -1
        """The number of the tool call."""
        self.wrote = False
        """Whether anything of it is written."""
        self.merged = False
        """Whether a reader joins it to the block before."""
        self.size = 0
        """Characters that it grew by."""
        self.head = self.tail = ""
        """The first and the last piece of it."""
        self.offset = 0
        """Characters of the choice's text before it."""
        self.queue: list[Any] | None = None
        """The chunks that wait with it; `None`: it does not wait."""
        self.stopped = False
        self.summary: int | None = None
        """The summary that grew last."""
        self.texts = 0
        """Annotations so far."""
        self.reported: set[str] = set()
        """Fields that have their loss."""
        self.told: set[str] = set()
        """Fields of reasoning that came and are not written."""
        self.keyed: dict[str, list[str]] = {}
        """Arguments by key, which count only where no text of them comes."""
        self.lost = False
        """Whether it has its loss as a whole."""

    def once(self, field: str) -> bool:
        """Say whether *field* has no loss yet, and take note of one."""
        if field in self.reported:
            return False
        self.reported.add(field)
        return True

    def lose_reasoning(self, part: ReasoningPart, log: LossLog) -> None:
        """Record reasoning that no field carries, once it is known what it holds."""
        if self.lost:
            return
        self.lost = True
        code = unwritten_code(part)
        if code is not LossCode.THINK_SUMMARY and not part.text:
            if "summaries" in self.told:
                code = LossCode.THINK_SUMMARY
            elif "signature" in self.told and code is LossCode.THINK_TEXT:
                code = LossCode.THINK_SIGNATURE
        log.add(code, self.path, "dropped", severity="content")

    def grow(self, text: str) -> JSONObject:
        """Give the delta that appends *text*."""
        family = self.family
        if family == "tool_calls":
            field, key = (
                ("custom", "input")
                if isinstance(self.part, ToolCallPart) and self.part.kind == "custom"
                else ("function", "arguments")
            )
            return {"tool_calls": [{"index": self.call, field: {key: text}}]}
        if family == "function_call":
            return {"function_call": {"arguments": text}}
        if family == DETAILS:
            return self._detail(text)
        if family == THINKING:
            chunk = {"type": "text", "text": text}
            return {"content": [{"type": THINKING, "thinking": [chunk]}]}
        if family == "audio":
            return {"audio": {"transcript": text}}
        return dict.fromkeys(family.split("+"), text)

    def _detail(self, text: str) -> JSONObject:
        part = self.part
        entry: JSONObject = (
            {"type": "reasoning.text", "text": text}
            if self.summary is None
            else {"type": "reasoning.summary", "summary": text}
        )
        self._identify(entry)
        delta: JSONObject = {}
        field = spelling_of(part.extra).get("repeated")
        if field in _FIELDS:
            delta[field] = text
        delta[DETAILS] = [entry]
        return delta

    def _identify(self, entry: JSONObject) -> None:
        """Add what says which detail an entry continues."""
        part = self.part
        if isinstance(part, ReasoningPart) and part.details_id is not None:
            entry["id"] = part.details_id
        merge_own(entry, part.extra)

    def sign(self, signature: Opaque, log: LossLog) -> JSONObject | None:
        """Give the delta that signs the block; `None` and a loss where none can."""
        path = f"{self.path}.signature"
        is_call = isinstance(self.part, ToolCallPart)
        code = LossCode.THINK_SIGNATURE
        if is_call:
            code = LossCode.TOOL_CALL_THOUGHT_SIGNATURE
        delta: JSONObject | None = None
        if signature.dialect == DIALECT and self.family:
            if is_call and self.family == "tool_calls":
                google = {"google": {"thought_signature": signature.value}}
                entry: JSONObject = {"index": self.call, "extra_content": google}
                delta = {"tool_calls": [entry]}
            elif self.family == DETAILS and self.summary is None:
                entry = {"type": "reasoning.text", "signature": signature.value}
                self._identify(entry)
                delta = {DETAILS: [entry]}
            elif self.family == THINKING:
                item = {"type": THINKING, "thinking": [], "signature": signature.value}
                delta = {"content": [item]}
        if delta is None:
            self.told.add("signature")
            # The loss of a whole part stands for all that is on it.
            whole = not self.family or isinstance(self.part, CompactionPart)
            if not whole and self.once("signature"):
                log.drop(code, path)
            return None
        for name in ("profile", "model"):
            if getattr(signature, name) is not None and self.once(f"signature.{name}"):
                log.add(code, f"{path}.{name}", "dropped", severity="cosmetic")
        return delta


def open_block(
    block: BlockWriter, profile: Profile, log: LossLog, *, new_id: Any, legacy: bool
) -> list[JSONObject]:
    """
    Write a block's header.

    Args:
        block: The block; its family is set.
        profile: The variant.
        log: Where losses go.
        new_id: Gives an id for a call that has none.
        legacy: Whether the client knows `function_call` only.

    Returns:
        The deltas that can be written now; text of the header is the caller's.
    """
    part = block.part
    path = block.path
    if isinstance(part, TextPart):
        block.family = "content"
        _rest(part, path, LossCode.OUT_TEXT, log)
        return []
    if isinstance(part, RefusalPart):
        block.family = "refusal"
        _rest(part, path, LossCode.OUT_REFUSAL, log)
        return []
    if isinstance(part, CompactionPart):
        # The summary stands for turns that are gone: as text it keeps its meaning.
        block.family = "content"
        return []
    if isinstance(part, ToolCallPart):
        return _open_call(block, part, log, new_id=new_id, legacy=legacy)
    if isinstance(part, ReasoningPart):
        return _open_reasoning(block, part, profile, log)
    if isinstance(part, AudioPart):
        return _open_audio(block, part, log)
    if isinstance(part, ImagePart):
        return _open_image(part, path, profile, log)
    if isinstance(part, UnknownPart) and part.dialect == DIALECT:
        return _unknown(part, path, log)
    _lost(part, path, log)
    return []


def _rest(
    part: TextPart | RefusalPart, path: str, code: LossCode, log: LossLog
) -> None:
    """Record what a text may carry and a stream never does."""
    if part.cache is not None:
        log.drop(LossCode.CACHE_BREAKPOINT, f"{path}.cache")
    if part.signature is not None or part.item is not None or part.extra:
        common_losses(part, path, code, log)
        for name in own_fields(part.extra):
            if not name.startswith("$"):
                log.drop_field(code, path, DIALECT, name)


def _lost(part: Part, path: str, log: LossLog) -> None:
    """Record a part that this dialect's stream cannot say at all."""
    if isinstance(part, ServerToolCallPart | ServerToolResultPart):
        log.drop(LossCode.BT_CALL_ITEMS, path, f"server tool {part.kind}")
    elif isinstance(part, DocumentPart | VideoPart):
        log.drop(LossCode.OUT_IMAGE, path, f"{type(part).__name__} of an assistant")
    else:
        log.add(LossCode.OUT_TEXT, path, "dropped", severity="content")


def _unknown(part: UnknownPart, path: str, log: LossLog) -> list[JSONObject]:
    """Write back an item of this dialect that nobody knows."""
    group = None if part.item is None else part.item.group
    if group == "tool_calls":
        # In a stream every entry begins with an id and a name; this kind has others.
        log.drop(LossCode.OUT_TOOL_CALL, path)
        return []
    return [{DETAILS if group == DETAILS else "content": [part.raw]}]


def _open_image(
    part: ImagePart, path: str, profile: Profile, log: LossLog
) -> list[JSONObject]:
    if spelling_of(part.extra).get("image") == "images":
        item = encode_image(part, path, Context(profile, log))
        return [] if item is None else [{"images": [item]}]
    log.drop(LossCode.OUT_IMAGE, path)
    return []


def _open_audio(block: BlockWriter, part: AudioPart, log: LossLog) -> list[JSONObject]:
    path = block.path
    source = part.source
    last = block.choice.last
    if (source is not None and not isinstance(source, Base64Source)) or (
        # A reader would take two for one.
        last is not None and last.family == "audio"
    ):
        log.drop(LossCode.OUT_AUDIO, path)
        return []
    block.family = "audio"
    if part.cache is not None:
        log.drop(LossCode.CACHE_BREAKPOINT, f"{path}.cache")
    if source is not None and source.media_type != "audio":
        log.add(
            LossCode.OUT_AUDIO,
            f"{path}.source.media_type",
            "dropped",
            severity="cosmetic",
            detail="the stream does not name the format",
        )
    common_losses(part, path, LossCode.OUT_AUDIO, log)
    audio: JSONObject = {}
    if part.id is not None:
        audio["id"] = part.id
    if source is not None and source.data:
        audio["data"] = source.data
    if part.transcript is not None:
        audio["transcript"] = part.transcript
    if part.expires_at is not None:
        audio["expires_at"] = part.expires_at
    merge_own(audio, part.extra)
    return [{"audio": audio}] if audio else []


def _open_reasoning(
    block: BlockWriter, part: ReasoningPart, profile: Profile, log: LossLog
) -> list[JSONObject]:
    path = block.path
    form = _form(part, profile)
    if form is None:
        if part.text:
            block.lose_reasoning(part, log)
        # Else its deltas, or its end, tell which concept is lost.
        return []
    block.family = form
    if part.cache is not None:
        log.drop(LossCode.CACHE_BREAKPOINT, f"{path}.cache")
    if part.item is not None:
        log.drop(LossCode.THINK_ITEM_ID, f"{path}.item")
    if part.redacted is not None:
        log.drop(LossCode.THINK_REDACTED, f"{path}.redacted")
    if part.extra:
        log.drop_extra(part.extra, path, LossCode.THINK_TEXT)
    if form == DETAILS:
        if part.encrypted is not None and part.encrypted.dialect == DIALECT:
            return [{DETAILS: [encode_detail(part)]}]
    else:
        if part.details_id is not None:
            log.drop(LossCode.THINK_ITEM_ID, f"{path}.details_id")
        for name in own_fields(part.extra):
            if not name.startswith("$"):
                log.drop_field(LossCode.THINK_TEXT, path, DIALECT, name)
    if part.encrypted is not None:
        log.drop(LossCode.THINK_SIGNATURE, f"{path}.encrypted")
    return []


def _form(part: ReasoningPart, profile: Profile) -> str | None:
    """Say which native field carries a reasoning block; several are joined by `+`."""
    noted = spelling_of(part.extra).get("reasoning")
    if noted in (DETAILS, THINKING):
        return str(noted)
    if isinstance(noted, list):
        fields = [field for field in _FIELDS if field in noted]
        if fields:
            return "+".join(fields)
    if profile.reasoning_details:
        return DETAILS
    return profile.reasoning_field


def _open_call(
    block: BlockWriter,
    part: ToolCallPart,
    log: LossLog,
    *,
    new_id: Any,
    legacy: bool,
) -> list[JSONObject]:
    path = block.path
    choice = block.choice
    choice.has_calls = True
    if part.cache is not None:
        log.drop(LossCode.CACHE_BREAKPOINT, f"{path}.cache")
    if part.item is not None:
        log.drop(LossCode.THINK_ITEM_ID, f"{path}.item")
    if part.extra:
        log.drop_extra(part.extra, path, LossCode.OUT_TOOL_CALL)
    noted = spelling_of(part.extra).get("call") == "function_call"
    if (
        part.kind == "function"
        and not choice.legacy
        and (noted or (legacy and not choice.calls))
    ):
        choice.legacy = True
        block.family = "function_call"
        if part.id:
            log.drop(LossCode.TOOL_CALL_ID, f"{path}.id")
        return [{"function_call": {"name": part.name, "arguments": part.arguments}}]
    block.family = "tool_calls"
    block.call = choice.calls
    choice.calls += 1
    call_id = part.id
    if not call_id:
        call_id = new_id()
        to = f"{choice.path}.message.parts[{choice.out}].id"
        log.add(LossCode.TOOL_CALL_ID, None, "synthesised", to=to)
    entry: JSONObject = {"index": block.call, "id": call_id}
    name = part.name
    if not name:
        # A reader waits for a name; "" would hold the call back to the end.
        name = part.kind
        log.approximate(LossCode.OUT_TOOL_CALL, f"{path}.name", f"became {name}")
    if part.kind == "custom":
        entry["type"] = "custom"
        entry["custom"] = {"name": name, "input": part.arguments}
    else:
        if part.kind != "function":
            log.approximate(call_code(part.kind), f"{path}.kind", "became a function")
        entry["type"] = own_fields(part.extra).get("type", "function")
        entry["function"] = {"name": name, "arguments": part.arguments}
    merge_own(entry, part.extra)
    return [{"tool_calls": [entry]}]
