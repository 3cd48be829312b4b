"""
The demo's clients: the vendors' own packages where they are installed.

Where they are not, small readers take their place that are written by hand against the
dialects' documentation and share no code with the codecs.
"""

from __future__ import annotations

import importlib
import importlib.metadata
import json
from collections.abc import Callable, Iterable
from typing import Any, Final

import attrs

__all__ = ["Heard", "Lines", "package_for", "read_anthropic", "read_openai"]

Lines = Iterable[str]
"""An answer's lines while they come."""

_TIMEOUT: Final = 20.0


@attrs.define
class Heard:
    """What a client understood."""

    thinking: str = ""
    text: str = ""
    calls: dict[int, list[Any]] = attrs.field(factory=dict)
    finish: str | None = None
    usage: dict[str, int] = attrs.field(factory=dict)
    ended: bool = False


def package_for(
    dialect: str,
) -> tuple[str, Callable[[str, dict[str, Any]], Heard]] | None:
    """
    Give the vendor's own client of a dialect.

    Args:
        dialect: The dialect.

    Returns:
        Its name and version, and what asks with it: it takes the address and the
        request.  `None`: it is not installed.
    """
    name, ask = _PACKAGES[dialect]
    try:
        module = importlib.import_module(name)
    except ModuleNotFoundError:
        return None
    version = importlib.metadata.version(name)
    return f"{name} {version}", lambda url, request: ask(module, url, request)


def _ask_openai(openai: Any, url: str, request: dict[str, Any]) -> Heard:
    with openai.OpenAI(
        base_url=f"{url}/v1",
        api_key="not-needed",
        max_retries=0,
        http_client=openai.DefaultHttpxClient(trust_env=False, timeout=_TIMEOUT),
    ) as client:
        heard = Heard()
        for event in client.chat.completions.create(**request):
            _hear_openai(heard, event.to_dict(mode="json"))
        # The package ends its iteration at `[DONE]`, and raises where it is missing.
        heard.ended = heard.finish is not None
        return heard


def _ask_anthropic(anthropic: Any, url: str, request: dict[str, Any]) -> Heard:
    with anthropic.Anthropic(
        base_url=url,
        api_key="not-needed",
        max_retries=0,
        http_client=anthropic.DefaultHttpxClient(trust_env=False, timeout=_TIMEOUT),
    ) as client:
        # The newest API version has no `top_k`, so the package has no argument for it.
        left = {"top_k": request.pop("top_k")}
        heard = Heard()
        for event in client.messages.create(**request, extra_body=left):
            _hear_anthropic(heard, event.to_dict(mode="json"))
        return heard


_PACKAGES: Final = {
    "openai-chat": ("openai", _ask_openai),
    "anthropic-messages": ("anthropic", _ask_anthropic),
}


def read_openai(lines: Lines) -> Heard:
    """
    Understand an OpenAI chat stream, as its documentation says.

    Args:
        lines: The stream.

    Returns:
        What it says.
    """
    heard = Heard()
    for line in lines:
        if not line.startswith("data: "):
            continue
        data = line.removeprefix("data: ")
        if data == "[DONE]":
            heard.ended = True
        else:
            _hear_openai(heard, json.loads(data))
    return heard


def _hear_openai(heard: Heard, event: dict[str, Any]) -> None:
    heard.usage = event.get("usage") or heard.usage
    for choice in event.get("choices") or ():  # an error has none
        delta = choice["delta"]
        heard.text += delta.get("content") or ""
        heard.thinking += delta.get("reasoning_content") or ""
        for call in delta.get("tool_calls") or ():
            known = heard.calls.setdefault(call["index"], ["", ""])
            known[0] += call["function"].get("name") or ""
            known[1] += call["function"].get("arguments") or ""
        heard.finish = choice.get("finish_reason") or heard.finish


def read_anthropic(lines: Lines) -> Heard:
    """
    Understand an Anthropic Messages stream, as its documentation says.

    Args:
        lines: The stream.

    Returns:
        What it says.
    """
    heard = Heard()
    for line in lines:
        if line.startswith("data: "):
            _hear_anthropic(heard, json.loads(line.removeprefix("data: ")))
    return heard


def _hear_anthropic(heard: Heard, event: dict[str, Any]) -> None:
    kind = event["type"]
    if kind == "message_start":
        heard.usage = dict(event["message"]["usage"])
    elif kind == "content_block_start":
        block = event["content_block"]
        if block["type"] == "tool_use":
            heard.calls[event["index"]] = [block["name"], ""]
    elif kind == "content_block_delta":
        delta = event["delta"]
        heard.text += delta.get("text", "")
        heard.thinking += delta.get("thinking", "")
        if "partial_json" in delta:
            heard.calls[event["index"]][1] += delta["partial_json"]
    elif kind == "message_delta":
        heard.finish = event["delta"]["stop_reason"]
        heard.usage |= {k: v for k, v in event["usage"].items() if v is not None}
    elif kind == "message_stop":
        heard.ended = True
