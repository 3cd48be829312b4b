"""
Invariant, for values drawn from the strategies of `modelwire.testing` with the input
as their choices: requests and responses of every dialect are encoded for every dialect
with losses that are complete and sound; streams are encoded into bytes that obey the
target's grammar and read back as complete as they were.
"""

from __future__ import annotations

from hypothesis import HealthCheck, given, settings, strategies as hs

from modelwire import codecs
from modelwire.codecs import COLLECT
from modelwire.ir import Accumulator
from modelwire.testing import assert_losses, strategies as st

SEEDS = (b"", b"\0" * 200, bytes(range(256)) * 4)

_dialects = hs.sampled_from(codecs.DIALECTS)


@settings(
    database=None,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    max_examples=1,
)
@given(data=hs.data(), source=_dialects, target=_dialects, kind=hs.integers(0, 2))
def _holds(data: hs.DataObject, source: str, target: str, kind: int) -> None:
    codec = codecs.get(target)
    if kind == 0:
        request = data.draw(st.chat_requests(source))
        encoded = codec.encode_request(request, on_loss=COLLECT)
        again = codec.decode_request(
            encoded.body,
            path=encoded.path,
            query="&".join(f"{name}={value}" for name, value in encoded.query),
            headers=encoded.headers,
        )
        assert_losses(request, again, encoded.losses)
    elif kind == 1:
        response = data.draw(st.chat_responses(source))
        answer = codec.encode_response(response, on_loss=COLLECT)
        assert_losses(response, codec.decode_response(answer.body), answer.losses)
    else:
        _stream(data, codec, source)


def _stream(data: hs.DataObject, codec: codecs.ChatCodec, source: str) -> None:
    chunks = data.draw(st.chunk_sequences(source))
    encoder = codec.stream_encoder(on_loss=COLLECT)
    written = b"".join([*map(encoder.encode, chunks), encoder.close()])
    events = codec.event_decoder()
    assert codec.check_stream([*events.feed(written), *events.close()]) == []
    decoder = codec.stream_decoder()
    before, after = Accumulator(), Accumulator()
    before.feed_all(chunks)
    after.feed_all([*decoder.feed(written), *decoder.close()])
    assert after.complete == before.complete
    assert_losses(before.response, after.response, encoder.losses)


def check(data: bytes) -> None:
    """Raise when the invariant does not hold for the values that *data* draws."""
    _holds.hypothesis.fuzz_one_input(data)
