"""
Images on their own: the request for them, the answer, and its stream.

Images inside a conversation are parts (`ImagePart`); these are the operations that
take a prompt and give images.
"""

from __future__ import annotations

from typing import Literal, TypeAlias

import attrs

from modelwire.ir._base import Extra, Node
from modelwire.ir._chunks import Keepalive, StreamEnd, StreamError, UnknownEvent
from modelwire.ir._outcome import Usage
from modelwire.ir._parts import Base64Source, FileIdSource, UrlSource
from modelwire.ir._uploads import FormFile, Upload

__all__ = [
    "GeneratedImage",
    "ImageChunk",
    "ImageCompleted",
    "ImageInput",
    "ImageOperation",
    "ImagePartial",
    "ImageRequest",
    "ImageResponse",
    "ImageSource",
    "SvgOptions",
]

ImageOperation: TypeAlias = Literal["generation", "edit", "variation"]
"""What is wanted: images from a prompt, from images and a prompt, or from one image."""

ImageSource: TypeAlias = Upload | Base64Source | UrlSource | FileIdSource
"""Where the bytes of an image are."""


@attrs.frozen(kw_only=True, weakref_slot=False, eq=False, repr=False)
class ImageInput(Node):
    """An image that is worked on."""

    source: ImageSource
    """Where its bytes are."""
    extra: Extra = attrs.field(factory=dict)
    """Unknown fields, keyed by dialect."""


@attrs.frozen(kw_only=True, weakref_slot=False, eq=False, repr=False)
class SvgOptions(Node):
    """How vector graphics are written."""

    model: str | None = None
    """The model that writes them."""
    effort: str | None = None
    """How much it reasons, as received."""
    extra: Extra = attrs.field(factory=dict)
    """Unknown fields, keyed by dialect."""


@attrs.frozen(kw_only=True, weakref_slot=False, eq=False, repr=False)
class ImageRequest(Node):
    """A request for images.  `None` means not set; words are as received."""

    operation: ImageOperation = "generation"
    """What is wanted."""
    model: str | None = None
    """The model."""
    prompt: str | None = None
    """What the images show, or how they change."""
    images: tuple[ImageInput, ...] = ()
    """The images to work on."""
    mask: ImageInput | None = None
    """An image whose transparent areas are where the first image changes."""
    markup: ImageInput | None = None
    """A transparent image laid over the first one to guide the change."""
    count: int | None = None
    """How many images."""
    size: str | None = None
    """`WIDTHxHEIGHT` in pixels, or `auto`."""
    quality: str | None = None
    """How much care is taken (`low`, `high`, `auto`, …)."""
    style: str | None = None
    """`vivid` or `natural`, for models of the past."""
    background: str | None = None
    """`transparent`, `opaque` or `auto`."""
    output_format: str | None = None
    """File format of the images (`png`, `webp`, `jpeg`, `gif`, `svg`)."""
    output_compression: int | None = None
    """Compression in percent."""
    response_format: str | None = None
    """`url` or `b64_json`, for models of the past."""
    moderation: str | None = None
    """How strictly content is filtered (`low`, `auto`)."""
    input_fidelity: str | None = None
    """How closely the result keeps to the images given (`high`, `low`)."""
    partial_images: int | None = None
    """How many unfinished images a stream shows."""
    complexity: str | None = None
    """How much the image is planned (`low`, `medium`, `high`)."""
    frame_count: int | None = None
    """Frames of an animation."""
    frame_duration_ms: int | None = None
    """How long each frame stands, in milliseconds."""
    svg: SvgOptions | None = None
    """How vector graphics are written."""
    stream: bool = False
    """Whether the answer streams."""
    user_id: str | None = None
    """The caller's own id of its user."""
    safety_identifier: str | None = None
    """The caller's stable id of its user, for abuse detection."""
    other_files: tuple[FormFile, ...] = ()
    """Files in fields that the IR has no name for."""
    headers: tuple[tuple[str, str], ...] = ()
    """Protocol headers of the source dialect, names in lower case."""
    extra: Extra = attrs.field(factory=dict)
    """Unknown fields, keyed by dialect."""


@attrs.frozen(kw_only=True, weakref_slot=False, eq=False, repr=False)
class GeneratedImage(Node):
    """One image of the answer."""

    data: str | None = attrs.field(default=None, repr=False)
    """The base64 text as received; `None`: it is behind *url*."""
    url: str | None = None
    """Where it can be fetched for a while."""
    revised_prompt: str | None = None
    """The prompt that was used in place of the caller's."""
    extra: Extra = attrs.field(factory=dict)
    """Unknown fields, keyed by dialect."""


@attrs.frozen(kw_only=True, weakref_slot=False, eq=False, repr=False)
class ImageResponse(Node):
    """The images, and what was used to make them.  `None` means not said."""

    created: int | None = None
    """When: Unix time in seconds."""
    images: tuple[GeneratedImage, ...] = ()
    """The images."""
    background: str | None = None
    """`transparent` or `opaque`."""
    output_format: str | None = None
    """File format of the images."""
    quality: str | None = None
    """The quality that was used."""
    size: str | None = None
    """`WIDTHxHEIGHT` in pixels."""
    usage: Usage | None = None
    """Tokens used."""
    svg_usage: Usage | None = None
    """Tokens that the writer of vector graphics used, apart from *usage*."""
    safety_identifier: str | None = None
    """The id of the user that was reckoned with."""
    extra: Extra = attrs.field(factory=dict)
    """Unknown fields, keyed by dialect."""


@attrs.frozen(kw_only=True, weakref_slot=False, eq=False, repr=False)
class ImagePartial(Node):
    """An unfinished image of a stream."""

    operation: ImageOperation
    """What was asked for."""
    data: str = attrs.field(repr=False)
    """The base64 text as received."""
    index: int | None = None
    """Which of the unfinished images, from 0."""
    created: int | None = None
    """When: Unix time in seconds."""
    size: str | None = None
    """`WIDTHxHEIGHT` in pixels, or `auto`."""
    quality: str | None = None
    """The quality that is used."""
    background: str | None = None
    """`transparent`, `opaque` or `auto`."""
    output_format: str | None = None
    """File format of the image."""
    extra: Extra = attrs.field(factory=dict)
    """Unknown fields, keyed by dialect."""


@attrs.frozen(kw_only=True, weakref_slot=False, eq=False, repr=False)
class ImageCompleted(Node):
    """A finished image of a stream."""

    operation: ImageOperation
    """What was asked for."""
    data: str = attrs.field(repr=False)
    """The base64 text as received."""
    created: int | None = None
    """When: Unix time in seconds."""
    size: str | None = None
    """`WIDTHxHEIGHT` in pixels, or `auto`."""
    quality: str | None = None
    """The quality that was used."""
    background: str | None = None
    """`transparent`, `opaque` or `auto`."""
    output_format: str | None = None
    """File format of the image."""
    usage: Usage | None = None
    """Tokens used."""
    safety_identifier: str | None = None
    """The id of the user that was reckoned with."""
    extra: Extra = attrs.field(factory=dict)
    """Unknown fields, keyed by dialect."""


ImageChunk: TypeAlias = (
    ImagePartial | ImageCompleted | Keepalive | UnknownEvent | StreamError | StreamEnd
)
"""What a stream of images gives; `StreamEnd` comes once and last."""
