"""
`generationConfig` of a request into the fields of a `ChatRequest`.

Takes the reader of the request and gives keyword arguments; what the IR has no name
for stays under `generationConfig` in the request's unknown fields.

Source: `GenerationConfig` of google-genai 3.4.0 and wire/gemini_generate.md section
1, read 2026-11-21.
"""

from __future__ import annotations

from typing import Any, Final

from modelwire.codecs._reader import Reader
from modelwire.codecs.gemini_generate._schema import from_wire
from modelwire.codecs.gemini_generate._wire import DIALECT, camel
from modelwire.ir._base import JSONObject
from modelwire.ir._request import AudioOutput, ReasoningConfig, ResponseFormat

__all__ = ["DISPLAYS", "ENUM", "JSON", "PLAIN", "SPEECH_FORMAT", "read_config"]

JSON: Final = "application/json"
PLAIN: Final = "text/plain"
ENUM: Final = "text/x.enum"

SPEECH_FORMAT: Final = "pcm16"
"""What the API gives as speech: 16-bit samples without a header (`audio/L16`)."""

DISPLAYS: Final = {True: "summarized", False: "omitted"}
"""`includeThoughts`: thoughts come back as summaries, or not at all."""


def read_config(reader: Reader) -> dict[str, Any]:
    """
    Take `generationConfig` of a request.

    Args:
        reader: The request.

    Returns:
        Keyword arguments of `ChatRequest`.
    """
    obj = reader.mapping("generationConfig")
    if obj is None:
        return {}
    inner = Reader(camel(obj), f"{reader.path}.generationConfig", reader.problems)
    modalities = inner.strings("responseModalities")
    said: dict[str, Any] = {
        "candidate_count": inner.integer("candidateCount"),
        "stop_sequences": inner.strings("stopSequences") or (),
        "max_output_tokens": inner.integer("maxOutputTokens"),
        "temperature": inner.number("temperature"),
        "top_p": inner.number("topP"),
        "top_k": inner.integer("topK"),
        "seed": inner.integer("seed"),
        "presence_penalty": inner.number("presencePenalty"),
        "frequency_penalty": inner.number("frequencyPenalty"),
        "logprobs": inner.boolean("responseLogprobs"),
        "top_logprobs": inner.integer("logprobs"),
        "modalities": None
        if modalities is None
        else tuple(word.lower() for word in modalities),
        "response_format": _format(inner),
        "reasoning": _reasoning(inner),
        "audio_output": _speech(inner),
    }
    left = {k: v for k, v in inner.left.items() if v is not None}
    if left:
        reader.left["generationConfig"] = left
    return said


def _format(inner: Reader) -> ResponseFormat | None:
    media_type = inner.string("responseMimeType")
    schema = inner.mapping("responseJsonSchema")
    notes: JSONObject = {}
    if schema is None:
        own = inner.mapping("responseSchema")
        if own is not None:
            schema, notes["schema"] = from_wire(own)
    if schema is None:
        if media_type is None:
            return None
        if media_type == JSON:
            return ResponseFormat(kind="json_object")
        if media_type == PLAIN:
            return ResponseFormat(kind="text")
        return ResponseFormat(
            kind="unknown", extra={DIALECT: {"responseMimeType": media_type}}
        )
    extra: JSONObject = {}
    if media_type is None:
        notes["responseMimeType"] = "absent"
    elif media_type != JSON:
        extra["responseMimeType"] = media_type
    if notes:
        extra["$spelling"] = notes
    return ResponseFormat(
        kind="json_schema", schema=schema, extra={DIALECT: extra} if extra else {}
    )


def _reasoning(inner: Reader) -> ReasoningConfig | None:
    obj = inner.mapping("thinkingConfig")
    if obj is None:
        return None
    thinking = Reader(camel(obj), f"{inner.path}.thinkingConfig", inner.problems)
    level = thinking.string("thinkingLevel")
    notes: JSONObject = {}
    if level is not None:
        # The client's own word is kept: its case, and that it is no budget.
        notes["thinkingLevel"] = level
    shown = thinking.boolean("includeThoughts")
    budget = thinking.integer("thinkingBudget")
    if notes:
        thinking.left["$spelling"] = notes
    said = (level, shown, budget, *thinking.left.values())
    if all(value is None for value in said):
        # An empty object says nothing; it stays for the sake of the same dialect.
        inner.left["thinkingConfig"] = {}
        return None
    return ReasoningConfig(
        effort=None if level is None else level.lower(),
        budget_tokens=budget,
        display=None if shown is None else DISPLAYS[shown],
        extra=thinking.rest(DIALECT),
    )


def _speech(inner: Reader) -> AudioOutput | None:
    """Take `speechConfig` with one prebuilt voice; several speakers stay there."""
    obj = inner.left.get("speechConfig")
    if type(obj) is not dict:
        inner.mapping("speechConfig")
        return None
    speech = dict(camel(obj))
    voice = speech.get("voiceConfig")
    if type(voice) is not dict:
        return None
    voice = dict(camel(voice))
    prebuilt = voice.pop("prebuiltVoiceConfig", None)
    if type(prebuilt) is not dict or voice:
        return None
    prebuilt = dict(camel(prebuilt))
    name = prebuilt.pop("voiceName", None)
    if type(name) is not str or prebuilt:
        return None
    del inner.left["speechConfig"], speech["voiceConfig"]
    rest = {k: v for k, v in speech.items() if v is not None}
    return AudioOutput(
        format=SPEECH_FORMAT, voice=name, extra={DIALECT: rest} if rest else {}
    )
