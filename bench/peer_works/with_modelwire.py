"""modelwire: each workload with orjson and with the standard library alone."""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from importlib.metadata import version
from typing import Any

from work import Payloads, Work, iterated

from modelwire import codecs, ir
from modelwire.codecs import COLLECT, _json
from modelwire.translate import StreamTranslator, translate_request

_DIALECTS = {
    "chat": "openai-chat",
    "responses": "openai-responses",
    "anthropic": "anthropic-messages",
    "gemini": "gemini-generate",
}
_WAYS = {"modelwire": "orjson", "modelwire without orjson": "stdlib"}


def versions() -> dict[str, str]:
    return {name: version(name) for name in ("modelwire", "orjson")}


def _decoded(dialect: str, pieces: list[bytes]) -> Iterable[Any]:
    decoder = codecs.get(dialect).stream_decoder()
    yield from itertools.chain.from_iterable(map(decoder.feed, pieces))
    yield from decoder.close()


def _accumulated(dialect: str, pieces: list[bytes]) -> Iterator[Any]:
    decoder, answer = codecs.get(dialect).stream_decoder(), ir.Accumulator()
    for piece in pieces:
        for chunk in decoder.feed(piece):
            answer.feed(chunk)
            yield chunk
    answer.feed_all(decoder.close())
    _ = answer.response


def _translated(source: str, target: str, pieces: list[bytes]) -> Iterator[bytes]:
    translator = StreamTranslator(source, target, on_loss=COLLECT)
    yield from map(translator.feed, pieces)
    yield translator.close()


def _chunk_text(chunk: Any) -> str:
    return chunk.text if isinstance(chunk, ir.TextDelta) else ""


def _parts_text(parts: Iterable[Any]) -> str:
    return "".join(part.text for part in parts if isinstance(part, ir.TextPart))


def _stream_text(dialect: str, data: bytes) -> str:
    return "".join(map(_chunk_text, _decoded(dialect, [data])))


def _request_text(body: bytes) -> str:
    read = codecs.get("anthropic-messages").decode_request(body, path="/v1/messages")
    return "".join(_parts_text(message.parts) for message in read.messages)


def _written(events: Callable[[], Iterable[bytes]], dialect: str) -> Work:
    """Bytes are read again as a whole to see what text is in them."""
    work = iterated(events, str)
    return dataclasses.replace(
        work, text=lambda: _stream_text(dialect, b"".join(events()))
    )


def works(payloads: Payloads) -> dict[str, dict[str, Work]]:
    made: dict[str, Work] = {}
    for name, dialect in _DIALECTS.items():
        pieces = payloads.reads(name)
        body = payloads.whole(f"{name}.json")
        made[f"{name} stream"] = iterated(
            lambda d=dialect, p=pieces: _decoded(d, p), _chunk_text
        )
        decode = codecs.get(dialect).decode_response
        made[f"{name} response"] = Work(
            lambda decode=decode, body=body: decode(body),
            lambda decode=decode, body=body: decode(body).text,
        )
    for source, target in (("chat", "anthropic"), ("anthropic", "chat")):
        pieces, ends = payloads.reads(source), (_DIALECTS[source], _DIALECTS[target])
        made[f"{source} to {target} stream"] = _written(
            lambda e=ends, p=pieces: _translated(*e, p), ends[1]
        )
    pieces = payloads.reads("anthropic")
    made["anthropic stream, accumulated"] = iterated(
        lambda: _accumulated(_DIALECTS["anthropic"], pieces), _chunk_text
    )
    request = payloads.whole("request.json")

    def translate() -> bytes:
        ends = {"source": _DIALECTS["chat"], "target": _DIALECTS["anthropic"]}
        return translate_request(request, **ends, on_loss=COLLECT).body

    made["chat to anthropic request"] = Work(
        translate, lambda: _request_text(translate())
    )
    return {
        kind: {
            name: dataclasses.replace(work, before=partial(_json._use, backend))  # noqa: SLF001
            for name, backend in _WAYS.items()
        }
        for kind, work in made.items()
    }
