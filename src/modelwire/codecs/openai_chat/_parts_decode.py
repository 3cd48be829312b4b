"""
Content parts, from JSON to the IR: what may stand in the `content` of any message.

With a list of problems the readers are strict about the fields that the vendor's
types name; without one they give an `UnknownPart` for what is not as expected.

Source:
    wire/openai_chat.md section 2 and wire/openai_compatible.md section 4, read
    2026-11-21; recorded forms are named where they are read.
"""

from __future__ import annotations

from typing import Any, Final, TypeAlias

from modelwire.codecs._media import audio_media_type, parse_data_uri
from modelwire.codecs._reader import Reader, describe
from modelwire.codecs.openai_chat._reasoning import (
    decode_thinking,
)
from modelwire.codecs.openai_chat._wire import DIALECT, extra_of
from modelwire.errors import Problem
from modelwire.ir._base import JSONObject
from modelwire.ir._fast_values import new_text_part
from modelwire.ir._parts import (
    AudioPart,
    Base64Source,
    CacheBreakpoint,
    DocumentPart,
    FileIdSource,
    ImagePart,
    Part,
    RefusalPart,
    TextPart,
    UnknownPart,
    UrlSource,
    VideoPart,
)

__all__ = ["Problems", "content_parts", "fault", "output_images", "take_cache"]

Problems: TypeAlias = list[Problem] | None
"""Where faults go; `None`: be tolerant."""


def fault(problems: Problems, path: str, expected: str, got: str) -> None:
    """
    Report a problem (nothing when tolerant).

    Args:
        problems: Where faults go.
        path: Where the fault is.
        expected: What the dialect wants there.
        got: What stands there.
    """
    if problems is not None:
        problems.append(Problem(path, expected, got))


def content_parts(items: list[Any], path: str, problems: Problems) -> list[Part]:
    """
    Read an array of content parts.

    Args:
        items: The parsed array.
        path: Where it stands.
        problems: Where faults go.

    Returns:
        The parts; one of an unknown type is an `UnknownPart`.
    """
    out: list[Part] = []
    for index, item in enumerate(items):
        if type(item) is not dict:
            if type(item) is str and problems is None:
                # Mistral's arrays may hold bare strings.
                out.append(TextPart(text=item))
            else:
                fault(problems, f"{path}[{index}]", "object", describe(item))
            continue
        kind = item.get("type")
        if kind == "text" and len(item) == 2:
            text = item.get("text")
            if type(text) is str:
                out.append(new_text_part(text))
                continue
        read = _PARTS.get(kind) if isinstance(kind, str) else None
        if read is None:
            if not isinstance(kind, str):
                fault(problems, f"{path}[{index}].type", "string", describe(kind))
            out.append(UnknownPart(dialect=DIALECT, raw=item))
            continue
        part = read(Reader(item, f"{path}[{index}]", problems))
        out.append(UnknownPart(dialect=DIALECT, raw=item) if part is None else part)
    return out


def take_cache(left: JSONObject, notes: JSONObject) -> CacheBreakpoint | None:
    """
    Take a cache breakpoint out of a part or a tool.

    Args:
        left: What is left of the object.
        notes: Where the spelling is noted.

    Returns:
        The breakpoint: OpenAI's `prompt_cache_breakpoint`, or Anthropic's
        `cache_control`, which OpenRouter and Qwen take on parts and tools
        (acceptance row D01; recorded: pydantic-ai__openrouter-test-cache-*).
    """
    for key, constant, value in (
        ("prompt_cache_breakpoint", "mode", "explicit"),
        ("cache_control", "type", "ephemeral"),
    ):
        found = left.get(key)
        if not isinstance(found, dict):
            continue
        del left[key]
        rest = {k: v for k, v in found.items() if v is not None}
        if rest.get(constant) == value:
            del rest[constant]
        ttl = rest.pop("ttl") if isinstance(rest.get("ttl"), str) else None
        if key == "cache_control":
            notes["cache"] = key
        return CacheBreakpoint(ttl=ttl, extra={DIALECT: rest} if rest else {})
    return None


def _text(reader: Reader) -> Part | None:
    notes: JSONObject = {}
    text = reader.string("text", required=True)
    if text is None:
        return None
    del reader.left["type"]
    cache = take_cache(reader.left, notes)
    return TextPart(text=text, cache=cache, extra=extra_of(reader, notes))


def _refusal(reader: Reader) -> Part | None:
    text = reader.string("refusal", required=True)
    if text is None:
        return None
    del reader.left["type"]
    return RefusalPart(text=text, extra=extra_of(reader, {"refusal": "part"}))


