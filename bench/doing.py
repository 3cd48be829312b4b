"""What is done with the bytes: the public calls that are measured, and the floors."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from typing import Any

from workloads import GEMINI

from modelwire import codecs
from modelwire.codecs import COLLECT, _json
from modelwire.translate import StreamTap, StreamTranslator, translate_request

try:
    import orjson
except ImportError:
    orjson = None

__all__ = [
    "Work",
    "chunks_of",
    "decode_stream",
    "dump_loop",
    "encode_stream",
    "json_loop",
    "orjson",
    "round_trip",
    "tap_stream",
    "translate_body",
    "translate_stream",
    "use",
]

Work = Callable[[], object]
PATHS = {GEMINI: "/v1beta/models/gemini-2.5-flash:generateContent"}
"""Where a dialect says in the path which model is asked."""


def use(backend: str) -> None:
    """Choose who parses JSON; `orjson` means: if it is installed."""
    _json._use(backend if orjson else "stdlib")  # noqa: SLF001 - the switch for tests


def decode_stream(
    dialect: str, pieces: Iterable[bytes], *, keep_raw: bool = True
) -> None:
    """Bytes to chunks; a translator keeps nothing raw: its target has no use of it."""
    decoder = codecs.get(dialect).stream_decoder(keep_raw=keep_raw)
    feed = decoder.feed
    for piece in pieces:
        feed(piece)
    decoder.close()


def chunks_of(dialect: str, data: bytes, *, keep_raw: bool = True) -> list[Any]:
    """All chunks of a stream."""
    decoder = codecs.get(dialect).stream_decoder(keep_raw=keep_raw)
    return [*decoder.feed(data), *decoder.close()]


def encode_stream(dialect: str, chunks: Iterable[Any]) -> None:
    """Chunks to bytes."""
    encoder = codecs.get(dialect).stream_encoder(on_loss=COLLECT)
    encode = encoder.encode
    for chunk in chunks:
        encode(chunk)
    encoder.close()


def tap_stream(dialect: str, pieces: Iterable[bytes]) -> None:
    """Forward the bytes as they are, and watch them."""
    tap = StreamTap(dialect)
    forward: list[bytes] = []
    for piece in pieces:
        forward.append(piece)
        tap.feed(piece)
        forward.clear()
    tap.close()


def translate_stream(source: str, target: str, pieces: Iterable[bytes]) -> None:
    """Bytes of one dialect to bytes of another."""
    translator = StreamTranslator(source, target, on_loss=COLLECT)
    feed = translator.feed
    for piece in pieces:
        feed(piece)
    translator.close()


def translate_body(source: str, target: str, body: bytes) -> None:
    """A request of one dialect to one of another."""
    path = PATHS.get(source, "")
    translate_request(body, source=source, target=target, path=path, on_loss=COLLECT)


def json_loop(payloads: list[Any], loads: Callable[[Any], Any] = json.loads) -> None:
    """The floor of reading: parse every payload."""
    for payload in payloads:
        loads(payload)


def dump_loop(values: list[Any]) -> None:
    """The floor of writing: dump every value."""
    for value in values:
        json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def round_trip(body: bytes) -> None:
    """Do to a request what a translation cannot avoid: parse it and write it."""
    value = json.loads(body)
    json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
