"""
What can be asked of an upstream, and at which of the vendor's paths.

One table of (dialect, operation): transports look paths up here and build none.

Source:
    wire/auth_and_urls.md, wire/modalities.md and the wire page of each dialect, read
    2026-11-21.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final
from urllib.parse import quote

import attrs

from modelwire.errors import LocalError

__all__ = ["OPERATIONS", "Operation", "operation"]

_CHAT: Final = "openai-chat"
_RESPONSES: Final = "openai-responses"
_ANTHROPIC: Final = "anthropic-messages"
_GEMINI: Final = "gemini-generate"


@attrs.frozen
class Operation:
    """One thing that a vendor's API does."""

    method: str
    """The HTTP method."""
    path: str
    """The vendor's default path; `{model}` stands for the model."""
    stream_path: str | None = None
    """The path of the streaming form, where that is another one."""
    model_in_body: bool = True
    """Whether the body names the model."""

    def path_for(self, model: str, *, stream: bool = False) -> str:
        """
        Give the path for a model.

        Args:
            model: The model's name.
            stream: Whether the answer streams.

        Returns:
            The path; the name is percent-encoded, one of a collection
            (`tunedModels/x`) keeps its slash.

        Raises:
            LocalError: The name would lead out of its place.
        """
        path = self.stream_path if stream and self.stream_path else self.path
        if "{model}" not in path:
            return path
        if not model or {"", ".", ".."} & set(model.split("/")):
            msg = "the name of a model may not lead out of its place in a path"
            raise LocalError(msg)
        if path.startswith("/v1beta/models/") and "/" in model:
            path = path.replace("/models/", "/", 1)
        return path.replace("{model}", quote(model, safe="/" if "/" in model else ""))


def _gemini(action: str, stream: str | None = None) -> Operation:
    path = "/v1beta/models/{model}:"
    return Operation(
        "POST",
        path + action,
        None if stream is None else path + stream,
        model_in_body=False,
    )


OPERATIONS: Final[Mapping[tuple[str, str], Operation]] = {
    (_CHAT, "chat"): Operation("POST", "/v1/chat/completions"),
    (_RESPONSES, "chat"): Operation("POST", "/v1/responses"),
    (_ANTHROPIC, "chat"): Operation("POST", "/v1/messages"),
    (_GEMINI, "chat"): _gemini("generateContent", "streamGenerateContent"),
    (_ANTHROPIC, "count_tokens"): Operation("POST", "/v1/messages/count_tokens"),
    (_GEMINI, "count_tokens"): _gemini("countTokens"),
    (_RESPONSES, "count_tokens"): Operation("POST", "/v1/responses/input_tokens"),
    (_CHAT, "models"): Operation("GET", "/v1/models", model_in_body=False),
    (_ANTHROPIC, "models"): Operation("GET", "/v1/models", model_in_body=False),
    (_GEMINI, "models"): Operation("GET", "/v1beta/models", model_in_body=False),
    (_CHAT, "model"): Operation("GET", "/v1/models/{model}", model_in_body=False),
    (_ANTHROPIC, "model"): Operation("GET", "/v1/models/{model}", model_in_body=False),
    (_GEMINI, "model"): Operation("GET", "/v1beta/models/{model}", model_in_body=False),
    (_CHAT, "embeddings"): Operation("POST", "/v1/embeddings"),
    (_GEMINI, "embeddings"): _gemini("embedContent"),
    (_GEMINI, "batch_embeddings"): _gemini("batchEmbedContents"),
    (_CHAT, "image_generation"): Operation("POST", "/v1/images/generations"),
    (_CHAT, "image_edit"): Operation("POST", "/v1/images/edits"),
    (_CHAT, "image_variation"): Operation("POST", "/v1/images/variations"),
    (_CHAT, "audio_speech"): Operation("POST", "/v1/audio/speech"),
    (_CHAT, "audio_transcription"): Operation("POST", "/v1/audio/transcriptions"),
    (_CHAT, "audio_translation"): Operation("POST", "/v1/audio/translations"),
    (_CHAT, "moderation"): Operation("POST", "/v1/moderations"),
}
"""Every operation of every dialect.  OpenAI's own stand under `openai-chat`."""


def operation(dialect: str, name: str) -> Operation | None:
    """
    Look an operation up.

    Args:
        dialect: The dialect.
        name: The operation.

    Returns:
        Its row; `None`: the dialect has no such operation.
    """
    return OPERATIONS.get((dialect, name))
