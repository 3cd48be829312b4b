"""
Names of a dialect's package that load when they are asked for (PEP 562).

Every dialect has the same files (DESIGN.md, section 2), so one table says where the
names of `ChatCodec` stand.  A package keeps its own `__all__` and its imports for type
checkers.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from modelwire import _lazy

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

__all__ = ["lazy_names"]

_HOMES: Final[Mapping[str, str]] = {
    "DEFAULT_PROFILE": "_profiles",
    "PROFILES": "_profiles",
    "REQUEST_HEADERS": "_wire",
    "RESPONSE_HEADERS": "_wire",
    "STREAM_HAS_USAGE": "_wire",
    "StreamChecker": "_grammar",
    "check_stream": "_grammar",
    "decode_embedding_request": "_embeddings",
    "decode_embedding_response": "_embeddings",
    "decode_error": "_errors",
    "decode_model_list_request": "_model_list",
    "decode_model_list_response": "_model_list",
    "decode_moderation_request": "_moderation",
    "decode_moderation_response": "_moderation",
    "decode_request": "_request",
    "decode_response": "_response",
    "decode_token_count_request": "_token_count",
    "decode_token_count_response": "_token_count",
    "encode_embedding_request": "_embeddings",
    "encode_embedding_response": "_embeddings",
    "encode_error": "_errors",
    "encode_model_list_request": "_model_list",
    "encode_model_list_response": "_model_list",
    "encode_moderation_request": "_moderation",
    "encode_moderation_response": "_moderation",
    "encode_request": "_request",
    "encode_response": "_response",
    "encode_token_count_request": "_token_count",
    "encode_token_count_response": "_token_count",
    "event_decoder": "_stream_decoder",
    "event_encoder": "_stream_encoder",
    "stream_decoder": "_stream_decoder",
    "stream_encoder": "_stream_encoder",
}
"""Names of a codec, and the module of its package that has each."""


def lazy_names(
    package: str, names: list[str], homes: Mapping[str, str] | None = None
) -> tuple[Callable[[str], Any], Callable[[], list[str]]]:
    """
    Make `__getattr__` and `__dir__` of a dialect's package.

    Args:
        package: The package's `__name__`.
        names: Its `__all__`.
        homes: Modules of names that stand elsewhere in this package.

    Returns:
        The two functions; a name that was loaded stays in the package.
    """
    return _lazy.lazy_names(package, names, {**_HOMES, **(homes or {})})
