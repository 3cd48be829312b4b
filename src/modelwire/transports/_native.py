"""What the two providers share: everything but the waiting."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, Final

from modelwire import codecs
from modelwire.codecs import MalformedEvent, NativeEvent
from modelwire.codecs._json import loads
from modelwire.errors import (
    ErrorInfo,
    LocalError,
    ProviderError,
    RemoteProtocolError,
)
from modelwire.sse import FramingFault

if TYPE_CHECKING:
    from modelwire.codecs._base import Headers
    from modelwire.ir._base import JSONObject
    from modelwire.transports._endpoint import Endpoint
    from modelwire.transports._raw import RawResponse

__all__ = [
    "ANTHROPIC",
    "CHAT",
    "GEMINI",
    "RESPONSES",
    "Compatibility",
    "EventReader",
    "OneBody",
    "json_object",
    "named_model",
    "refused",
]

CHAT: Final = "openai-chat"
RESPONSES: Final = "openai-responses"
ANTHROPIC: Final = "anthropic-messages"
GEMINI: Final = "gemini-generate"


class Compatibility:
    """What an endpoint speaks itself; all else goes through the IR."""

    def __init__(self, endpoint: Endpoint) -> None:
        self.endpoint = endpoint
        """Where calls go."""

    @property
    def is_openai_compat(self) -> bool:
        """Whether it speaks OpenAI's chat completions."""
        return CHAT in self.endpoint.dialects

    @property
    def is_responses_compat(self) -> bool:
        """Whether it speaks OpenAI's Responses."""
        return RESPONSES in self.endpoint.dialects

    @property
    def is_anthropic_compat(self) -> bool:
        """Whether it speaks Anthropic's Messages."""
        return ANTHROPIC in self.endpoint.dialects

    @property
    def is_gemini_compat(self) -> bool:
        """Whether it speaks Gemini's generateContent."""
        return GEMINI in self.endpoint.dialects


class EventReader:
    """Bytes in, native events out; a fault is raised after what came before it."""

    def __init__(self, dialect: str, headers: Headers) -> None:
        self._decoder = codecs.get(dialect).event_decoder(headers=headers)
        self._ready: deque[NativeEvent] = deque()
        self._fault: RemoteProtocolError | None = None
        self.is_over = False
        """Whether nothing comes any more."""

    def feed(self, data: bytes | None) -> None:
        """Take bytes; `None` is their end."""
        if data is None:
            self.is_over = True
        items = self._decoder.close() if data is None else self._decoder.feed(data)
        for item in items:
            if isinstance(item, NativeEvent):
                self._ready.append(item)
            elif isinstance(item, MalformedEvent | FramingFault):
                self._fault = self._fault or item.error
                self.is_over = True

    def take(self) -> NativeEvent | None:
        """
        Give the next event.

        Returns:
            The event; `None`: more bytes are needed, or `is_over`.

        Raises:
            RemoteProtocolError: What came next is no event of the dialect.
        """
        if self._ready:
            return self._ready.popleft()
        fault, self._fault = self._fault, None
        if fault is not None:
            raise fault
        return None


class OneBody:
    """A body that is there already, as a reader."""

    def __init__(self, body: bytes) -> None:
        self._left: Iterator[bytes] = iter([body] if body else [])

    def __iter__(self) -> Iterator[bytes]:
        return self

    def __next__(self) -> bytes:
        return next(self._left)

    def close(self) -> None:
        """Drop what is left."""
        self._left = iter(())

    def __aiter__(self) -> OneBody:
        return self

    async def __anext__(self) -> bytes:
        for piece in self._left:
            return piece
        raise StopAsyncIteration

    async def aclose(self) -> None:
        """Drop what is left."""
        self.close()


def json_object(body: bytes) -> JSONObject:
    """
    Read an answer that is a JSON object.

    Args:
        body: The answer.

    Returns:
        The object.

    Raises:
        RemoteProtocolError: It is no JSON object.
    """
    value = loads(body)
    if not isinstance(value, dict):
        msg = "the answer is no JSON object"
        raise RemoteProtocolError(msg)
    return value


def named_model(body: bytes | Mapping[str, Any]) -> str:
    """
    Read the model that a body names.

    Args:
        body: The body, or the object that it will be.

    Returns:
        The model's name.

    Raises:
        LocalError: It names none.
    """
    try:
        value = loads(body) if isinstance(body, bytes) else body
    except RemoteProtocolError:
        value = None
    model = value.get("model") if isinstance(value, Mapping) else None
    if not isinstance(model, str) or not model:
        msg = "the body is a JSON object that names a model"
        raise LocalError(msg, path="$.model")
    return model


def refused(dialect: str, raw: RawResponse) -> ProviderError:
    """
    Give the error that an answer describes.

    Args:
        dialect: The answer's dialect.
        raw: The answer.

    Returns:
        The error to raise.
    """
    info: ErrorInfo = codecs.get(dialect).decode_error(
        raw.body, status=raw.status, headers=raw.headers
    )
    return ProviderError(info)
