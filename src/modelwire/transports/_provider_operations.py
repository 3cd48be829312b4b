"""
What a provider offers beside chat: embeddings, images, audio, token counts, models.

Every body and answer has the vendor's own shape: OpenAI's, where a method's name says
no vendor, and Anthropic's for `count_tokens`.  Embeddings, token counts and models are
translated where the upstream speaks another dialect; the rest it has or it has not.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from modelwire.codecs._json import dumps
from modelwire.transports._dispatch import dispatch
from modelwire.transports._model_pages import ModelPages
from modelwire.transports._native import ANTHROPIC, CHAT, Compatibility, json_object
from modelwire.transports._operation_calls import (
    form_call,
    model_of,
    succeeded,
    transcript_of,
)

if TYPE_CHECKING:
    from modelwire.codecs import LossPolicy
    from modelwire.codecs._base import Headers
    from modelwire.framing import FormPart
    from modelwire.ir._base import JSONObject
    from modelwire.transports._raw import RawResponse
    from modelwire.transports._upstream import Upstream

__all__ = ["Operations"]


class Operations(Compatibility):
    """The methods of a provider beside chat."""

    _upstream: Upstream
    _aliases: Mapping[str, str]
    _on_loss: LossPolicy

    def embedding(self, body: JSONObject) -> JSONObject:
        """
        Ask for embeddings as OpenAI's API does.

        Args:
            body: The body of `POST /embeddings`.

        Returns:
            OpenAI's list of embeddings.

        Raises:
            NotImplementedByProvider: The upstream has no embeddings.
            UnsupportedFeatureError: It does not take this input (token ids).
            ProviderError: It refused.
            TransportError: The connection failed.
        """
        raw = self._operation(CHAT, "embeddings", dumps(body), model=model_of(body))
        return json_object(succeeded(CHAT, raw).body)

    def embedding_raw(self, body: bytes, *, headers: Headers = ()) -> RawResponse:
        """Send a body of `POST /embeddings`; the answer, whatever its status."""
        return self._operation(
            CHAT, "embeddings", body, model=model_of(body), headers=headers
        )

    def image_generation(self, body: JSONObject) -> JSONObject:
        """
        Ask for images as OpenAI's API does.

        Args:
            body: The body of `POST /images/generations`, not for a stream.

        Returns:
            OpenAI's answer.

        Raises:
            NotImplementedByProvider: The upstream does not speak OpenAI's dialect.
            ProviderError: It refused.
            TransportError: The connection failed.
        """
        raw = self._operation(
            CHAT, "image_generation", dumps(body), model=model_of(body)
        )
        return json_object(succeeded(CHAT, raw).body)

    def audio_speech(self, body: JSONObject) -> RawResponse:
        """
        Have a text spoken as OpenAI's API does.

        Args:
            body: The body of `POST /audio/speech`.

        Returns:
            The audio, whole, with its content type; or its events, where the body
            asks for them.

        Raises:
            NotImplementedByProvider: The upstream does not speak OpenAI's dialect.
            ProviderError: It refused.
            TransportError: The connection failed.
        """
        raw = self._operation(CHAT, "audio_speech", dumps(body), model=model_of(body))
        return succeeded(CHAT, raw)

    def audio_transcription(self, parts: Iterable[FormPart]) -> JSONObject | str:
        """
        Have speech written down as OpenAI's API does.

        Args:
            parts: The form of `POST /audio/transcriptions`: `file`, `model` and the
                rest.

        Returns:
            OpenAI's answer; text for the formats that are text.

        Raises:
            NotImplementedByProvider: The upstream does not speak OpenAI's dialect.
            ProviderError: It refused.
            TransportError: The connection failed.
        """
        form, headers, model = form_call(parts, self._aliases)
        raw = self._operation(
            CHAT, "audio_transcription", form, model=model, headers=headers, alias=False
        )
        return transcript_of(succeeded(CHAT, raw))

    def count_tokens(self, body: JSONObject) -> JSONObject:
        """
        Count the tokens of a request as Anthropic's API does.

        Args:
            body: The body of `POST /v1/messages/count_tokens`.

        Returns:
            Anthropic's answer; the count is the upstream's model's.

        Raises:
            NotImplementedByProvider: The upstream counts no tokens.
            ProviderError: It refused.
            TransportError: The connection failed.
        """
        raw = self._operation(
            ANTHROPIC, "count_tokens", dumps(body), model=model_of(body)
        )
        return json_object(succeeded(ANTHROPIC, raw).body)

    def models(self) -> JSONObject:
        """
        List the models.

        Returns:
            OpenAI's list of models; an upstream's pages are all read, to a hundred.

        Raises:
            NotImplementedByProvider: The upstream lists no models.
            ProviderError: It refused.
            TransportError: The connection failed.
        """
        pages = ModelPages(self.endpoint)
        while (encoded := pages.next()) is not None:
            pages.take(self._upstream.send(encoded))
        return pages.whole()

    def _operation(
        self,
        dialect: str,
        wanted: str,
        body: bytes,
        *,
        model: str = "",
        headers: Headers = (),
        alias: bool = True,
    ) -> RawResponse:
        call = dispatch(
            self.endpoint,
            dialect,
            wanted,
            body,
            model=model,
            rename=self._aliases.get(model) if alias else None,
            stream=False,
            on_loss=self._on_loss,
            headers=headers,
        )
        raw = self._upstream.send(call.encoded, model=call.model)
        return call.answer(raw, created=int(time.time()))
