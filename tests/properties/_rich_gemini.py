"""The rich bodies of `gemini-generate`."""

from __future__ import annotations

from tests.properties._rich_values import PNG, SCHEMA

GEMINI_REQUEST = {
    "systemInstruction": {"parts": [{"text": "Be brief."}]},
    "contents": [
        {
            "role": "user",
            "parts": [
                {"text": "What is this?"},
                {
                    "inlineData": {"mimeType": "image/png", "data": PNG},
                    "mediaResolution": {"level": "MEDIA_RESOLUTION_LOW"},
                },
                {"inlineData": {"mimeType": "audio/wav", "data": "AAAA"}},
                {
                    "fileData": {"mimeType": "video/mp4", "fileUri": "gs://b/v.mp4"},
                    "videoMetadata": {"startOffset": "1s"},
                },
                {"inlineData": {"mimeType": "application/pdf", "data": PNG}},
            ],
        },
        {
            "role": "model",
            "parts": [
                {"text": "hm", "thought": True},
                {"text": "Let me see.", "thoughtSignature": "c2ln"},
                {"executableCode": {"language": "PYTHON", "code": "print(1)"}},
                {"codeExecutionResult": {"outcome": "OUTCOME_OK", "output": "1"}},
                {
                    "functionCall": {
                        "id": "call_1",
                        "name": "look",
                        "args": {"city": "Paris"},
                    },
                    "thoughtSignature": "AAEC",
                },
            ],
        },
        {
            "role": "user",
            "parts": [
                {
                    "functionResponse": {
                        "id": "call_1",
                        "name": "look",
                        "response": {"output": "rain"},
                        "parts": [
                            {"inlineData": {"mimeType": "image/png", "data": PNG}}
                        ],
                    }
                },
                {"text": "Why?"},
            ],
        },
    ],
    "tools": [
        {
            "functionDeclarations": [
                {
                    "name": "look",
                    "description": "Looks.",
                    "parametersJsonSchema": SCHEMA,
                }
            ]
        },
        {"googleSearch": {"excludeDomains": ["a.example"]}},
        {"codeExecution": {}},
    ],
    "toolConfig": {
        "functionCallingConfig": {"mode": "ANY", "allowedFunctionNames": ["look"]},
        "includeServerSideToolInvocations": True,
    },
    "safetySettings": [
        {"category": "HARM_CATEGORY_HARASSMENT", "threshold": "BLOCK_NONE"}
    ],
    "generationConfig": {
        "candidateCount": 2,
        "stopSequences": ["END"],
        "maxOutputTokens": 500,
        "temperature": 0.5,
        "topP": 0.9,
        "topK": 5,
        "seed": 7,
        "presencePenalty": 0.5,
        "frequencyPenalty": -0.5,
        "responseLogprobs": True,
        "logprobs": 2,
        "responseMimeType": "application/json",
        "responseJsonSchema": SCHEMA,
        "responseModalities": ["TEXT"],
        "speechConfig": {
            "voiceConfig": {"prebuiltVoiceConfig": {"voiceName": "Kore"}},
            "languageCode": "de",
        },
        "thinkingConfig": {"includeThoughts": True, "thinkingBudget": 2048},
        "imageConfig": {"aspectRatio": "1:1"},
    },
    "cachedContent": "cachedContents/a",
    "labels": {"team": "a"},
    "serviceTier": "flex",
    "store": True,
    "xUnknown": {"deep": [1, {"a": 2}]},
}

GEMINI_RESPONSE = {
    "candidates": [
        {
            "content": {
                "role": "model",
                "parts": [
                    {"text": "hm", "thought": True},
                    {"text": "It rains."},
                    {"executableCode": {"language": "PYTHON", "code": "print(1)"}},
                    {"codeExecutionResult": {"outcome": "OUTCOME_OK", "output": "1"}},
                    {
                        "functionCall": {
                            "id": "call_1",
                            "name": "look",
                            "args": {"city": "Paris"},
                        },
                        "thoughtSignature": "AAEC",
                    },
                ],
            },
            "finishReason": "STOP",
            "finishMessage": "done",
            "index": 0,
            "safetyRatings": [
                {"category": "HARM_CATEGORY_HARASSMENT", "probability": "LOW"}
            ],
            "groundingMetadata": {
                "webSearchQueries": ["q"],
                "groundingChunks": [
                    {"web": {"uri": "https://a.example/", "title": "A"}}
                ],
                "groundingSupports": [
                    {
                        "segment": {"startIndex": 3, "endIndex": 8, "partIndex": 1},
                        "groundingChunkIndices": [0],
                    }
                ],
            },
            "logprobsResult": {
                "chosenCandidates": [
                    {"token": "It", "logProbability": -0.5, "tokenId": 7}
                ],
                "topCandidates": [
                    {"candidates": [{"token": "I", "logProbability": -1}]}
                ],
            },
            "avgLogprobs": -0.5,
        },
        {
            "content": {"role": "model", "parts": [{"text": "No."}]},
            "finishReason": "SAFETY",
            "index": 1,
        },
    ],
    "usageMetadata": {
        "promptTokenCount": 20,
        "candidatesTokenCount": 9,
        "thoughtsTokenCount": 4,
        "toolUsePromptTokenCount": 2,
        "cachedContentTokenCount": 5,
        "promptTokensDetails": [
            {"modality": "TEXT", "tokenCount": 17},
            {"modality": "AUDIO", "tokenCount": 3},
        ],
        "totalTokenCount": 35,
        "trafficType": "ON_DEMAND",
    },
    "modelVersion": "gemini-3-pro",
    "responseId": "r_1",
    "createTime": "2026-11-21T10:00:00.5Z",
}
