"""
Media that a target cannot open: what to fetch, and putting in what was fetched.

A codec never fetches.  `missing_media` says what the target's encoder would refuse
although it would take the bytes, the caller fetches it as it likes (with a client of
its own, all at once, from a cache), and `with_media` puts it in.  `resolve_media` does
both for a caller with a function that fetches.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, Final, Literal, TypeAlias

import attrs

from modelwire import codecs
from modelwire.adapt._adapted import Adapted
from modelwire.codecs._base import COLLECT
from modelwire.codecs._losses import LossLog
from modelwire.errors import InvalidIRError
from modelwire.ir._base import Node
from modelwire.ir._losses import LossCode
from modelwire.ir._messages import Message, Role
from modelwire.ir._parts import (
    AudioPart,
    Base64Source,
    ContentSource,
    DocumentPart,
    FileIdSource,
    ImagePart,
    Part,
    SearchResultPart,
    Source,
    ToolCallPart,
    ToolResultPart,
    UrlSource,
    VideoPart,
)
from modelwire.ir._request import ChatRequest

if TYPE_CHECKING:
    from modelwire.codecs._profile import Profile

__all__ = ["MediaKind", "MediaNeed", "missing_media", "resolve_media", "with_media"]

MediaKind: TypeAlias = Literal["image", "audio", "video", "document"]
"""What kind of media a part holds."""

_KINDS: Final[Mapping[type, MediaKind]] = {
    ImagePart: "image",
    AudioPart: "audio",
    VideoPart: "video",
    DocumentPart: "document",
}
_TYPES: Final[Mapping[MediaKind, str]] = {
    "image": "image/png",
    "audio": "audio/wav",
    "video": "video/mp4",
    "document": "application/pdf",
}
"""What to try a target with: if it takes bytes at all, it takes these."""

_URL_CODES: Final[Mapping[MediaKind, LossCode]] = {
    "image": LossCode.IN_IMAGE_URL,
    "audio": LossCode.IN_AUDIO,
    "video": LossCode.IN_VIDEO,
    "document": LossCode.IN_DOC_URL,
}
_FILE_CODES: Final[Mapping[MediaKind, LossCode]] = {
    **_URL_CODES,
    "image": LossCode.IN_IMAGE_FILE_ID,
    "document": LossCode.IN_DOC_FILE_ID,
}

_STEP: Final = re.compile(r"\.([a-z_]+)(?:\[(\d+)\])?")


@attrs.frozen(kw_only=True, weakref_slot=False, unsafe_hash=False, eq=False, repr=False)
class MediaNeed(Node):
    """Media that the target takes as bytes, but not as they are."""

    path: str
    """The part's place in the request."""
    source: Source
    """Where they are: an address, or a file of another provider."""
    kind: MediaKind
    """What they are."""


def missing_media(
    request: ChatRequest, *, target: str, profile: Profile | None = None
) -> tuple[MediaNeed, ...]:
    """
    Say which media must be fetched for a target.

    Args:
        request: The request.
        target: The dialect that it is for.
        profile: The variant; `None`: the usual one.

    Returns:
        What the target's encoder refuses as it is and takes as bytes, in order.
        Media that it has no place for at all are not among them.
    """
    encode = codecs.get(target).encode_request
    options = {} if profile is None else {"profile": profile}

    def takes(part: Part, role: Role, result: ToolResultPart | None) -> bool:
        probe = _probe(request, part, role, result)
        losses = encode(probe, on_loss=COLLECT, **options).losses
        return not any(
            loss.action in ("dropped", "needs_fetch")
            and loss.path is not None
            and _leads_to_part(loss.path)
            for loss in losses
        )

    needs = []
    for path, part, role, result in _media(request):
        source: Source = part.source
        kind = _KINDS[type(part)]
        # A part alone, without what it may carry: only its source is in question.
        bare = type(part)(source=source, extra=_notes(part))
        bytes_ = type(part)(source=Base64Source(data="AA==", media_type=_TYPES[kind]))
        if not takes(bare, role, result) and takes(bytes_, role, result):
            needs.append(MediaNeed(path=path, source=source, kind=kind))
    return tuple(needs)


def _notes(part: Any) -> dict[str, Any]:
    """Give the notes of spelling in a part's `extra`: some decide what is opened."""
    return {
        dialect: {"$spelling": fields["$spelling"]}
        for dialect, fields in part.extra.items()
        if "$spelling" in fields
    }


def _media(
    request: ChatRequest,
) -> Iterator[tuple[str, Any, Role, ToolResultPart | None]]:
    """Give the media parts of a request that do not hold their bytes."""
    for i, message in enumerate(request.messages):
        for k, part in enumerate(message.parts):
            path = f"$.messages[{i}].parts[{k}]"
            for where, inner, result in _parts(part, path, None, 0):
                source = getattr(inner, "source", None)
                if type(inner) in _KINDS and isinstance(
                    source, UrlSource | FileIdSource
                ):
                    yield where, inner, message.role, result


