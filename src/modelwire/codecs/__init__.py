"""
One package per wire dialect, and the registry of them.

A dialect module turns IR values into its bytes and its bytes into IR values, from the
client's side and from the server's.  It opens no connection and reads no clock.  The
names load when they are first used, so that one stream decoder costs what it needs.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any, Final, Literal, TypeAlias, cast, overload

if TYPE_CHECKING:
    from types import ModuleType

    from modelwire.codecs import (
        anthropic_messages as anthropic_messages,
        gemini_generate as gemini_generate,
        openai_chat as openai_chat,
        openai_responses as openai_responses,
    )
    from modelwire.codecs._base import (
        COLLECT as COLLECT,
        RAISE_ON_ERROR as RAISE_ON_ERROR,
        Aliases as Aliases,
        ChatCodec as ChatCodec,
        EncodedRequest as EncodedRequest,
        EncodedResponse as EncodedResponse,
        EndSentinel as EndSentinel,
        EventDecoder as EventDecoder,
        EventEncoder as EventEncoder,
        GrammarViolation as GrammarViolation,
        KeepaliveComment as KeepaliveComment,
        LossPolicy as LossPolicy,
        MalformedEvent as MalformedEvent,
        NativeEvent as NativeEvent,
        StreamDecoder as StreamDecoder,
        StreamEncoder as StreamEncoder,
    )
    from modelwire.codecs._limits import (
        DEFAULT_LIMITS as DEFAULT_LIMITS,
        Limits as Limits,
    )
    from modelwire.codecs._modalities import (
        OPERATIONS as OPERATIONS,
        EmbeddingCodec as EmbeddingCodec,
        ImageCodec as ImageCodec,
        ModelListCodec as ModelListCodec,
        ModerationCodec as ModerationCodec,
        OperationCodec as OperationCodec,
        SpeechCodec as SpeechCodec,
        TokenCountCodec as TokenCountCodec,
        TranscriptionCodec as TranscriptionCodec,
    )
    from modelwire.codecs._profile import Profile as Profile
    from modelwire.codecs._route import (
        Credential as Credential,
        Route as Route,
        route as route,
    )

__all__ = [
    "COLLECT",
    "DEFAULT_LIMITS",
    "DIALECTS",
    "OPERATIONS",
    "RAISE_ON_ERROR",
    "Aliases",
    "ChatCodec",
    "Credential",
    "Dialect",
    "EmbeddingCodec",
    "EncodedRequest",
    "EncodedResponse",
    "EndSentinel",
    "EventDecoder",
    "EventEncoder",
    "GrammarViolation",
    "ImageCodec",
    "KeepaliveComment",
    "Limits",
    "LossPolicy",
    "MalformedEvent",
    "ModelListCodec",
    "ModerationCodec",
    "NativeEvent",
    "OperationCodec",
    "Profile",
    "Route",
    "SpeechCodec",
    "StreamDecoder",
    "StreamEncoder",
    "TokenCountCodec",
    "TranscriptionCodec",
    "get",
    "route",
]

Dialect: TypeAlias = Literal[
    "openai-chat", "openai-responses", "anthropic-messages", "gemini-generate"
]
"""The id of a dialect."""

_MODULES: Final[dict[str, str]] = {
    "openai-chat": "openai_chat",
    "openai-responses": "openai_responses",
    "anthropic-messages": "anthropic_messages",
    "gemini-generate": "gemini_generate",
}
"""The registry: one line a dialect."""

DIALECTS: Final[tuple[str, ...]] = tuple(_MODULES)
"""The dialects that exist."""

_HOMES: Final[dict[str, str]] = {
    "COLLECT": "_encoded",
    "DEFAULT_LIMITS": "_limits",
    "OPERATIONS": "_modalities",
    "RAISE_ON_ERROR": "_encoded",
    "Aliases": "_base",
    "ChatCodec": "_base",
    "Credential": "_route",
    "EmbeddingCodec": "_modalities",
    "EncodedRequest": "_encoded",
    "EncodedResponse": "_encoded",
    "EndSentinel": "_base",
    "EventDecoder": "_base",
    "EventEncoder": "_base",
    "GrammarViolation": "_base",
    "ImageCodec": "_modalities",
    "KeepaliveComment": "_base",
    "Limits": "_limits",
    "LossPolicy": "_encoded",
    "MalformedEvent": "_base",
    "ModelListCodec": "_modalities",
    "ModerationCodec": "_modalities",
    "NativeEvent": "_base",
    "OperationCodec": "_modalities",
    "Profile": "_profile",
    "Route": "_route",
    "SpeechCodec": "_modalities",
    "StreamDecoder": "_base",
    "StreamEncoder": "_base",
    "TokenCountCodec": "_modalities",
    "TranscriptionCodec": "_modalities",
    "route": "_route",
}
"""Where each public name lives."""


@overload
def get(dialect: Dialect) -> ChatCodec: ...
@overload
def get(dialect: str) -> ChatCodec: ...
def get(dialect: str) -> ChatCodec:
    """
    Give the codec of *dialect*.

    Who names the dialect in the source imports its module instead, and gets its own
    types (`from modelwire.codecs import openai_chat`); decision 0006.

    Args:
        dialect: One of `DIALECTS`; editors complete the names of `Dialect`.

    Returns:
        The dialect's module, which satisfies `ChatCodec`.

    Raises:
        LookupError: There is no such dialect.
    """
    module = _MODULES.get(dialect)
    if module is None:
        msg = f"unknown dialect {dialect!r}; known: {', '.join(DIALECTS)}"
        raise LookupError(msg)
    return cast("ChatCodec", _load(module))


def _load(module: str) -> ModuleType:
    return importlib.import_module(f"{__name__}.{module}")


def __getattr__(name: str) -> Any:
    home = _HOMES.get(name)
    if home is not None:
        value = getattr(_load(home), name)
        globals()[name] = value
        return value
    if name in _MODULES.values():
        return _load(name)
    msg = f"module {__name__!r} has no attribute {name!r}"
    raise AttributeError(msg)


def __dir__() -> list[str]:
    return sorted(__all__)
