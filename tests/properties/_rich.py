"""
One rich request and one rich response of every dialect, as JSON on the wire.

Rich: every field that some other dialect has to do something about is in them once.
"""

from __future__ import annotations

from tests.properties._rich_anthropic import ANTHROPIC_REQUEST, ANTHROPIC_RESPONSE
from tests.properties._rich_gemini import GEMINI_REQUEST, GEMINI_RESPONSE
from tests.properties._rich_openai import (
    CHAT_REQUEST,
    CHAT_RESPONSE,
    RESPONSES_REQUEST,
    RESPONSES_RESPONSE,
)

__all__ = ["PATHS", "REQUESTS", "RESPONSES"]

REQUESTS = {
    "openai-chat": CHAT_REQUEST,
    "openai-responses": RESPONSES_REQUEST,
    "anthropic-messages": ANTHROPIC_REQUEST,
    "gemini-generate": GEMINI_REQUEST,
}
RESPONSES = {
    "openai-chat": CHAT_RESPONSE,
    "openai-responses": RESPONSES_RESPONSE,
    "anthropic-messages": ANTHROPIC_RESPONSE,
    "gemini-generate": GEMINI_RESPONSE,
}
PATHS = {"gemini-generate": "/v1beta/models/m:streamGenerateContent"}
