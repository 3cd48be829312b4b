"""Events of generateContent streams that several test files feed the decoder."""

from __future__ import annotations

from tests.codecs.gemini_generate._streams import (
    response,
    text,
)

STOP = response(text(""), finish="STOP")


def kinds(chunks):
    return [type(chunk).__name__ for chunk in chunks]


BEGIN = {"functionCall": {"name": "cook", "willContinue": True}}
END = {"functionCall": {}}
