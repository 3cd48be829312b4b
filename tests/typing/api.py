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
