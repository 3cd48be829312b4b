"""
`modelwire demo`: two dialects talk through a gateway, live, both ways round.

An embedded upstream answers from a script, what `modelwire serve` runs stands before
it, and the vendors' own clients ask.  What they understood is compared with what the
upstream said.  What is not installed is left out: readers written by hand stand in for
the clients, and a proxy on the standard library for the gateway.
"""

from __future__ import annotations

import contextlib
import io
import json
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, Final

import attrs

from modelwire._cli._demo_clients import (
    Heard,
    Lines,
    package_for,
    read_anthropic,
    read_openai,
)
from modelwire._cli._demo_gateway import can_serve, lines_of, serving_gateway
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
from modelwire.codecs import openai_chat

if TYPE_CHECKING:
    from modelwire._cli._demo_gateway import Served

__all__ = ["run"]

_WIDTH: Final = 100
_MODEL: Final = "demo-model"


@attrs.frozen(kw_only=True)
class _Direction:
    """One client, one upstream, and what must come of it."""

    client: str
    server: str
    model: str
    path: str
    request: bytes
    script: bytes
    read: Callable[[Lines], Heard]
    usage: Mapping[str, int]
    finish: str
    losses: frozenset[str]


_DIRECTIONS: Final = (
    _Direction(
        client="openai-chat",
        server="anthropic-messages",
        model="claude-demo",
        path="/v1/chat/completions",
        request=OPENAI_REQUEST,
        script=ANTHROPIC_STREAM,
        read=read_openai,
        usage={"prompt_tokens": 400, "completion_tokens": 88, "total_tokens": 488},
        finish="tool_calls",
        losses=frozenset({"param.seed", "param.freq_presence_penalty"}),
    ),
    _Direction(
        client="anthropic-messages",
        server="openai-chat",
        model="gpt-demo",
        path="/v1/messages",
        request=ANTHROPIC_REQUEST,
        script=OPENAI_STREAM,
        read=read_anthropic,
        usage={
            "input_tokens": 340,
            "cache_read_input_tokens": 60,
            "output_tokens": 88,
        },
        finish="tool_use",
        losses=frozenset({"param.top_k"}),
    ),
)

# A client that wants to see reasoning in the OpenAI dialect reads the field that
# DeepSeek introduced and most compatible servers use.
_PROFILES: Final = {
    "openai-chat": attrs.evolve(
        openai_chat.DEFAULT_PROFILE, reasoning_field="reasoning_content"
    )
}


class _Screen:
    """Shows both sides of the gateway, line by line, from several threads."""

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
            if line.strip():
                text = line.decode("utf-8", "replace")
                cut = text if len(text) <= _WIDTH else f"{text[: _WIDTH - 1]}…"
                self.say(f"{mark} {cut}")


Seen = dict[str, list[bytes]]
"""The bodies that the upstreams were sent, by their dialects."""


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
    seen: Seen = {}
    with _upstreams(screen, seen, pause=pause) as ports:
        if can_serve():
            wrong = _by_gateway(screen, ports, seen)
        else:
            screen.say("(without httpx and uvicorn a small proxy is the gateway)")
            wrong = _by_proxy(screen, ports, seen)
    screen.say()
    for complaint in wrong:
        screen.say(f"WRONG: {complaint}")
    screen.say("demo: something is wrong" if wrong else "demo: everything was right")
    return 1 if wrong else 0


@contextlib.contextmanager
def _upstreams(screen: _Screen, seen: Seen, *, pause: bool) -> Iterator[dict[str, int]]:
    """Serve the scripts, each on a port of its own."""
    with contextlib.ExitStack() as stack:
        ports = {}
        for way in _DIRECTIONS:
            bodies = seen.setdefault(way.server, [])
            handler = upstream(way.script, bodies, pause=pause, show=screen.show)
            ports[way.server] = stack.enter_context(serving(handler))
        yield ports


# --- with the gateway ---------------------------------------------------------------