def _image(reader: Reader, image: str | None = None) -> Part | None:
    left = reader.left
    notes: JSONObject = {} if image is None else {"image": image}
    inner = left.get("image_url")
    nested: JSONObject = {}
    detail = None
    if isinstance(inner, str):
        # Older clients, and Mistral's own, send the address without its object
        # (recorded: dd-trace-py__openai-v1-chat-completion-image-input;
        # test_image_url_as_string).
        notes["image_url"] = "string"
        url = inner
        del left["image_url"]
    else:
        body = reader.mapping("image_url", required=True)
        if body is None:
            return None
        sub = Reader(body, f"{reader.path}.image_url", reader.problems)
        found = sub.string("url", required=True)
        detail = sub.string("detail")
        if found is None:
            return None
        url = found
        if sub.left:
            nested["image_url"] = sub.left
    del left["type"]
    cache = take_cache(left, notes)
    return ImagePart(
        source=_source(url),
        detail=detail,
        cache=cache,
        extra=extra_of(reader, notes, nested),
    )


def _source(url: str) -> Base64Source | UrlSource:
    """Read an address: a `data:` URI holds the bytes themselves."""
    parsed = parse_data_uri(url)
    if parsed is None:
        return UrlSource(url=url)
    return Base64Source(data=parsed[1], media_type=parsed[0])


def _input_audio(reader: Reader) -> Part | None:
    if isinstance(reader.left.get("input_audio"), str):
        return None  # Mistral's own form: base64 or an address, unsaid which
    body = reader.mapping("input_audio", required=True)
    if body is None:
        return None
    sub = Reader(body, f"{reader.path}.input_audio", reader.problems)
    data = sub.string("data", required=True)
    name = sub.string("format", required=True)
    if data is None or name is None:
        return None
    notes: JSONObject = {}
    if name not in ("wav", "mp3"):
        notes["format"] = name
    del reader.left["type"]
    cache = take_cache(reader.left, notes)
    return AudioPart(
        source=Base64Source(data=data, media_type=audio_media_type(name)),
        cache=cache,
        extra=extra_of(reader, notes, {"input_audio": sub.left} if sub.left else None),
    )


def _video(reader: Reader) -> Part | None:
    # Not OpenAI's: OpenRouter, vLLM and others (recorded:
    # pydantic-ai__test-openrouter-test-openrouter-binary-content-video-*).
    body = reader.mapping("video_url")
    if body is None:
        return None
    sub = Reader(body, f"{reader.path}.video_url", reader.problems)
    url = sub.string("url", required=True)
    if url is None:
        return None
    notes: JSONObject = {"video": "video_url"}
    del reader.left["type"]
    cache = take_cache(reader.left, notes)
    return VideoPart(
        source=_source(url),
        cache=cache,
        extra=extra_of(reader, notes, {"video_url": sub.left} if sub.left else None),
    )


def _file(reader: Reader) -> Part | None:
    body = reader.mapping("file", required=True)
    if body is None:
        return None
    sub = Reader(body, f"{reader.path}.file", reader.problems)
    notes: JSONObject = {}
    filename = sub.string("filename")
    data = sub.string("file_data")
    file_id = None
    source: Base64Source | UrlSource | FileIdSource
    if data is not None:
        source = _source(data)
        if filename is None:
            notes["filename"] = "absent"
    else:
        file_id = sub.string("file_id")
        if file_id is None:
            return None
        source = FileIdSource(file_id=file_id, dialect=DIALECT)
    del reader.left["type"]
    cache = take_cache(reader.left, notes)
    return DocumentPart(
        source=source,
        filename=filename,
        cache=cache,
        extra=extra_of(reader, notes, {"file": sub.left} if sub.left else None),
    )


def _thinking(reader: Reader) -> Part | None:
    return decode_thinking(reader)


_PARTS: Final = {
    "text": _text,
    "refusal": _refusal,
    "image_url": _image,
    "input_audio": _input_audio,
    "video_url": _video,
    "file": _file,
    "thinking": _thinking,
}
"""One reader per part type; it gives `None` for what it cannot read."""


def output_images(images: Any) -> list[Part] | None:
    """
    Read the images that OpenRouter puts beside the content, of a message or a delta.

    Args:
        images: The parsed `images`.

    Returns:
        The images; `None` when one of them is not well-formed.
    """
    if not isinstance(images, list):
        return None
    out: list[Part] = []
    for item in images:
        if not isinstance(item, dict) or item.get("type") != "image_url":
            return None
        part = _image(Reader(item, "", None), image="images")
        if part is None:
            return None
        out.append(part)
    return out
