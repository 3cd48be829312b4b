"""Makes the clients of the packages, synchronous and asynchronous alike."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from tests.clients._loopback import TIMEOUT

__all__ = ["MAKERS"]


def _openai(url: str, prefix: str) -> Any:
    openai = pytest.importorskip("openai")
    return getattr(openai, f"{prefix}OpenAI")(
        base_url=f"{url}/v1", api_key="test-key", max_retries=0, timeout=TIMEOUT
    )


def _anthropic(url: str, prefix: str) -> Any:
    anthropic = pytest.importorskip("anthropic")
    return getattr(anthropic, f"{prefix}Anthropic")(
        base_url=url, api_key="test-key", max_retries=0, timeout=TIMEOUT
    )


def _gemini(url: str, prefix: str) -> Any:
    genai = pytest.importorskip("google.genai")
    options = genai.types.HttpOptions(
        base_url=url,
        timeout=int(TIMEOUT * 1000),
        retry_options=genai.types.HttpRetryOptions(attempts=1),
    )
    client = genai.Client(api_key="test-key", http_options=options)
    return client.aio if prefix else client


MAKERS: dict[str, Callable[[str, str], Any]] = {
    "openai": _openai,
    "responses": _openai,
    "anthropic": _anthropic,
    "gemini": _gemini,
}
"""By client: takes where it goes, and `""` or `"Async"`."""