def _by_gateway(screen: _Screen, ports: Mapping[str, int], seen: Seen) -> list[str]:
    routes = {way.model: (way.server, _MODEL) for way in _DIRECTIONS}
    with serving_gateway(ports, routes, _PROFILES, screen.show) as served:
        screen.say(f"modelwire serves at {served.url}")
        for model, (server, name) in routes.items():
            screen.say(f"  {model:<12} is {name} of an {server} upstream")
        return [
            complaint
            for way in _DIRECTIONS
            for complaint in _one_by_gateway(screen, way, served, seen)
        ]


def _one_by_gateway(
    screen: _Screen, way: _Direction, served: Served, seen: Seen
) -> list[str]:
    package = package_for(way.client)
    name = "httpx and a reader by hand" if package is None else package[0]
    screen.say()
    screen.say(f"=== {name} asks in {way.client} for {way.model} ===")
    request = json.loads(way.request)
    if package is None:
        heard = way.read(lines_of(served.url, way.path, request))
    else:
        heard = package[1](served.url, request)
    record = served.record()
    losses = [*record.losses, *record.answer_losses]
    _tell(screen, way, heard, seen)
    screen.say(
        f"the gateway's log: status {record.status}, finish {record.finish}, "
        f"tokens in {record.input_tokens}, out {record.output_tokens}, "
        f"first byte after {1000 * (record.first_byte or 0):.1f} ms"
    )
    return _settled(screen, way, heard, losses)


# --- without ------------------------------------------------------------------------


def _by_proxy(screen: _Screen, ports: Mapping[str, int], seen: Seen) -> list[str]:
    return [
        complaint
        for way in _DIRECTIONS
        for complaint in _one_by_proxy(screen, way, ports[way.server], seen)
    ]


def _one_by_proxy(
    screen: _Screen, way: _Direction, upstream_port: int, seen: Seen
) -> list[str]:
    screen.say()
    screen.say(f"=== a reader by hand asks in {way.client} for {way.model} ===")
    profile = _PROFILES.get(way.client)
    options: dict[str, Any] = {} if profile is None else {"target_profile": profile}
    proxy = Proxy(way.client, way.server, upstream_port, show=screen.show, **options)
    with serving(proxy.handler()) as port:
        heard = way.read(post(port, way.path, way.request))
    sent, translator = proxy.served[-1]
    _tell(screen, way, heard, seen)
    losses = [str(loss.code) for loss in (*sent.losses, *translator.losses)]
    return _settled(screen, way, heard, losses)


# --- what is shown, and whether it is right -----------------------------------------


def _tell(screen: _Screen, way: _Direction, heard: Heard, seen: Seen) -> None:
    screen.say()
    screen.say(f"the client asked       {_one_line(way.request)}")
    screen.say(f"the upstream was sent  {_one_line(seen[way.server][-1])}")
    screen.say(f"the client understood: thinking {heard.thinking!r}")
    screen.say(f"                       text     {heard.text!r}")
    for name, arguments in heard.calls.values():
        screen.say(f"                       call     {name}({arguments})")
    screen.say(f"                       finish   {heard.finish}, usage {heard.usage}")


def _settled(
    screen: _Screen, way: _Direction, heard: Heard, losses: list[str]
) -> list[str]:
    """Say what was lost, and give what was wrong."""
    screen.say("not carried over, or changed:")
    for code in losses:
        screen.say(f"  loss: {code}")
    missing = sorted(way.losses - set(losses))
    return [
        f"{way.client} client: {complaint}"
        for complaint in _complaints(way, heard)
        + [f"loss {code} is not reported" for code in missing]
    ]


def _complaints(way: _Direction, heard: Heard) -> list[str]:
    """Compare what the client understood with what the upstream said."""
    calls = [(name, json.loads(text)) for name, text in heard.calls.values()]
    usage = dict(way.usage)
    checks = [
        ("thinking", heard.thinking, THINKING),
        ("text", heard.text, TEXT),
        ("calls", calls, [(name, dict(arguments)) for name, arguments in CALLS]),
        ("finish", heard.finish, way.finish),
        ("usage", {k: heard.usage.get(k) for k in usage}, usage),
        ("end of stream", heard.ended, True),
    ]
    return [
        f"{what} is {got!r}, expected {expected!r}"
        for what, got, expected in checks
        if got != expected
    ]


def _one_line(body: bytes) -> str:
    text = " ".join(body.decode().split())
    return text if len(text) <= 300 else f"{text[:299]}…"
