"""The end of a stream whose connection failed (`codecs._aborted`)."""

from modelwire.codecs import openai_chat
from modelwire.codecs._aborted import aborted
from modelwire.ir import ErrorInfo, StreamEnd, StreamError, TextDelta

EVENT = (
    b'data: {"id":"a","choices":[{"index":0,"delta":{"content":"x"},'
    b'"finish_reason":"stop"}]}\n\n'
)


def test_it_is_an_error_even_where_the_bytes_might_have_been_whole():
    # Without `[DONE]` a finish of every choice is a whole answer, if nothing failed.
    decoder = openai_chat.stream_decoder()
    assert any(isinstance(chunk, TextDelta) for chunk in decoder.feed(EVENT))
    said = ErrorInfo(kind="timeout", message="no bytes for 60 s")
    *_, error, end = aborted(decoder, said)
    assert error == StreamError(
        ErrorInfo(kind="stream_truncated", message="no bytes for 60 s")
    )
    assert end == StreamEnd(complete=False, terminator="none")


def test_it_is_said_without_words():
    *_, error, _ = aborted(openai_chat.stream_decoder(), None)
    assert error.error.kind == "stream_truncated"


def test_after_the_end_there_is_nothing_to_say():
    decoder = openai_chat.stream_decoder()
    decoder.feed(EVENT + b"data: [DONE]\n\n")
    assert aborted(decoder, None) == []
