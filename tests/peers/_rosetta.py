"""
llm-rosetta as a translator like ours, and what the kit says of its work.

The peer takes and gives JSON objects; here they become the bytes that its gateway
would read and write.  `told` is all that it says of what it left out: its own list of
warnings, and Python's.
"""

from __future__ import annotations

import json
import warnings
from typing import Any

import attrs
from tests._wires import AM, GG, OC, OR

from modelwire import codecs, ir
from modelwire.codecs import COLLECT, EndSentinel
from modelwire.testing import differences, stream_violations, uncovered
from modelwire.translate import StreamTranslator, translate_request, translate_response

__all__ = ["NAMES", "PATHS", "Judged", "request", "response", "stream"]

NAMES = {OC: "openai_chat", OR: "openai_responses", AM: "anthropic", GG: "google"}
PATHS = {
    OC: "/v1/chat/completions",
    OR: "/v1/responses",
    AM: "/v1/messages",
    GG: "/v1beta/models/m:streamGenerateContent",
}
_ASKED: dict[str, Any] = {
    OC: {"messages": [{"role": "user", "content": "Hi"}]},
    OR: {"input": "Hi"},
    AM: {"messages": [{"role": "user", "content": "Hi"}], "max_tokens": 99},
    GG: {"contents": [{"role": "user", "parts": [{"text": "Hi"}]}]},
}
_HI = {
    d: {**body, "model": "m", **({} if d == GG else {"stream": True})}
    for d, body in _ASKED.items()
}


@attrs.frozen
class Judged:
    """What the kit says of one translation of the peer, and of the same one of ours."""

    output: bytes
    """What the peer wrote."""
    told: tuple[str, ...]
    """What the peer said about it."""
    silent: tuple[str, ...]
    """Paths of differences that nothing told."""
    illegal: tuple[str, ...]
    """What violates the grammar of the target."""
    ours: tuple[str, ...]
    """The same two of our own translation; empty, or the judge is wrong."""

    def silent_at(self, path: str) -> list[str]:
        """Give the silent differences at or below a path."""
        return [found for found in self.silent if found.startswith(path)]


def _pipeline(client: str, upstream: str) -> Any:
    from llm_rosetta.pipeline import ConversionPipeline

    return ConversionPipeline(NAMES[client], NAMES[upstream])


def _judged(source, peer, told, output, ours, losses, illegal=(), ours_illegal=()):
    found = differences(source, peer)
    # What the peer said, it said of something: it is given the whole message for it.
    silent = () if told else uncovered(found, ())
    own = uncovered(differences(source, ours, losses), losses)
    return Judged(
        output,
        tuple(told),
        tuple(difference.path for difference in silent),
        tuple(v.rule for v in illegal),
        (*(difference.path for difference in own), *(v.rule for v in ours_illegal)),
    )


def request(client: str, upstream: str, body: dict[str, Any]) -> Judged:
    """Let both translate a request, and compare what was asked with what is sent."""
    path = PATHS[client]
    data = json.dumps(body).encode()
    pipeline = _pipeline(client, upstream)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        output = json.dumps(pipeline.convert_request(body)).encode()
    told = [*pipeline.warnings, *(str(w.message) for w in caught)]
    source = codecs.get(client).decode_request(data, path=path)
    read = codecs.get(upstream).decode_request
    ours = translate_request(
        data, source=client, target=upstream, path=path, on_loss=COLLECT
    )
    return _judged(
        source,
        read(output, path=PATHS[upstream]),
        told,
        output,
        read(ours.body, path=ours.path, headers=ours.headers),
        ours.losses,
    )


def response(upstream: str, client: str, body: dict[str, Any]) -> Judged:
    """Let both translate a whole answer, and compare what was said."""
    data = json.dumps(body).encode()
    pipeline = _pipeline(client, upstream)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        pipeline.convert_request(_HI[client])
        output = json.dumps(pipeline.convert_response(body)).encode()
    told = [*pipeline.warnings, *(str(w.message) for w in caught)]
    read = codecs.get(client).decode_response
    ours = translate_response(data, source=upstream, target=client)
    return _judged(
        codecs.get(upstream).decode_response(data),
        read(output),
        told,
        output,
        read(ours.body),
        ours.losses,
    )


def translate(upstream: str, client: str, data: bytes) -> tuple[bytes, list[str]]:
    """Let the peer translate a stream."""
    pipeline = _pipeline(client, upstream)
    read, write = (
        codecs.get(upstream).event_decoder(),
        codecs.get(client).event_encoder(),
    )
    out = b""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        pipeline.convert_request(_HI[client])
        processor = pipeline.create_stream_processor()
        for item in [*read.feed(data), *read.close()]:
            # What its gateway does: the end sentinel is not handed to the pipeline.
            for chunk in (
                processor.process_chunk(item.data) if hasattr(item, "data") else ()
            ):
                kind = chunk.get("type", "chunk")
                out += write.encode(codecs.NativeEvent(client, kind, chunk))
    if client == OC:
        out += write.encode(EndSentinel())
    told = [*pipeline.warnings, *(str(w.message) for w in caught)]
    return out + write.close(), told


def folded(dialect: str, data: bytes) -> ir.ChatResponse:
    """Read a stream as a client does."""
    decoder = codecs.get(dialect).stream_decoder()
    return ir.fold([*decoder.feed(data), *decoder.close()])


def stream(upstream: str, client: str, data: bytes) -> Judged:
    """Let both translate a stream, and compare what clients read."""
    output, told = translate(upstream, client, data)
    asked = translate_request(
        json.dumps(_HI[client]).encode(),
        source=client,
        target=upstream,
        path=PATHS[client],
        on_loss=COLLECT,
    )
    translator = StreamTranslator(upstream, client, for_request=asked)
    ours = translator.feed(data) + translator.close()
    return _judged(
        folded(upstream, data),
        folded(client, output),
        told,
        output,
        folded(client, ours),
        translator.losses,
        stream_violations(client, output),
        stream_violations(client, ours),
    )
