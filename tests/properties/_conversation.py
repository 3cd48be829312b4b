"""
Conversations with tools, step by step, with every step checked against its losses.

An `Agent` asks in its dialect, hears what an upstream of another dialect answers, and
puts the answer and its results into its history (`tests._agent`).
"""

from __future__ import annotations

import json
from typing import Any

import attrs
from tests._agent import Asked, Result, calls_of, extend, fold
from tests._wires import GG, Wire

from modelwire import codecs, ir
from modelwire.codecs import COLLECT, EncodedRequest
from modelwire.ir import Accumulator
from modelwire.testing import assert_losses
from modelwire.translate import StreamTranslator, translate_request, translate_response

__all__ = ["Agent", "answered", "id_of", "only", "order"]


def request(*names: str, stream: bool = False, **rest: Any) -> ir.ChatRequest:
    schema = {"type": "object", "properties": {}}
    tools = tuple(
        ir.FunctionTool(name=name, description="d", input_schema=schema)
        for name in names
    )
    said = ir.Message(role="user", parts=(ir.TextPart(text="Go."),))
    return ir.ChatRequest(
        model="m-1",
        messages=(said,),
        tools=tools,
        max_output_tokens=500,
        stream=stream,
        **rest,
    )


class Agent:
    """One conversation; every step is checked against its losses."""

    def __init__(
        self, client: str, upstream: str, mode: str, *tools: str, **rest: Any
    ) -> None:
        self.client, self.upstream, self.stream = client, upstream, mode == "stream"
        first = codecs.get(client).encode_request(
            request(*tools, stream=self.stream, **rest), on_loss=COLLECT
        )
        self.body = json.loads(first.body)
        self.line = {
            "path": first.path,
            "query": "&".join(f"{name}={value}" for name, value in first.query),
            "headers": first.headers,
        }
        self.sent: EncodedRequest | None = None
        self.answer: dict[str, Any] = {}
        self.losses: tuple[ir.Loss, ...] = ()

    def rename(self, names: dict[str, str]) -> None:
        """Give tools other names: a client need not ask which are legal."""
        text = json.dumps(self.body)
        for old, new in names.items():
            text = text.replace(json.dumps(old), json.dumps(new))
        self.body = json.loads(text)

    def ask(self) -> dict[str, Any]:
        """Give what the upstream is asked."""
        body = json.dumps(self.body, ensure_ascii=False).encode()
        sent = translate_request(
            body,
            source=self.client,
            target=self.upstream,
            on_loss=COLLECT,
            **self.line,
        )
        self.sent = sent
        before = codecs.get(self.client).decode_request(body, **self.line)
        if self.stream and has_usage(self.client) and not has_usage(self.upstream):
            # What the client always gets has to be asked for.
            before = attrs.evolve(before, include_usage=True)
        again = codecs.get(self.upstream).decode_request(
            sent.body,
            path=sent.path,
            query="&".join(f"{name}={value}" for name, value in sent.query),
            headers=sent.headers,
        )
        assert_losses(before, again, sent.losses)
        made: dict[str, Any] = json.loads(sent.body)
        return made

    def hear(self, said: Wire) -> list[tuple[str | None, str, str]]:
        """Give the calls that the client sees in the upstream's answer."""
        assert self.sent is not None
        come, gone = codecs.get(self.upstream), codecs.get(self.client)
        about = {"aliases": self.sent.aliases, "request": self.sent.request}
        if self.stream:
            translator = StreamTranslator(
                self.upstream, self.client, for_request=self.sent
            )
            written = b"".join(translator.feed(piece) for piece in said.pieces)
            written += translator.close()
            assert translator.complete
            self.answer, self.losses = fold(self.client, written), translator.losses
            before = folded(come.stream_decoder(**about), b"".join(said.pieces))
            after = folded(gone.stream_decoder(), written)
        else:
            encoded = translate_response(
                said.body,
                source=self.upstream,
                target=self.client,
                for_request=self.sent,
                on_loss=COLLECT,
            )
            self.answer, self.losses = json.loads(encoded.body), encoded.losses
            before = come.decode_response(said.body, **about)
            after = gone.decode_response(encoded.body)
        assert_losses(before, after, self.losses)
        return calls_of(self.client, self.answer)

    def reply(self, *results: Result) -> None:
        """Put the answer and the results into the history."""
        self.body = extend(self.client, self.body, self.answer, list(results))


def has_usage(dialect: str) -> bool:
    return codecs.get(dialect).STREAM_HAS_USAGE


def folded(decoder: Any, data: bytes) -> ir.ChatResponse:
    accumulator = Accumulator()
    for chunk in [*decoder.feed(data), *decoder.close()]:
        accumulator.feed(chunk)
    return accumulator.response


def only(items: list[Asked], kind: str) -> list[Asked]:
    return [item for item in items if item.kind == kind]


def id_of(upstream: str, wanted: str) -> str | None:
    """Give the id that the upstream's wire has: older Gemini models have none."""
    return None if upstream == GG else wanted


def order(items: list[Asked]) -> list[str]:
    """Give what is said, in order; empty text says nothing, pieces of one are one."""
    kinds: list[str] = []
    for item in items:
        words = item.kind in ("text", "think")
        if not words or (item.text and kinds[-1:] != [item.kind]):
            kinds.append(item.kind)
    return kinds


def answered(items: list[Asked]) -> dict[str, str]:
    """Pair results with calls by id, else by name in order; gives text of the tool."""
    calls, found = only(items, "call"), {}
    for result in only(items, "result"):
        (call,) = [
            c
            for c in calls
            if (c.id == result.id if result.id else c.name == result.name)
        ]
        assert call.name is not None
        assert call.name not in found
        if result.name is not None:
            assert result.name == call.name
        found[call.name] = result.text
    return found
