"""
Wire strings of Gemini's generateContent, and the two spellings of its field names.

The wire is proto3 JSON: field names are written in camelCase, and the server takes
snake_case too; enums are names, or numbers where the client asked for them.  What is
here reads both and writes the first.

Source:
    wire/gemini_generate.md, the published protobufs of generativelanguage v1beta and
    the types of google-genai 3.4.0, read 2026-11-21.
"""

from __future__ import annotations

from typing import Any, Final, TypedDict

from modelwire.ir._base import JSONObject

__all__ = [
    "API_VERSION",
    "DIALECT",
    "JSON_HEADERS",
    "KIN",
    "GenerateContentResponse",
    "camel",
    "is_enum_name",
]

DIALECT: Final = "gemini-generate"
"""This dialect's id."""

STREAM_HAS_USAGE: Final = True
"""Every event of a stream has usage; a client of this dialect counts on it."""

REQUEST_HEADERS: Final[frozenset[str]] = frozenset()
"""Request headers that a proxy hands on; Google's name the client alone."""

RESPONSE_HEADERS: Final = {"request-id": "x-goog-request-id"}
"""
Response headers with a meaning that other vendors have too: meaning to name.

Google states no limits in headers, and its request id is not documented.
"""

KIN: Final = frozenset({DIALECT})
"""Dialects whose opaque values this one takes."""

API_VERSION: Final = "v1beta"
"""The version in the default path of the Developer API."""

JSON_HEADERS: Final[tuple[tuple[str, str], ...]] = (
    ("content-type", "application/json"),
)
"""The headers of every JSON body."""

_FIELDS: Final = frozenset((
    # request
    "systemInstruction", "generationConfig", "safetySettings", "toolConfig",
    "cachedContent", "serviceTier",
    # content and part
    "inlineData", "fileData", "functionCall", "functionResponse", "executableCode",
    "codeExecutionResult", "toolCall", "toolResponse", "thoughtSignature",
    "videoMetadata", "mediaResolution", "partMetadata", "mimeType", "fileUri",
    "displayName", "partialArgs", "willContinue", "toolType", "numTokens",
    # tools
    "functionDeclarations", "googleSearch", "googleSearchRetrieval", "codeExecution",
    "urlContext", "fileSearch", "googleMaps", "computerUse", "mcpServers",
    "enterpriseWebSearch", "parallelAiSearch", "exaAiSearch", "parametersJsonSchema",
    "responseJsonSchema", "functionCallingConfig", "allowedFunctionNames",
    "streamFunctionCallArguments", "retrievalConfig",
    "includeServerSideToolInvocations", "excludeDomains",
    # generation
    "candidateCount", "stopSequences", "maxOutputTokens", "topP", "topK",
    "presencePenalty", "frequencyPenalty", "responseLogprobs", "responseMimeType",
    "responseSchema", "responseFormat", "responseModalities", "speechConfig",
    "voiceConfig", "prebuiltVoiceConfig", "voiceName", "languageCode",
    "multiSpeakerVoiceConfig", "thinkingConfig", "includeThoughts", "thinkingBudget",
    "thinkingLevel", "imageConfig", "audioTimestamp", "routingConfig", "modelConfig",
    "enableEnhancedCivicAnswers",
    # response
    "promptFeedback", "usageMetadata", "modelVersion", "responseId", "createTime",
    "modelStatus", "finishReason", "finishMessage", "safetyRatings", "avgLogprobs",
    "citationMetadata", "groundingMetadata", "urlContextMetadata", "logprobsResult",
    "tokenCount", "continuationToken", "blockReason", "blockReasonMessage",
    "promptTokenCount", "cachedContentTokenCount", "candidatesTokenCount",
    "toolUsePromptTokenCount", "thoughtsTokenCount", "totalTokenCount",
    "promptTokensDetails", "cacheTokensDetails", "candidatesTokensDetails",
    "toolUsePromptTokensDetails", "trafficType", "chosenCandidates", "topCandidates",
    "logProbability", "tokenId", "groundingChunks", "groundingSupports",
    "groundingChunkIndices", "confidenceScores", "partIndex", "startIndex", "endIndex",
    "citationSources", "retrievedContext",
    # embeddings and token counts
    "taskType", "outputDimensionality", "generateContentRequest", "totalTokens",
    "totalBillableCharacters",
))  # fmt: skip

_ODD: Final = {
    "_responseJsonSchema": "responseJsonSchema",
    "_response_json_schema": "responseJsonSchema",
}
"""The protobuf gives this one field a JSON name of its own."""


def _spelled(name: str) -> str:
    """Give the camelCase spelling of a known field; of another, *name* itself."""
    first, *words = name.split("_")
    if first and all("a" <= word[:1] <= "z" for word in words):
        known = first + "".join(word[0].upper() + word[1:] for word in words)
        return known if known in _FIELDS else name
    return _ODD.get(name, name)


def camel(obj: JSONObject) -> JSONObject:
    """
    Spell the known field names of an object in camelCase.

    Args:
        obj: A message of the API as received.

    Returns:
        *obj* itself where every name is spelled so already; else a new object.  A
        name that is not known stays as it is, and so does what stands inside.
    """
    for name in obj:
        if "_" in name and _spelled(name) != name:
            break
    else:
        return obj
    out: JSONObject = {}
    for name, value in obj.items():
        known = _spelled(name) if "_" in name else name
        # Where both spellings stand, the camelCase one decides.
        if known == name or known not in obj:
            out[known] = value
    return out


def is_enum_name(word: str) -> bool:
    """
    Say whether *word* looks like a value of one of the API's enums.

    Args:
        word: Any text.

    Returns:
        Whether it is upper-case letters, digits and `_`, a letter first.
    """
    return (
        "A" <= word[:1] <= "Z"
        and word.isascii()
        and word.replace("_", "").isalnum()
        and word == word.upper()
    )


class GenerateContentResponse(TypedDict, total=False):
    """A whole answer, and each event of a stream, with the parts that are new."""

    candidates: list[Any]
    promptFeedback: JSONObject
    usageMetadata: JSONObject
    modelVersion: str
    responseId: str
    createTime: str
