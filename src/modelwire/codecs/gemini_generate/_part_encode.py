"""
Parts of the IR into parts of a content, for requests, answers and streams.

A `PartWriter` holds what one encode shares: the loss log, the renamed functions, and
the names of the calls so far.  `part` gives the wire part of one part, or `None` when
it cannot be expressed; either way what is lost is in the log.  `_parts` is the other
direction.

A dropped part is one loss per concept at the part's own path, never at a path below
it; a part that is written has its losses at the fields that changed.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final

from modelwire.codecs._aliases import AliasBook
from modelwire.codecs._base import NO_ALIASES, Aliases
from modelwire.codecs._losses import LossLog
from modelwire.codecs._profile import Profile
from modelwire.codecs.gemini_generate import _part_calls, _part_media
from modelwire.codecs.gemini_generate._call_ids import MINTED
from modelwire.codecs.gemini_generate._extra import spelling_of, write_extra
from modelwire.codecs.gemini_generate._profiles import DEFAULT_PROFILE
from modelwire.codecs.gemini_generate._wire import (
    DIALECT,
    KIN,
)
from modelwire.errors import InvalidIRError
from modelwire.ir._base import Extra, JSONObject
from modelwire.ir._losses import Loss, LossCode
from modelwire.ir._messages import LEGAL_PARTS, Role
from modelwire.ir._parts import (
    AudioPart,
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

__all__ = ["PartWriter"]

_MARK: Final = "\0"
"""What makes a name with an illegal first character illegal for the alias book."""


class PartWriter:
    """
    Writes the parts of one request or one answer.

    Args of the constructor: *response* says that a client reads the parts; *profile*
    is the variant that does; *levels* says that the model takes settings per part;
    *home* renames what an earlier encode renamed; *predict* gives the ids that the
    decoder will fill in, so that only those are left out again; *named* are ids that
    must be written because something refers to them by id.
    """

    __slots__ = (
        "_first",
        "_next",
        "book",
        "calls",
        "home",
        "levels",
        "log",
        "named",
        "omitted",
        "predict",
        "profile",
        "response",
    )

    def __init__(
        self,
        log: LossLog,
        *,
        response: bool = False,
        profile: Profile = DEFAULT_PROFILE,
        levels: bool = True,
        book: AliasBook | None = None,
        home: Aliases = NO_ALIASES,
        predict: Callable[[], str] | None = None,
        named: frozenset[str] = frozenset(),
    ) -> None:
        self.log = log
        self.response = response
        self.profile = profile
        self.levels = levels
        self.book = (
            book
            if book is not None
            else AliasBook(
                name_charset=profile.tool_name_charset,
                name_limit=profile.tool_name_max,
            )
        )
        self.home = home
        self.calls: dict[str, str] = {}
        """Ids of the calls so far, and their names in the source."""
        self.predict = predict
        self.named = named
        self.omitted: set[str] = set()
        """Ids that were left out, because the wire did not have them."""
        self._next: str | None = None
        self._first: set[str] = set()

    def part(self, part: Part, path: str, role: Role) -> JSONObject | None:
        """
        Write one part.

        Args:
            part: The part.
            path: Where it stands.
            role: The role of its message.

        Returns:
            The wire part, or `None` when the part is dropped.

        Raises:
            InvalidIRError: The part may not stand in a message of that role.
        """
        kind = type(part)
        if kind.__name__ not in LEGAL_PARTS[role]:
            msg = f"{kind.__name__} in a message of role {role}"
            raise InvalidIRError(msg, path=path, dialect=DIALECT)
        return _WRITERS[kind](self, part, path, role)

    def placed(
        self,
        write: Callable[[], JSONObject | None],
        path: str,
        to: str,
    ) -> JSONObject | None:
        """
        Write something that stands elsewhere in the decoded output.

        Args:
            write: Writes it.
            path: Where it stands in the source.
            to: Where it will stand; losses that name a place below *path* in the
                output name the one below *to* instead.

        Returns:
            What *write* gives.
        """
        outer, self.log = self.log, LossLog(DIALECT)
        written = write()
        inner, self.log = self.log, outer
        self.place(inner.losses, path, to)
        return written

    def place(self, losses: Sequence[Loss], path: str, to: str) -> None:
        """
        Record what a part lost that stands elsewhere in the decoded output.

        Args:
            losses: The losses, as they were recorded for *path*.
            path: Where the part stands in the source.
            to: Where it stands in the output.
        """
        # A part that is another one now is changed as a whole: there is no telling
        # which of its fields the output shows.
        whole = any(loss.path == path and loss.to is None for loss in losses)
        for loss in losses:
            place = loss.to
            if whole:
                place = None
            elif place is not None and place.startswith(path):
                place = to + place[len(path) :]
            self.log.add(
                loss.code,
                path if whole else loss.path,
                # `dropped` at a part's path would say that the part is gone.
                "approximated" if whole and loss.path != path else loss.action,
                to=place,
                severity=loss.severity,
                detail=loss.detail,
            )

    def finish(
        self, out: JSONObject, part: Part, path: str, code: LossCode
    ) -> JSONObject:
        """Write what any part may carry: proof, breakpoint, item, unknown fields."""
        if part.signature is not None:
            value = self.opaque(part.signature, f"{path}.signature")
            if value is not None:
                out["thoughtSignature"] = value
            else:
                self.log.add(
                    LossCode.TOOL_CALL_THOUGHT_SIGNATURE
                    if isinstance(part, ToolCallPart)
                    else LossCode.THINK_SIGNATURE,
                    f"{path}.signature",
                    "dropped",
                    severity="content",
                )
        if part.cache is not None:
            self.log.drop(LossCode.CACHE_BREAKPOINT, f"{path}.cache")
        if part.item is not None:
            self.item(part, path)
        if part.extra:
            if spelling_of(part.extra).get("thought") is False:
                out.setdefault("thought", False)
            write_extra(part.extra, out, path, self.log, code)
        return out

    def omits(self, id_: str, part: Part) -> bool:
        """
        Say whether an id is left out: it was filled in, and will be again.

        An id that the decoder would fill in otherwise (the history was changed) is
        written, which the API takes.
        """
        if id_ in self.named or spelling_of(part.extra).get("id") != MINTED:
            return False
        if self.predict is not None:
            if self._next is None:
                self._next = self.predict()
            if self._next != id_:
                return False
            self._next = None
        self.omitted.add(id_)
        return True

    def item(self, part: Part, path: str) -> None:
        """Record the wire item of a part: this dialect has none."""
        item = part.item
        phase = item is not None and item.phase is not None
        self.log.drop(
            LossCode.MSG_PHASE if phase else LossCode.THINK_ITEM_ID, f"{path}.item"
        )

    def opaque(self, opaque: Opaque, path: str) -> str | None:
        """Give the text of an opaque value that this API understands."""
        if opaque.dialect not in KIN:
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
        return opaque.value

    def tool_name(self, name: str, path: str) -> str:
        """Give the legal name of a function; a client gets its own name back."""
        own = self.home.name(name)
        target = own if self.response else self.legal(own)
        if target != name:
            self.log.add(
                LossCode.TOOL_NAME_CHARSET, path, "approximated", severity="cosmetic"
            )
        return target

    def legal(self, name: str) -> str:
        """Rename what is illegal; the first character has a rule of its own."""
        if not self.legal_first(name):
            target = self.book.name(f"_{name}{_MARK}")
            self._first.add(target)
            return target
        return self.book.name(name)

    @staticmethod
    def legal_first(name: str) -> bool:
        """Say whether *name* begins with a letter or `_`, or with nothing."""
        return not name or name[0] == "_" or (name[0].isascii() and name[0].isalpha())

    def custom(self, name: str) -> str:
        """Give the name of a free-text tool that is declared as a function."""
        target = self.legal(name)
        marked = f"_{name}{_MARK}" if target in self._first else name
        return self.book.custom(marked)

    def aliases(self) -> Aliases:
        """Give what was renamed, target to source."""
        made = self.book.aliases()
        if not self._first:
            return made
        names = {
            target: source[1:-1] if target in self._first else source
            for target, source in made.names.items()
        }
        return Aliases(names=names, call_ids=made.call_ids, custom=made.custom)


# --- texts --------------------------------------------------------------------------


def _text_code(role: Role) -> LossCode:
    return LossCode.OUT_TEXT if role == "assistant" else LossCode.IN_TEXT


def _text(
    writer: PartWriter, part: TextPart, path: str, role: Role
) -> JSONObject | None:
    log = writer.log
    notes = spelling_of(part.extra)
    signed = part.signature is not None and part.signature.dialect in KIN
    if not part.text and not signed and "text" not in notes and not writer.response:
        # The API refuses a part without data, and takes empty text for one.
        log.add(_text_code(role), path, "dropped", severity="cosmetic")
        return None
    out: JSONObject = {"text": part.text}
    if not part.text and signed and notes.get("text") == "absent":
        out = {} if not _has_fields(part.extra) else out
    if not writer.response:
        for i in range(len(part.annotations)):
            log.drop(LossCode.OUT_ANNOTATIONS_CITATIONS, f"{path}.annotations[{i}]")
    if part.logprobs is not None:
        log.drop(LossCode.RESP_LOGPROBS, f"{path}.logprobs")
    return writer.finish(out, part, path, _text_code(role))


def _reasoning(
    writer: PartWriter, part: ReasoningPart, path: str, role: Role
) -> JSONObject | None:
    del role
    log = writer.log
    signed = part.signature is not None and part.signature.dialect in KIN
    if part.text is None and not part.summaries and not signed:
        for name, code in (
            ("redacted", LossCode.THINK_REDACTED),
            ("encrypted", LossCode.THINK_SIGNATURE),
            ("signature", LossCode.THINK_SIGNATURE),
        ):
            if getattr(part, name) is not None:
                log.drop(code, path)
                return None
        log.add(LossCode.THINK_TEXT, path, "dropped", severity="cosmetic")
        return None
    out: JSONObject = {"thought": True}
    text = part.text
    if text is None and part.summaries:
        text = "\n\n".join(filter(None, part.summaries))
        where = f"{path}.summaries"
        log.approximate(LossCode.THINK_SUMMARY, where, to=f"{path}.text")
    elif text is None and _has_fields(part.extra):
        # Beside unknown fields a part without a text would be one of an unknown kind.
        text = ""
        log.add(
            LossCode.THINK_TEXT,
            f"{path}.text",
            "synthesised",
            severity="cosmetic",
            detail="an empty text",
        )
    if text is not None:
        out = {"text": text, "thought": True}
    if part.text is not None and part.summaries:
        log.drop(LossCode.THINK_SUMMARY, f"{path}.summaries")
    if part.redacted is not None:
        log.drop(LossCode.THINK_REDACTED, f"{path}.redacted")
    if part.encrypted is not None:
        log.drop(LossCode.THINK_SIGNATURE, f"{path}.encrypted")
    if part.details_id is not None:
        log.drop(LossCode.THINK_ITEM_ID, f"{path}.details_id")
    return writer.finish(out, part, path, LossCode.THINK_TEXT)


def _has_fields(extra: Extra) -> bool:
    """Say whether *extra* has fields of ours that are written."""
    return any(not name.startswith("$") for name in extra.get(DIALECT, ()))


def _refusal(
    writer: PartWriter, part: RefusalPart, path: str, role: Role
) -> JSONObject | None:
    del role
    if not part.text and not writer.response:
        writer.log.add(LossCode.OUT_REFUSAL, path, "dropped", severity="cosmetic")
        return None
    writer.log.approximate(LossCode.OUT_REFUSAL, path, "as text")
    return {"text": part.text}


def _compaction(
    writer: PartWriter, part: CompactionPart, path: str, role: Role
) -> JSONObject | None:
    del role
    if not part.text:
        writer.log.drop(LossCode.CTX_COMPACTION, path)
        return None
    writer.log.approximate(LossCode.CTX_COMPACTION, path, "as text")
    return {"text": part.text}


def _unknown(
    writer: PartWriter, part: UnknownPart, path: str, role: Role
) -> JSONObject | None:
    if part.dialect != DIALECT:
        writer.log.drop(_text_code(role), path, f"unknown part of {part.dialect}")
        return None
    return dict(part.raw)


_WRITERS: Final[
    dict[type, Callable[[PartWriter, Any, str, Role], JSONObject | None]]
] = {
    TextPart: _text,
    ImagePart: _part_media.image,
    DocumentPart: _part_media.document,
    SearchResultPart: _part_media.search_result,
    AudioPart: _part_media.audio,
    VideoPart: _part_media.video,
    ReasoningPart: _reasoning,
    ToolCallPart: _part_calls.tool_call,
    ToolResultPart: _part_calls.tool_result,
    ServerToolCallPart: _part_calls.server_call,
    ServerToolResultPart: _part_calls.server_result,
    RefusalPart: _refusal,
    CompactionPart: _compaction,
    UnknownPart: _unknown,
}
