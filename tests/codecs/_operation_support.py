"""Embeddings, token counts, models and moderation: what their tests share."""

from __future__ import annotations

import json
from collections.abc import Iterator

from modelwire import codecs
from modelwire.codecs import OPERATIONS

OC, OR = "openai-chat", "openai-responses"
AN, GE = "anthropic-messages", "gemini-generate"

FOLDERS = [
    ("openai-embeddings", OC, "embedding"),
    ("openai-moderations", OC, "moderation"),
    ("models-list", OC, "model_list"),
    ("gemini-embed", GE, "embedding"),
    ("anthropic-count-tokens", AN, "token_count"),
    ("gemini-count-tokens", GE, "token_count"),
]
"""Folders of the corpus, and who reads them."""

OURS = ("embedding", "token_count", "model_list", "moderation")
PAIRS = [(op, dialect) for op in OURS for dialect in OPERATIONS[op].dialects]


class Functions:
    """The four functions of an operation in a dialect."""

    def __init__(self, operation, dialect):
        module = codecs.get(dialect)
        self.encode_request = getattr(module, f"encode_{operation}_request")
        self.decode_request = getattr(module, f"decode_{operation}_request")
        self.encode_response = getattr(module, f"encode_{operation}_response")
        self.decode_response = getattr(module, f"decode_{operation}_response")


def leaves(value, path="$") -> Iterator[tuple[str, object]]:
    """Every leaf of a JSON value; null counts as absent."""
    if isinstance(value, dict):
        for key, item in value.items():
            yield from leaves(item, f"{path}.{camel(key)}")
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from leaves(item, f"{path}[{index}]")
    elif value is not None:
        yield path, value


def camel(key):
    """Give the one recorded name that the API takes in both spellings."""
    return "outputDimensionality" if key == "output_dimensionality" else key


def body_of(encoded):
    return json.loads(encoded.body)


def summary(losses):
    """Losses as short texts: code, place, action, severity."""
    return [
        f"{loss.code.value} {loss.path or '+' + loss.to} {loss.action} {loss.severity}"
        for loss in losses
    ]


GOOD_REQUESTS = {
    ("embedding", OC): {
        "input": ["a", "b"],
        "model": "m",
        "encoding_format": "base64",
        "dimensions": 2,
        "user": "u",
    },
    ("embedding", GE): {
        "requests": [
            {
                "model": "models/m",
                "content": {"parts": [{"text": "a"}], "role": "user"},
                "taskType": "CLUSTERING",
                "title": "t",
                "outputDimensionality": 2,
            }
        ]
    },
    ("token_count", AN): {
        "model": "m",
        "messages": [{"role": "user", "content": "hi"}],
    },
    ("token_count", GE): {
        "generateContentRequest": {
            "model": "models/m",
            "contents": [{"role": "user", "parts": [{"text": "hi"}]}],
        }
    },
    ("token_count", OR): {"model": "m", "input": "hi"},
    ("moderation", OC): {
        "model": "m",
        "input": [
            {"type": "text", "text": "a"},
            {"type": "image_url", "image_url": {"url": "https://x/y.png"}},
        ],
    },
}

GOOD_RESPONSES = {
    ("embedding", OC): {
        "object": "list",
        "data": [
            {"object": "embedding", "index": 0, "embedding": [0.5, -1.0]},
            {"object": "embedding", "index": 1, "embedding": [0.25, 3]},
        ],
        "model": "m",
        "usage": {"prompt_tokens": 2, "total_tokens": 2},
    },
    ("embedding", GE): {
        "embeddings": [{"values": [0.5, -1.0]}, {"values": [0.25, 3]}],
        "usageMetadata": {"promptTokenCount": 2, "totalTokenCount": 2},
    },
    ("token_count", AN): {"input_tokens": 9},
    ("token_count", GE): {
        "totalTokens": 9,
        "cachedContentTokenCount": 4,
        "promptTokensDetails": [{"modality": "TEXT", "tokenCount": 9}],
    },
    ("token_count", OR): {"object": "response.input_tokens", "input_tokens": 9},
    ("model_list", OC): {
        "object": "list",
        "data": [{"id": "m", "object": "model", "created": 7, "owned_by": "o"}],
    },
    ("model_list", AN): {
        "data": [
            {
                "type": "model",
                "id": "m",
                "display_name": "M",
                "lifecycle": "active",
                "max_input_tokens": 200000,
                "max_tokens": 64000,
                "created_at": "2025-02-19T00:00:00Z",
                "capabilities": {"batch": {"supported": True}},
            }
        ],
        "has_more": True,
        "first_id": "m",
        "last_id": "m",
    },
    ("model_list", GE): {
        "models": [
            {
                "name": "models/m",
                "displayName": "M",
                "description": "d",
                "inputTokenLimit": 1,
                "outputTokenLimit": 2,
                "supportedGenerationMethods": ["generateContent"],
            }
        ],
        "nextPageToken": "c",
    },
    ("moderation", OC): {
        "id": "r",
        "model": "m",
        "results": [
            {
                "flagged": True,
                "categories": {"hate": True, "illicit": None},
                "category_scores": {"hate": 0.5},
                "category_applied_input_types": {"hate": ["text"]},
            }
        ],
    },
}
