"""
`modelwire demo`: two dialects talk through the translation, live, both ways round.

The clients below are written by hand against their dialect's documentation and share
no code with the codecs; what they understood is compared with what the upstream said.
"""

from __future__ import annotations

import io
import json
import sys
import threading
from collections.abc import Callable, Iterable
from typing import Any, Final

import attrs

from modelwire._cli._demo_net import Proxy, post, serving, upstream
from modelwire._cli._demo_scripts import (
    ANTHROPIC_REQUEST,
    ANTHROPIC_STREAM,
    CALLS,
    OPENAI_REQUEST,
    OPENAI_STREAM,
    TEXT,
    THINKING,
)
from modelwire._cli._render import loss_line, usage_line
from modelwire.codecs import openai_chat

__all__ = ["run"]

_WIDTH: Final = 100


@attrs.define
class _Heard:
    """What a client understood."""

    thinking: str = ""
    text: str = ""
    calls: dict[int, list[Any]] = attrs.field(factory=dict)
    finish: str | None = None
    usage: dict[str, int] = attrs.field(factory=dict)
    ended: bool = False


class _Screen:
    """Shows both sides of the proxy, line by line, from several threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._partial = {"in": b"", "out": b""}

    def say(self, text: str = "") -> None:
        with self._lock:
            print(text, flush=True)

    def show(self, side: str, data: bytes) -> None:
        """Show the whole lines that *data* completes."""
        lines = (self._partial[side] + data).split(b"\n")
        self._partial[side] = lines.pop()
        mark = "upstream >" if side == "in" else "   client <"
        for line in lines:
            if line:
                text = line.decode("utf-8", "replace")
                cut = text if len(text) <= _WIDTH else f"{text[: _WIDTH - 1]}…"
                self.say(f"{mark} {cut}")


def run(*, pause: bool = True) -> int:
    """
    Run the demo and check everything that it shows.

    Args:
        pause: Whether the upstream waits between writes, so that one can watch.

    Returns:
        0 when everything was right, else 1.
    """
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")
    screen = _Screen()
    # A client that wants to see reasoning in the OpenAI dialect reads the field that
    # DeepSeek introduced and most compatible servers use.
    reasoning = attrs.evolve(
        openai_chat.DEFAULT_PROFILE, reasoning_field="reasoning_content"
    )
    wrong = _direction(
        screen,
        client="openai-chat",
        server="anthropic-messages",
        path="/v1/chat/completions",
        request=OPENAI_REQUEST,
        script=ANTHROPIC_STREAM,
        listen=_hear_openai,
        usage={"prompt_tokens": 400, "completion_tokens": 88, "total_tokens": 488},
        finish="tool_calls",
        losses={"param.seed", "param.freq_presence_penalty"},
        profiles={"target_profile": reasoning},
        pause=pause,
    )
    wrong += _direction(
        screen,
        client="anthropic-messages",
        server="openai-chat",
        path="/v1/messages",
        request=ANTHROPIC_REQUEST,
        script=OPENAI_STREAM,
        listen=_hear_anthropic,
        usage={
            "input_tokens": 340,
            "cache_read_input_tokens": 60,
            "output_tokens": 88,
        },
        finish="tool_use",
        losses={"param.top_k"},
        profiles={},
        pause=pause,
    )
    screen.say()
    for complaint in wrong:
        screen.say(f"WRONG: {complaint}")
    screen.say("demo: something is wrong" if wrong else "demo: everything was right")
    return 1 if wrong else 0


def _direction(
    screen: _Screen,
    *,
    client: str,
    server: str,
    path: str,
    request: bytes,
    script: bytes,
    listen: Callable[[Iterable[str]], _Heard],
    usage: dict[str, int],
    finish: str,
    losses: set[str],
    profiles: dict[str, Any],
    pause: bool,
) -> list[str]:
    """Run one direction and give what was wrong with it."""
    screen.say()
    screen.say(f"=== a {client} client talks to an {server} upstream ===")
    seen: list[bytes] = []
    with serving(upstream(script, seen, pause=pause)) as upstream_port:
        proxy = Proxy(client, server, upstream_port, show=screen.show, **profiles)
        with serving(proxy.handler()) as port:
            heard = listen(post(port, path, request))
    sent, translator = proxy.sent, proxy.translator
    if sent is None or translator is None:
        return [f"{client}: the proxy never translated anything"]
    losses_seen = [*sent.losses, *translator.losses]
    screen.say()
    screen.say(f"the client asked     {_one_line(request)}")
    screen.say(f"the upstream was sent {_one_line(seen[0])}")
    screen.say(f"the client understood: thinking {heard.thinking!r}")
    screen.say(f"                       text     {heard.text!r}")
    for name, arguments in heard.calls.values():
        screen.say(f"                       call     {name}({arguments})")
    screen.say(f"                       finish   {heard.finish}, usage {heard.usage}")
    if translator.usage is not None:
        screen.say(f"usage in our words: {usage_line(translator.usage)}")
    screen.say("not carried over, or changed:")
    for loss in losses_seen:
        screen.say(f"  {loss_line(loss)}")
    return [
        f"{client} client: {complaint}"
        for complaint in _complaints(heard, usage, finish)
        + [
            f"loss {code} is not reported"
            for code in sorted(losses - {str(loss.code) for loss in losses_seen})
        ]
    ]


def _complaints(heard: _Heard, usage: dict[str, int], finish: str) -> list[str]:
    """Compare what the client understood with what the upstream said."""
    calls = [(name, json.loads(text)) for name, text in heard.calls.values()]
    checks = [
        ("thinking", heard.thinking, THINKING),
        ("text", heard.text, TEXT),
        ("calls", calls, [(name, dict(arguments)) for name, arguments in CALLS]),
        ("finish", heard.finish, finish),
        ("usage", {k: heard.usage.get(k) for k in usage}, usage),
        ("end of stream", heard.ended, True),
    ]
    return [
        f"{what} is {got!r}, expected {expected!r}"
        for what, got, expected in checks
        if got != expected
    ]


def _hear_openai(lines: Iterable[str]) -> _Heard:
    """Understand an OpenAI chat stream, as its documentation says."""
    heard = _Heard()
    for line in lines:
        if not line.startswith("data: "):
            continue
        data = line.removeprefix("data: ")
        if data == "[DONE]":
            heard.ended = True
            continue
        event = json.loads(data)
        heard.usage = event.get("usage") or heard.usage
        for choice in event["choices"]:
            delta = choice["delta"]
            heard.text += delta.get("content") or ""
            heard.thinking += delta.get("reasoning_content") or ""
            for call in delta.get("tool_calls") or ():
                known = heard.calls.setdefault(call["index"], ["", ""])
                known[0] += call["function"].get("name") or ""
                known[1] += call["function"].get("arguments") or ""
            heard.finish = choice.get("finish_reason") or heard.finish
    return heard


def _hear_anthropic(lines: Iterable[str]) -> _Heard:
    """Understand an Anthropic Messages stream, as its documentation says."""
    heard = _Heard()
    for line in lines:
        if not line.startswith("data: "):
            continue
        event = json.loads(line.removeprefix("data: "))
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
    return heard


def _one_line(body: bytes) -> str:
    text = " ".join(body.decode().split())
    return text if len(text) <= 300 else f"{text[:299]}…"
