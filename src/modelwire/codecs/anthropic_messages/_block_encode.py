"""
Parts into content blocks, for requests, responses and stream headers.

A `BlockWriter` holds what one encode shares: the loss log, the renamed names and ids,
and the cache breakpoints in the order in which they were written.  `block` gives the
block of one part, or `None` when the part cannot be expressed; either way what is
lost is in the log.  `_blocks` is the other direction.

A dropped part is one loss per concept at the part's own path, never at a path below
it; a part that is written has its losses at the fields that changed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, Final, TypeGuard

from modelwire.codecs._aliases import AliasBook
from modelwire.codecs._base import NO_ALIASES, Aliases, Ids
from modelwire.codecs._ids import history_ids
from modelwire.codecs._losses import LossLog
from modelwire.codecs._plain_parts import is_plain_text
from modelwire.codecs._profile import Profile
from modelwire.codecs.anthropic_messages import _block_calls, _block_media
from modelwire.codecs.anthropic_messages._citations import encode_citation
from modelwire.codecs.anthropic_messages._profiles import DEFAULT_PROFILE
from modelwire.codecs.anthropic_messages._wire import DIALECT, KIN
from modelwire.errors import InvalidIRError
from modelwire.ir._base import Extra, JSONObject
from modelwire.ir._losses import LossCode
from modelwire.ir._messages import LEGAL_PARTS, Role
from modelwire.ir._parts import (
    AudioPart,
    CacheBreakpoint,
    CompactionPart,
    DocumentPart,
    ImagePart,
    Opaque,
    Part,
    ReasoningPart,
    RefusalPart,
    SearchResultPart,
    ServerToolCallPart,
    ServerToolResultPart,
    TextPart,
    ToolCallPart,
    ToolResultPart,
    UnknownPart,
    VideoPart,
)

__all__ = ["BlockWriter", "is_plain", "write_extra"]

_TTL: Final = {"30m": "1h", "12h": "1h", "24h": "1h"}
"""Lifetimes of other dialects and the nearest one here."""


def write_extra(
    extra: Extra,
    out: JSONObject,
    path: str,
    log: LossLog,
    code: LossCode,
) -> None:
    """
    Write this dialect's unknown fields into *out*; record those of others.

    Args:
        extra: The node's `extra`.
        out: The object that is being written.
        path: The node's path.
        log: Where losses go.
        code: The concept that the node belongs to.
    """
    for name, value in extra.get(DIALECT, {}).items():
        if name.startswith("$"):
            continue
        present = out.get(name)
        if present is None and name not in out:
            out[name] = value
        elif isinstance(present, dict) and isinstance(value, dict):
            # What a known object says beyond the IR joins it (`source`, `citations`).
            out[name] = {
                **present,
                **{k: v for k, v in value.items() if k not in present},
            }
        else:
            log.drop_field(code, path, DIALECT, name)
    if len(extra) > 1 or DIALECT not in extra:
        log.drop_extra(extra, path, code)


def is_plain(part: Part) -> TypeGuard[TextPart]:
    """
    Say whether *part* is a text that is written as nothing but its text.

    Args:
        part: The part.

    Returns:
        Whether it is a text with words and nothing beside them.
    """
    return type(part) is TextPart and part.text != "" and is_plain_text(part)


class BlockWriter:
    """
    Writes the blocks of one request or one response.

    Args of the constructor: *response* says that a client reads the blocks, so that
    reasoning may stand without a signature; *profile* is the variant; *home* renames
    what an earlier encode renamed; *ids* makes the ids of calls without one, else
    they count, without those of *taken*.
    """

    __slots__ = (
        "_fresh_id",
        "_open",
        "book",
        "breakpoints",
        "home",
        "ids",
        "log",
        "merged",
        "profile",
        "response",
    )

    def __init__(
        self,
        log: LossLog,
        *,
        response: bool = False,
        profile: Profile = DEFAULT_PROFILE,
        book: AliasBook | None = None,
        home: Aliases = NO_ALIASES,
        ids: Ids | None = None,
        taken: Iterable[str] = (),
    ) -> None:
        self.log = log
        self.response = response
        self.profile = profile
        self.book = book if book is not None else AliasBook()
        self.home = home
        self.ids = ids
        self.breakpoints: list[tuple[JSONObject, str]] = []
        """Objects that hold a `cache_control`, with the path of the breakpoint."""
        self.merged: list[str] = []
        """Paths of the leading messages, where several became one."""
        self._fresh_id = history_ids(taken, "toolu")
        self._open: list[str] = []

    def block(self, part: Part, path: str, role: Role) -> JSONObject | None:
        """
        Write one part.

        Args:
            part: The part.
            path: Where it stands.
            role: The role of its message (after regrouping).

        Returns:
            The block, or `None` when the part is dropped.

        Raises:
            InvalidIRError: The part may not stand in a message of that role.
        """
        kind = type(part)
        if kind.__name__ not in LEGAL_PARTS[role]:
            msg = f"{kind.__name__} in a message of role {role}"
            raise InvalidIRError(msg, path=path, dialect=DIALECT)
        return _WRITERS[kind](self, part, path, role)

    def content(
        self, parts: tuple[Part, ...], path: str, role: Role
    ) -> list[JSONObject]:
        """Write the parts inside a tool result, search result or content source."""
        blocks = []
        for i, part in enumerate(parts):
            writer = _WRITERS.get(type(part))
            block = writer(self, part, f"{path}[{i}]", role) if writer else None
            if block is not None:
                blocks.append(block)
        return blocks

    def finish(
        self,
        out: JSONObject,
        part: Part,
        path: str,
        code: LossCode,
        *,
        cacheable: bool = True,
    ) -> JSONObject:
        """Write what any part may carry: breakpoint, proof, item, unknown fields."""
        if part.cache is not None:
            if cacheable and not self.response:
                self.cache(out, part.cache, f"{path}.cache")
            else:
                self.log.drop(LossCode.CACHE_BREAKPOINT, f"{path}.cache")
        if part.item is not None:
            self.item(part, path)
        if part.extra:
            write_extra(part.extra, out, path, self.log, code)
        return out

    def proof(self, part: Part, path: str) -> None:
        """Record the signature of a part whose block has no place for one."""
        if part.signature is not None:
            code = (
                LossCode.TOOL_CALL_THOUGHT_SIGNATURE
                if isinstance(part, ToolCallPart)
                else LossCode.THINK_SIGNATURE
            )
            self.log.add(code, f"{path}.signature", "dropped", severity="content")

    def item(self, part: Part, path: str) -> None:
        """Record the wire item of a part: this dialect has none."""
        item = part.item
        if item is not None and item.phase is not None:
            self.log.drop(LossCode.MSG_PHASE, f"{path}.item")
        else:
            self.log.drop(LossCode.THINK_ITEM_ID, f"{path}.item")

    def cache(self, out: JSONObject, cache: CacheBreakpoint, path: str) -> None:
        """Write a cache breakpoint and remember it for the limit."""
        out["cache_control"] = self.cache_control(cache, path)
        self.breakpoints.append((out, path))

    def cache_control(self, cache: CacheBreakpoint, path: str) -> JSONObject:
        """Give the object of a cache breakpoint."""
        control: JSONObject = {"type": "ephemeral"}
        if cache.ttl is not None:
            control["ttl"] = self.ttl(cache.ttl, f"{path}.ttl")
        if cache.extra:
            write_extra(cache.extra, control, path, self.log, LossCode.CACHE_BREAKPOINT)
        return control

    def ttl(self, ttl: str, path: str) -> str:
        """Give this dialect's lifetime for *ttl*."""
        nearest = _TTL.get(ttl)
        if nearest is None:
            return ttl
        self.log.approximate(LossCode.CACHE_TTL, path, f"{ttl} as {nearest}")
        return nearest

    def opaque(self, opaque: Opaque | None, path: str) -> str | None:
        """Give the text of an opaque value that this dialect's models understand."""
        if opaque is None or opaque.dialect not in KIN:
            return None
        # What the decoder cannot know again: where the value was first seen.
        for name in ("profile", "model"):
            if getattr(opaque, name) is not None:
                self.log.add(
                    LossCode.THINK_SIGNATURE,
                    f"{path}.{name}",
                    "dropped",
                    severity="cosmetic",
                )
        if opaque.dialect != DIALECT:
            self.log.add(
                LossCode.THINK_SIGNATURE,
                f"{path}.dialect",
                "approximated",
                severity="cosmetic",
            )
        return opaque.value

    def call_id(self, id_: str, path: str) -> str:
        """Give the legal id of a call; one without an id gets one."""
        if not id_:
            made = self._mint()
            self._open.append(made)
            self.log.add(LossCode.TOOL_CALL_ID, path, "synthesised", detail="no id")
            return made
        return self._legal_id(id_, path)

    def result_id(self, id_: str, path: str) -> str:
        """Give the id that the result of a call refers to."""
        if not id_:
            made = self._open.pop(0) if self._open else self._mint()
            self.log.add(LossCode.TOOL_CALL_ID, path, "synthesised", detail="no id")
            return made
        return self._legal_id(id_, path)

    def _legal_id(self, id_: str, path: str) -> str:
        target = self.book.call_id(self.home.call_id(id_))
        if target != id_:
            self.log.add(
                LossCode.TOOL_CALL_ID, path, "approximated", severity="cosmetic"
            )
        return target

    def _mint(self) -> str:
        if self.ids is not None:
            return self.book.call_id(self.ids("call"))
        # Two calls without an id in one request must not meet (T20, T21).
        return self.book.call_id(self._fresh_id())

    def tool_name(self, name: str, path: str) -> str:
        """Give the legal name of a tool; a client gets its own name back."""
        own = self.home.name(name)
        target = own if self.response else self.book.name(own)
        if target != name:
            self.log.add(
                LossCode.TOOL_NAME_CHARSET, path, "approximated", severity="cosmetic"
            )
        return target


