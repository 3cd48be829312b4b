"""Clients of the scripted upstream: on a socket, and in memory."""

from __future__ import annotations

import asyncio
import http.client

from modelwire import codecs, ir
from modelwire.errors import ErrorInfo

__all__ = ["BUSY", "RESPONSE", "Client", "asgi", "asked", "body_of", "run_app"]

RESPONSE = ir.ChatResponse(
    id="r1",
    model="m",
    choices=(
        ir.Choice(
            index=0,
            message=ir.assistant(
                "Hello.", ir.ToolCallPart(id="c1", name="f", arguments='{"a":1}')
            ),
            finish=ir.Finish(kind="tool_calls"),
        ),
    ),
    usage=ir.Usage(input_total=3, output_total=4),
)
BUSY = ErrorInfo(kind="overloaded", message="busy")


def asked(dialect, *, stream=False):
    request = ir.ChatRequest(
        model="m",
        messages=(ir.user("Hi"),),
        max_output_tokens=9,
        stream=stream,
        include_usage=stream or None,
    )
    encoded = codecs.get(dialect).encode_request(request)
    query = "&".join(f"{k}={v}" for k, v in encoded.query)
    return encoded, encoded.path + (f"?{query}" if query else "")


class Client:
    """A client on a socket, with nothing in between."""

    def __init__(self, url, timeout=10):
        host, _, port = url.removeprefix("http://").partition(":")
        self.connection = http.client.HTTPConnection(host, int(port), timeout=timeout)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.connection.close()

    def open(self, dialect, *, stream=False):
        encoded, target = asked(dialect, stream=stream)
        self.connection.request("POST", target, encoded.body, dict(encoded.headers))
        return self.connection.getresponse()

    def ask(self, dialect, *, stream=False):
        response = self.open(dialect, stream=stream)
        return response.status, dict(response.getheaders()), response.read()


def run_app(app, dialect, *, stream=False, left=()):
    """Call it as an ASGI server would; `left`: the client leaves after the request."""
    encoded, target = asked(dialect, stream=stream)
    path, _, query = target.partition("?")
    sent = []
    incoming = [{"type": "http.request", "body": encoded.body[:5], "more_body": True}]
    incoming += [{"type": "http.request", "body": encoded.body[5:]}]

    async def receive():
        if not incoming:
            assert left
            left.append(1)
            return {"type": "http.disconnect" if len(left) > 2 else "http.request"}
        return incoming.pop(0)

    async def send(message):
        sent.append(message)

    scope = {
        "type": "http",
        "method": "POST",
        "path": path,
        "query_string": query.encode(),
        "headers": [(b"Content-Type", b"application/json")],
    }
    try:
        asyncio.run(app(scope, receive, send))
    except ConnectionError as error:
        return sent, error
    return sent, None


def body_of(sent):
    return b"".join(message.get("body", b"") for message in sent[1:])


def asgi(messages, sent):
    """Give scope, receive and send for one request."""

    async def receive():
        return {"type": "http.request", **messages.pop(0)}

    async def send(message):
        sent.append(message)

    scope = {"type": "http", "method": "POST", "path": "/", "headers": []}
    return scope, receive, send
