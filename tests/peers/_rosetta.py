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
from modelwire.codecs import COLLECT, EndSentinel, NativeEvent
from modelwire.testing import differences, stream_violations, uncovered
from modelwire.translate import StreamTranslator, translate_request, translate_response

__all__ = ["Judged", "folded", "request", "response", "stream", "translate"]

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


@attrs.frozen
class _Side:
    """What one translator made of a message, and what it said of it."""

    read: Any
    said: tuple[Any, ...]
    illegal: tuple[Any, ...] = ()


def _judged(source: Any, output: bytes, peer: _Side, ours: _Side) -> Judged:
    # What the peer said, it said of something: it is given the whole message for it.
    silent = () if peer.said else uncovered(differences(source, peer.read), ())
    own = uncovered(differences(source, ours.read, ours.said), ours.said)
    return Judged(
        output,
        tuple(peer.said),
        tuple(difference.path for difference in silent),
        tuple(violation.rule for violation in peer.illegal),
        (
            *(difference.path for difference in own),
            *(violation.rule for violation in ours.illegal),
        ),
    )


def _said(pipeline: Any, caught: Any) -> tuple[str, ...]:
    return (*pipeline.warnings, *(str(warning.message) for warning in caught))


def request(client: str, upstream: str, body: dict[str, Any]) -> Judged:
    """Let both translate a request, and compare what was asked with what is sent."""
    path = PATHS[client]
    data = json.dumps(body).encode()
    pipeline = _pipeline(client, upstream)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        output = json.dumps(pipeline.convert_request(body)).encode()
    source = codecs.get(client).decode_request(data, path=path)
    read = codecs.get(upstream).decode_request
    ours = translate_request(
        data, source=client, target=upstream, path=path, on_loss=COLLECT
    )
    return _judged(
        source,
        output,
        _Side(read(output, path=PATHS[upstream]), _said(pipeline, caught)),
        _Side(read(ours.body, path=ours.path, headers=ours.headers), ours.losses),
    )


def response(upstream: str, client: str, body: dict[str, Any]) -> Judged:
    """Let both translate a whole answer, and compare what was said."""
    data = json.dumps(body).encode()
    pipeline = _pipeline(client, upstream)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        pipeline.convert_request(_HI[client])
        output = json.dumps(pipeline.convert_response(body)).encode()
    read = codecs.get(client).decode_response
    ours = translate_response(data, source=upstream, target=client)
    return _judged(
        codecs.get(upstream).decode_response(data),
        output,
        _Side(read(output), _said(pipeline, caught)),
        _Side(read(ours.body), ours.losses),
    )


def translate(upstream: str, client: str, data: bytes) -> tuple[bytes, tuple[str, ...]]:
    """Let the peer translate a stream; give its bytes and what it said."""
    pipeline = _pipeline(client, upstream)
    read = codecs.get(upstream).event_decoder()
    write = codecs.get(client).event_encoder()
    out = b""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        pipeline.convert_request(_HI[client])
        processor = pipeline.create_stream_processor()
        for item in [*read.feed(data), *read.close()]:
            # As its gateway does: end sentinels are not handed to the pipeline.
            if not isinstance(item, NativeEvent):
                continue
            for chunk in processor.process_chunk(item.data):
                kind = chunk.get("type", "chunk")
                out += write.encode(NativeEvent(client, kind, chunk))
    if client == OC:
        out += write.encode(EndSentinel())
    return out + write.close(), _said(pipeline, caught)


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
        output,
        _Side(folded(client, output), told, tuple(stream_violations(client, output))),
        _Side(
            folded(client, ours),
            translator.losses,
            tuple(stream_violations(client, ours)),
        ),
    )
