"""
All models of an upstream that lists them in pages: everything but the waiting.

OpenAI's list has no pages and is given as it came; Anthropic's and Gemini's are read to
their end and become one list of OpenAI's.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, cast

from modelwire import codecs
from modelwire.codecs import COLLECT
from modelwire.ir._models_list import ModelInfo, ModelList, ModelListRequest
from modelwire.transports._dispatch import dispatch
from modelwire.transports._native import CHAT, json_object
from modelwire.transports._operation_calls import succeeded

if TYPE_CHECKING:
    from modelwire.codecs import EncodedRequest
    from modelwire.codecs._modalities import ModelListCodec
    from modelwire.ir._base import JSONObject
    from modelwire.transports._endpoint import Endpoint
    from modelwire.transports._raw import RawResponse

__all__ = ["ModelPages"]

_MOST: Final = 100
"""Pages that are asked for; a server that has more turns in a circle."""


class ModelPages:
    """
    The pages of one list.

    Args:
        endpoint: Who lists.

    Raises:
        NotImplementedByProvider: It lists no models.
    """

    def __init__(self, endpoint: Endpoint) -> None:
        call = dispatch(
            endpoint, CHAT, "models", b"", model="", stream=False, on_loss=COLLECT
        )
        self._call = call
        self._next: EncodedRequest | None = call.encoded
        self._codec = cast("ModelListCodec", codecs.get(call.upstream_dialect))
        profile = endpoint.profile(call.upstream_dialect)
        self._options: dict[str, Any] = {} if profile is None else {"profile": profile}
        self._models: list[ModelInfo] = []
        self._cursors: set[str] = set()
        self._native: JSONObject | None = None

    def next(self) -> EncodedRequest | None:
        """Give the request for the next page; `None`: there is none."""
        return self._next

    def take(self, raw: RawResponse) -> None:
        """
        Take a page.

        Args:
            raw: The answer to what `next` gave.

        Raises:
            ProviderError: The upstream refused.
            RemoteProtocolError: It is no list.
        """
        self._next = None
        if self._call.is_native:
            self._native = json_object(succeeded(CHAT, raw).body)
            return
        page: ModelList = self._codec.decode_model_list_response(
            raw.body, status=raw.status, headers=raw.headers
        )
        self._models += page.models
        cursor = page.last_id
        if not (page.has_more and cursor) or cursor in self._cursors:
            return
        self._cursors.add(cursor)
        if len(self._cursors) < _MOST:
            self._next = self._codec.encode_model_list_request(
                ModelListRequest(after=cursor), on_loss=COLLECT, **self._options
            )

    def whole(self) -> JSONObject:
        """Give OpenAI's list of all of them."""
        if self._native is not None:
            return self._native
        mine = cast("ModelListCodec", codecs.get(CHAT))
        every = ModelList(models=tuple(self._models))
        return json_object(mine.encode_model_list_response(every, on_loss=COLLECT).body)