# --- one function per part ----------------------------------------------------------


def _text_code(role: Role) -> LossCode:
    return LossCode.OUT_TEXT if role == "assistant" else LossCode.IN_TEXT


def _text(
    writer: BlockWriter, part: TextPart, path: str, role: Role
) -> JSONObject | None:
    out: JSONObject = {"type": "text", "text": part.text}
    if part.annotations and (part.text or writer.response):
        _annotations(writer, part, path, role, out)
    if not part.text and "citations" not in out:
        # R05: the API refuses empty text.
        writer.log.add(
            _text_code(role), path, "dropped", severity="cosmetic", detail="empty"
        )
        return None
    if part.logprobs is not None:
        writer.log.drop(LossCode.RESP_LOGPROBS, f"{path}.logprobs")
    writer.proof(part, path)
    return writer.finish(out, part, path, _text_code(role))


def _annotations(
    writer: BlockWriter, part: TextPart, path: str, role: Role, out: JSONObject
) -> None:
    log = writer.log
    refused = writer.profile.strict_blocks and role != "assistant"
    citations = []
    for i, annotation in enumerate(part.annotations):
        where = f"{path}.annotations[{i}]"
        if refused:
            log.drop(LossCode.OUT_ANNOTATIONS_CITATIONS, where)
            continue
        citation = encode_citation(annotation, where, log, response=writer.response)
        if citation is not None:
            citations.append(citation)
    if citations:
        out["citations"] = citations