def _parts(
    part: Part, path: str, result: ToolResultPart | None, depth: int
) -> Iterator[tuple[str, Part, ToolResultPart | None]]:
    """Give a part and the parts in it."""
    yield path, part, result
    inner: tuple[Part, ...] = ()
    field = "content"
    if isinstance(part, ToolResultPart):
        inner, result = part.content, part
    elif isinstance(part, SearchResultPart):
        inner = part.content
    elif isinstance(part, DocumentPart) and isinstance(part.source, ContentSource):
        inner, field = part.source.parts, "source.parts"
    for k, item in enumerate(inner if depth < _MOST_NESTED else ()):
        yield from _parts(item, f"{path}.{field}[{k}]", result, depth + 1)


_MOST_NESTED: Final = 4
"""A result holds a document, which holds an image."""


def _probe(
    request: ChatRequest, part: Part, role: Role, result: ToolResultPart | None
) -> ChatRequest:
    """Make a request of one part, to see what the encoder says to it."""
    messages: tuple[Message, ...] = (Message(role=role, parts=(part,)),)
    if result is not None:
        call = ToolCallPart(id="call_0", name="f", kind="function")
        answer = ToolResultPart(call_id="call_0", content=(part,), extra=_notes(result))
        messages = (
            Message(role="assistant", parts=(call,)),
            Message(role="tool", parts=(answer,)),
        )
    return ChatRequest(model=request.model, messages=messages)


def _leads_to_part(path: str) -> bool:
    """Say whether a loss speaks of a whole part (or its message), not of a field."""
    return path.endswith("]") and path.startswith("$.messages[")


def with_media(request: ChatRequest, media: Mapping[str, Source]) -> Adapted:
    """
    Put in media that the caller fetched.

    Args:
        request: The request.
        media: Sources by the path of their part, as `MediaNeed.path` has it.

    Returns:
        The request, with a loss for each source that is another one now.

    Raises:
        InvalidIRError: A path leads to no part that has a source.
    """
    log = LossLog("")
    for path, source in media.items():
        part = _find(request, path)
        if type(part) not in _KINDS:
            msg = "no part with a source"
            raise InvalidIRError(msg, path=path)
        if part.source == source:
            continue
        kind = _KINDS[type(part)]
        codes = _FILE_CODES if isinstance(part.source, FileIdSource) else _URL_CODES
        log.add(
            codes[kind],
            path,
            "approximated",
            severity="cosmetic",
            detail="what was fetched stands in its place",
        )
        request = _replaced(request, path[1:], source)
    return Adapted(request=request, losses=log.losses)


def _find(value: Any, path: str) -> Any:
    """Follow a path; `None` where it leads nowhere."""
    place = 1
    while place < len(path):
        match = _STEP.match(path, place)
        if match is None or not attrs.has(type(value)):
            return None
        value = getattr(value, match[1], None)
        if match[2] is not None:
            index = int(match[2]) if len(match[2]) < 9 else -1
            if not isinstance(value, tuple) or not 0 <= index < len(value):
                return None
            value = value[index]
        place = match.end()
    return value


def _replaced(value: Any, path: str, source: Source) -> Any:
    """Copy a node with the source of the part at *path* replaced."""
    match = _STEP.match(path)
    if match is None:
        return attrs.evolve(value, source=source)
    rest = path[match.end() :]
    old = getattr(value, match[1])
    if match[2] is None:
        return attrs.evolve(value, **{match[1]: _replaced(old, rest, source)})
    items = list(old)
    items[int(match[2])] = _replaced(items[int(match[2])], rest, source)
    return attrs.evolve(value, **{match[1]: tuple(items)})


def resolve_media(
    request: ChatRequest,
    resolver: Callable[[Source], Source | None],
    *,
    target: str,
    profile: Profile | None = None,
) -> Adapted:
    """
    Fetch what a target cannot open, with a function of the caller.

    Args:
        request: The request.
        resolver: Takes a source and gives another one, with the bytes or an upload of
            the target; `None`: it has none, and the encoder will say so.  It is asked
            once for equal sources.
        target: The dialect that the request is for.
        profile: The variant; `None`: the usual one.

    Returns:
        The request, with a loss for each source that is another one now.
    """
    known: list[tuple[Source, Source | None]] = []
    media: dict[str, Source] = {}
    for need in missing_media(request, target=target, profile=profile):
        answers = [found for asked, found in known if asked == need.source]
        if not answers:
            answers = [resolver(need.source)]
            known.append((need.source, answers[0]))
        if answers[0] is not None:
            media[need.path] = answers[0]
    return with_media(request, media)
