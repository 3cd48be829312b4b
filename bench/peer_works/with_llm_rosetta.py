"""
llm-rosetta, with httpx-sse in front of it.

It takes and gives parsed JSON; what reads and writes the bytes around it is what its
gateway does (`json`), or the same with orjson.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable, Iterator
from importlib.metadata import version
from typing import Any

import httpx
import httpx_sse
import offline
import orjson
from llm_rosetta import get_converter_for_provider
from llm_rosetta.converters.base.context import ConversionContext
from llm_rosetta.pipeline import ConversionPipeline
from texts import OF_EVENT, of_request
from work import Payloads, Work, iterated, once

_NAMES = {
    "chat": "openai_chat",
    "responses": "openai_responses",
    "anthropic": "anthropic",
    "gemini": "google",
}
_HI: dict[str, Any] = {
    "model": "m",
    "max_tokens": 99,
    "stream": True,
    "messages": [{"role": "user", "content": "Hi"}],
}
Loads = Callable[[str], Any]
Dumps = Callable[[Any], bytes]


def _dumps(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode()


_WAYS: dict[str, tuple[Loads, Dumps]] = {
    "llm-rosetta": (json.loads, _dumps),
    "llm-rosetta with orjson": (orjson.loads, orjson.dumps),
}

_NOTES = {
    "llm-rosetta": "makes dictionaries of what httpx-sse and json read",
    "llm-rosetta with orjson": "the same with orjson around it",
}


def versions() -> dict[str, str]:
    return {name: version(name) for name in ("llm-rosetta", "httpx-sse", "orjson")}


def _event_text(event: Any) -> str:
    return event["text"] if event["type"] == "text_delta" else ""


def _values(client: httpx.Client, loads: Loads) -> Iterator[Any]:
    with httpx_sse.connect_sse(client, "POST", "http://x/") as source:
        for sse in source.iter_sse():
            if sse.data == "[DONE]":
                break
            yield loads(sse.data)


def _decoded(client: httpx.Client, dialect: str, loads: Loads) -> Iterator[Any]:
    converter = get_converter_for_provider(_NAMES[dialect])
    context = converter.create_stream_context()
    read = converter.stream_response_from_provider
    for value in _values(client, loads):
        yield from read(value, context=context)


def _translated(
    client: httpx.Client, source: str, target: str, loads: Loads, dumps: Dumps
) -> Iterator[bytes]:
    # The format of the client, then that of the upstream.
    pipeline = ConversionPipeline(_NAMES[target], _NAMES[source])
    pipeline.convert_request(_HI)
    processor = pipeline.create_stream_processor()
    for value in _values(client, loads):
        for chunk in processor.process_chunk(value):
            if target == "anthropic":
                name = chunk["type"].encode()
                yield b"event: %b\ndata: %b\n\n" % (name, dumps(chunk))
            else:
                yield b"data: %b\n\n" % dumps(chunk)
    if target == "chat":
        yield b"data: [DONE]\n\n"


def _written_text(event: bytes) -> str:
    data = event.partition(b"data: ")[2]
    if data.startswith(b"[DONE]"):
        return ""
    value = json.loads(data)
    return OF_EVENT["chat" if "choices" in value else "anthropic"](value)


def _request(body: bytes, loads: Any, dumps: Dumps) -> bytes:
    pipeline = ConversionPipeline(_NAMES["chat"], _NAMES["anthropic"])
    return dumps(pipeline.convert_request(loads(body)))


def _response(body: bytes, dialect: str, loads: Any) -> Any:
    converter = get_converter_for_provider(_NAMES[dialect])
    return converter.response_from_provider(loads(body), context=ConversionContext())


def _response_text(made: Any) -> str:
    parts = made["choices"][0]["message"]["content"]
    return "".join(part["text"] for part in parts if part["type"] == "text")


def works(payloads: Payloads) -> dict[str, dict[str, Work]]:
    clients = {name: offline.client(httpx, payloads.reads(name)) for name in _NAMES}
    found: dict[str, dict[str, Work]] = {}

    def add(kind: str, make: Callable[[Loads, Dumps], Work]) -> None:
        found[kind] = {
            name: dataclasses.replace(make(*way), note=_NOTES[name])
            for name, way in _WAYS.items()
        }

    for name, client in clients.items():
        add(
            f"{name} stream",
            lambda loads, _, c=client, n=name: iterated(
                lambda: _decoded(c, n, loads), _event_text
            ),
        )
        body = payloads.whole(f"{name}.json")
        add(
            f"{name} response",
            lambda loads, _, b=body, n=name: once(
                lambda: _response(b, n, loads), _response_text
            ),
        )
    for source, target in (("chat", "anthropic"), ("anthropic", "chat")):
        add(
            f"{source} to {target} stream",
            lambda loads, dumps, s=source, t=target: iterated(
                lambda: _translated(clients[s], s, t, loads, dumps), _written_text
            ),
        )
    body = payloads.whole("request.json")
    add(
        "chat to anthropic request",
        lambda loads, dumps: once(lambda: _request(body, loads, dumps), of_request),
    )
    return found