def _reasoning(
    writer: BlockWriter, part: ReasoningPart, path: str, role: Role
) -> JSONObject | None:
    del role
    log = writer.log
    proof = writer.opaque(part.signature, f"{path}.signature")
    has_text = part.text is not None or bool(part.summaries)
    if proof is not None or (has_text and writer.response):
        return _thinking(writer, part, path, proof)
    if part.redacted is not None and part.redacted.dialect in KIN and not has_text:
        return _redacted(writer, part, path)
    # A thinking block without the API's own signature is refused by the API, and a
    # foreign signature is worth nothing to it: such reasoning is never sent upstream.
    if part.text is not None:
        log.drop(LossCode.THINK_TEXT, path)
    if part.summaries:
        log.drop(LossCode.THINK_SUMMARY, path)
    if part.signature is not None or part.encrypted is not None:
        log.drop(LossCode.THINK_SIGNATURE, path)
    if part.redacted is not None:
        log.drop(LossCode.THINK_REDACTED, path)
    if not (has_text or part.signature or part.encrypted or part.redacted):
        log.drop(LossCode.THINK_TEXT, path, "empty")
    return None


def _thinking(
    writer: BlockWriter, part: ReasoningPart, path: str, proof: str | None
) -> JSONObject:
    log = writer.log
    text = part.text
    if text is not None:
        for i in range(len(part.summaries)):
            log.drop(LossCode.THINK_SUMMARY, f"{path}.summaries[{i}]")
    elif part.summaries:
        # The API's own thinking is a summary, so summaries may stand as the text.
        text = "\n\n".join(filter(None, part.summaries))
        log.approximate(LossCode.THINK_SUMMARY, path, "as text")
    else:
        # S02: a signature without text is a block of its own right.
        text = ""
        log.add(LossCode.THINK_TEXT, f"{path}.text", "synthesised")
    if part.signature is not None and proof is None:
        log.drop(LossCode.THINK_SIGNATURE, f"{path}.signature")
    if part.redacted is not None:
        log.drop(LossCode.THINK_REDACTED, f"{path}.redacted")
    _reasoning_rest(writer, part, path)
    out: JSONObject = {"type": "thinking", "thinking": text, "signature": proof or ""}
    return writer.finish(out, part, path, LossCode.THINK_TEXT, cacheable=False)


