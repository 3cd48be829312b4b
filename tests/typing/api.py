"""
Checked by mypy and pyright, never run: what a user's type checker sees.
"""

from __future__ import annotations

from typing import assert_type

from modelwire import codecs, ir, sse
from modelwire.codecs import (
    ChatCodec,
    Dialect,
    Profile,
    anthropic_messages,
    gemini_generate,
    openai_chat,
    openai_responses,
)
from modelwire.testing import (
    Answer,
    Failure,
    Gate,
    NoAnswer,
    Received,
    ScriptedUpstream,
    check_stream,
    stream_violations,
)
from modelwire.testing.pytest_plugin import ServeUpstream
from modelwire.translate import StreamTap, StreamTranslator, translate_request

codec: ChatCodec = openai_chat
codec = anthropic_messages
codec = gemini_generate
codec = openai_responses
assert_type(codecs.get("openai-chat"), ChatCodec)
assert_type(codecs.get("a name read from a file"), ChatCodec)
name: Dialect = "gemini-generate"
assert_type(codecs.get(name), ChatCodec)
assert_type(openai_responses.DEFAULT_PROFILE, Profile)

request = ir.ChatRequest(model="m", messages=(ir.user("hello"),))
encoded = anthropic_messages.encode_request(request)
assert_type(encoded.body, bytes)
assert_type(encoded.losses, tuple[ir.Loss, ...])

decoder = openai_chat.stream_decoder()
for chunk in decoder.feed(b""):
    if isinstance(chunk, ir.TextDelta):
        assert_type(chunk.text, str)

translator = StreamTranslator("openai-chat", "anthropic-messages")
assert_type(translator.feed(b""), bytes)
assert_type(StreamTap("openai-chat").usage, ir.Usage | None)
assert_type(
    translate_request(b"", source="openai-chat", target="anthropic-messages").path, str
)
assert_type(sse.encode("x"), bytes)


def serve(serve_upstream: ServeUpstream) -> str:
    return serve_upstream("openai-chat", ["a", Answer("b")]).url


def reply(received: Received) -> Answer:
    return Answer(received.body, pieces=[1, Gate()], headers=[("a", "b")])


check_stream("openai-chat", [b"data: 1", b""])
assert_type(stream_violations("openai-chat", b""), list[codecs.GrammarViolation])
ScriptedUpstream("openai-chat", reply)
ScriptedUpstream("openai-chat", "one for all")
ScriptedUpstream("openai-chat", [NoAnswer(), Failure(b"x", status=500), b"x"])
stream = Answer([ir.StreamStart(), Gate(), ir.StreamEnd(complete=True)])
with ScriptedUpstream("openai-chat", stream).serving() as url:
    assert_type(url, str)
