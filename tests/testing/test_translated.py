"""`assert_accounted` on bytes: it passes what is right, and sees what is not."""

import json

import attrs
import pytest

from modelwire import codecs
from modelwire.errors import RemoteProtocolError
from modelwire.testing import assert_accounted
from modelwire.translate import StreamTranslator

CHAT, ANTHROPIC = "openai-chat", "anthropic-messages"
REQUEST = json.dumps(
    {
        "model": "m",
        "messages": [{"role": "user", "content": "Hello"}],
        "logit_bias": {"5": 1},
    }
).encode()
RESPONSE = json.dumps(
    {
        "id": "c",
        "object": "chat.completion",
        "created": 1,
        "model": "m",
        "choices": [
            {
                "index": 0,
                "message": {"role": "assistant", "content": "Hi", "refusal": None},
                "finish_reason": "stop",
            }
        ],
        "system_fingerprint": "fp_1",
    }
).encode()
STREAM = (
    b'data: {"id":"c","object":"chat.completion.chunk","created":1,"model":"m",'
    b'"choices":[{"index":0,"delta":{"content":"Hi"},"finish_reason":null}]}\n\n'
    b'data: {"id":"c","object":"chat.completion.chunk","created":1,"model":"m",'
    b'"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}\n\ndata: [DONE]\n\n'
)
CUT = STREAM[: STREAM.index(b"data: [DONE]") // 2]
BODIES = {"request": REQUEST, "response": RESPONSE, "stream": STREAM}


@pytest.mark.parametrize("target", codecs.DIALECTS)
@pytest.mark.parametrize("kind", BODIES)
def test_what_is_right_passes(kind, target):
    losses = assert_accounted(CHAT, target, BODIES[kind], kind=kind)
    if target == CHAT:
        assert losses == ()
    elif kind == "request":
        assert "$.logit_bias" in [loss.path for loss in losses]


class Quiet:
    """A codec like another one, whose encoders say nothing of what they lose."""

    def __init__(self, codec):
        self._codec = codec

    def __getattr__(self, name):
        return getattr(self._codec, name)

    def encode_request(self, request, **options):
        encoded = self._codec.encode_request(request, **options)
        return attrs.evolve(encoded, losses=())

    def encode_response(self, response, **options):
        encoded = self._codec.encode_response(response, **options)
        return attrs.evolve(encoded, losses=())


@pytest.mark.parametrize("kind", ["request", "response"])
def test_a_loss_that_nobody_says(kind, monkeypatch):
    real = codecs.get
    quiet = {ANTHROPIC: Quiet(real(ANTHROPIC))}
    monkeypatch.setattr(codecs, "get", lambda name: quiet.get(name) or real(name))
    with pytest.raises(AssertionError, match=r"no loss for "):
        assert_accounted(CHAT, ANTHROPIC, BODIES[kind], kind=kind)


class Fixed:
    """A codec like another one, whose streams are always the same bytes."""

    def __init__(self, codec, data):
        self._codec = codec
        self._data = data

    def __getattr__(self, name):
        return getattr(self._codec, name)

    def stream_encoder(self, **options):
        encoder = self._codec.stream_encoder(**options)
        return Answering(encoder, self._data)


class Answering:
    """An encoder that writes *data*, whatever it is given."""

    def __init__(self, encoder, data):
        self._encoder = encoder
        self._data = data
        self.losses = ()

    def encode(self, chunk):
        self._encoder.encode(chunk)
        return b""

    def close(self):
        self._encoder.close()
        return self._data


def test_a_stream_that_became_complete(monkeypatch):
    real = codecs.get
    fixed = {ANTHROPIC: Fixed(real(ANTHROPIC), _whole_stream())}
    monkeypatch.setattr(codecs, "get", lambda name: fixed.get(name) or real(name))
    with pytest.raises(AssertionError, match="cut short became a complete one"):
        assert_accounted(CHAT, ANTHROPIC, CUT, kind="stream")


def _whole_stream():
    translator = StreamTranslator(CHAT, ANTHROPIC, on_loss=codecs.COLLECT)
    return translator.feed(STREAM) + translator.close()


def test_a_stream_that_is_cut_short_stays_one():
    for target in codecs.DIALECTS:
        assert_accounted(CHAT, target, CUT, kind="stream")


def test_bytes_that_are_something_else():
    with pytest.raises(RemoteProtocolError):
        assert_accounted(CHAT, ANTHROPIC, b"[]")
    with pytest.raises(LookupError):
        assert_accounted(CHAT, "no-dialect", REQUEST)