def _redacted(writer: BlockWriter, part: ReasoningPart, path: str) -> JSONObject:
    data = writer.opaque(part.redacted, f"{path}.redacted")
    if part.signature is not None:
        writer.log.drop(LossCode.THINK_SIGNATURE, f"{path}.signature")
    _reasoning_rest(writer, part, path)
    out: JSONObject = {"type": "redacted_thinking", "data": data}
    return writer.finish(out, part, path, LossCode.THINK_REDACTED, cacheable=False)


def _reasoning_rest(writer: BlockWriter, part: ReasoningPart, path: str) -> None:
    if part.encrypted is not None:
        writer.log.drop(LossCode.THINK_SIGNATURE, f"{path}.encrypted")
    if part.details_id is not None:
        writer.log.drop(LossCode.THINK_ITEM_ID, f"{path}.details_id")


def _refusal(
    writer: BlockWriter, part: RefusalPart, path: str, role: Role
) -> JSONObject | None:
    del role
    if not part.text:
        writer.log.add(LossCode.OUT_REFUSAL, path, "dropped", severity="cosmetic")
        return None
    writer.log.approximate(LossCode.OUT_REFUSAL, path, "as text")
    out: JSONObject = {"type": "text", "text": part.text}
    if part.cache is not None and not writer.response:
        writer.cache(out, part.cache, f"{path}.cache")
    return out


def _compaction(
    writer: BlockWriter, part: CompactionPart, path: str, role: Role
) -> JSONObject | None:
    del role
    log = writer.log
    sealed = writer.opaque(part.encrypted, f"{path}.encrypted")
    if part.text is None and sealed is None and part.encrypted is not None:
        log.drop(LossCode.CTX_COMPACTION, path)
        return None
    out: JSONObject = {"type": "compaction", "content": part.text}
    if sealed is not None:
        out["encrypted_content"] = sealed
    elif part.encrypted is not None:
        log.drop(LossCode.CTX_COMPACTION, f"{path}.encrypted")
    if part.signature is not None:
        proof = writer.opaque(part.signature, f"{path}.signature")
        if proof is not None:
            out["signature"] = proof
        else:
            log.drop(LossCode.THINK_SIGNATURE, f"{path}.signature")
    return writer.finish(out, part, path, LossCode.CTX_COMPACTION)


def _unknown(
    writer: BlockWriter, part: UnknownPart, path: str, role: Role
) -> JSONObject | None:
    if part.dialect != DIALECT:
        writer.log.drop(_text_code(role), path, f"unknown part of {part.dialect}")
        return None
    out = dict(part.raw)
    if out.get("cache_control") is not None:
        writer.breakpoints.append((out, path))
    return out


_WRITERS: Final[
    dict[type, Callable[[BlockWriter, Any, str, Role], JSONObject | None]]
] = {
    TextPart: _text,
    ImagePart: _block_media.image,
    DocumentPart: _block_media.document,
    SearchResultPart: _block_media.search_result,
    AudioPart: _block_media.audio,
    VideoPart: _block_media.video,
    ReasoningPart: _reasoning,
    ToolCallPart: _block_calls.tool_call,
    ToolResultPart: _block_calls.tool_result,
    ServerToolCallPart: _block_calls.server_call,
    ServerToolResultPart: _block_calls.server_result,
    RefusalPart: _refusal,
    CompactionPart: _compaction,
    UnknownPart: _unknown,
}
