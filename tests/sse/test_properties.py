"""The decoder against a naive reading of the standard, on arbitrary bytes."""

import copy
import itertools

import attrs
from hypothesis import example, given, strategies as st

from modelwire.sse import FramingFault, SSEComment, SSEDecoder, SSEEvent

# --- the reference: the standard's words, one character at a time -----------------


def whatwg_utf8(data):
    """Follow the UTF-8 decoder of the Encoding Standard, states and all."""
    text = []
    point = seen = needed = 0
    lower, upper = 0x80, 0xBF
    at = 0
    while at < len(data):
        byte = data[at]
        at += 1
        if needed == 0:
            if byte <= 0x7F:
                text.append(chr(byte))
            elif 0xC2 <= byte <= 0xDF:
                needed, point = 1, byte & 0x1F
            elif 0xE0 <= byte <= 0xEF:
                lower = 0xA0 if byte == 0xE0 else lower
                upper = 0x9F if byte == 0xED else upper
                needed, point = 2, byte & 0xF
            elif 0xF0 <= byte <= 0xF4:
                lower = 0x90 if byte == 0xF0 else lower
                upper = 0x8F if byte == 0xF4 else upper
                needed, point = 3, byte & 0x7
            else:
                text.append("\ufffd")
            continue
        if not lower <= byte <= upper:
            point = seen = needed = 0
            lower, upper = 0x80, 0xBF
            at -= 1
            text.append("\ufffd")
            continue
        lower, upper = 0x80, 0xBF
        point = (point << 6) | (byte & 0x3F)
        seen += 1
        if seen == needed:
            text.append(chr(point))
            point = seen = needed = 0
    if needed:
        text.append("\ufffd")
    return "".join(text)


@attrs.define
class Reference:
    items: list = attrs.Factory(list)
    retry: int | None = None
    comments: list = attrs.Factory(list)
    ignored: list = attrs.Factory(list)
    last_event_id: str = ""


def reference(data, *, lenient):
    """Decode a whole stream the slow way."""
    seen = Reference()
    data = data.removeprefix(b"\xef\xbb\xbf")
    lines = []
    line = bytearray()
    at = 0
    while at < len(data):
        if data[at : at + 1] in (b"\r", b"\n"):
            lines.append(whatwg_utf8(bytes(line)))
            line.clear()
            if data[at : at + 2] == b"\r\n":
                at += 1
        else:
            line.append(data[at])
        at += 1
    rest = whatwg_utf8(bytes(line))
    cut = bool(lenient and rest and not rest.startswith((":", "retry:")))
    cut = cut and rest != "retry"
    buffer, kind, ident = "", "", ""

    def dispatch(*, truncated):
        if buffer:
            event = SSEEvent(kind or "message", buffer[:-1], ident, truncated)
            seen.items.append(event)

    for text in lines + [rest] * cut:
        if text == "":
            seen.last_event_id = ident
            dispatch(truncated=False)
            buffer = kind = ""
            continue
        if text.startswith(":"):
            seen.comments.append(text[1:])
            seen.items.append(SSEComment(text[1:]))
            continue
        name, _, value = text.partition(":")
        value = value.removeprefix(" ")
        if name == "event":
            kind = value
        elif name == "data":
            buffer += value + "\n"
        elif name == "id":
            ident = ident if "\0" in value else value
        elif name == "retry":
            if value and all(c in "0123456789" for c in value):
                seen.retry = int(value)
        else:
            seen.ignored.append(text)
    if lenient:
        dispatch(truncated=True)
    return seen


# --- streams ----------------------------------------------------------------------

TOKENS = [
    *(b"\n", b"\r", b"\r\n", b"\n\n", b"\r\r", b"\r\n\r\n", b":", b" ", b": ", b"\0"),
    *(b"data", b"data: ", b"data:", b"event: ", b"event", b"id: ", b"id", b"retry:"),
    *(b"\xef\xbb\xbf", b"\xef", b"\xbb", b"\xe2\x80\xa8", b"\xc2\x85", b"\xff"),
    *(b"\xf0\x9f\x98\x80", b"\xf0\x9f", b"\xed\xa0\x80", b"\xe0\x80", b"\xc0\xaf"),
    *(b"x", b"12", b"0", b"{}", b"[DONE]", b"data: a\n\n", b"event: e\ndata: b\n\n"),
]
SSE = st.lists(st.sampled_from(TOKENS) | st.binary(max_size=3), max_size=40).map(
    b"".join
)
CUTS = st.lists(st.integers(0, 120), max_size=10)
LIMITS = st.fixed_dictionaries(
    {},
    optional={
        "max_line_bytes": st.integers(0, 30),
        "max_event_bytes": st.integers(0, 40),
        "max_total_bytes": st.integers(0, 80),
        "max_ignored_bytes": st.integers(0, 20),
        "lenient": st.booleans(),
        "comment_items": st.booleans(),
    },
)


def observed(decoder):
    return (
        decoder.retry,
        decoder.last_event_id,
        decoder.failed,
        decoder.comments,
        decoder.ignored_lines,
        decoder.dropped_lines,
        decoder.incomplete_at_eof,
        decoder.trailing_bytes,
    )


def pieces(data, cuts):
    bounds = [0, *sorted(min(cut, len(data)) for cut in cuts), len(data)]
    return [data[a:b] for a, b in itertools.pairwise(bounds)]


def run(chunks, options):
    decoder = SSEDecoder(**options)
    items = [item for chunk in chunks for item in decoder.feed(chunk)]
    items += decoder.close()
    return items, observed(decoder)


@given(SSE, st.booleans())
@example(b"retry:99999\rretry", True)
@example(b"data: a\r\r\n\xef\xbb\xbfdata: b\n\n", False)
def test_same_as_the_reference(data, lenient):
    expect = reference(data, lenient=lenient)
    decoder = SSEDecoder(lenient=lenient, comment_items=True, max_ignored_bytes=1 << 20)
    items = decoder.feed(data) + decoder.close()
    assert items == expect.items
    assert decoder.retry == (
        None if expect.retry is None else min(expect.retry, 10**15)
    )
    assert list(decoder.comments) == expect.comments
    assert list(decoder.ignored_lines) == expect.ignored
    assert decoder.last_event_id == expect.last_event_id


@given(SSE, CUTS, LIMITS)
def test_chunking_never_matters(data, cuts, options):
    whole = run([data], options)
    assert run(pieces(data, cuts), options) == whole
    assert run([data[i : i + 1] for i in range(len(data))], options) == whole


@given(SSE, LIMITS)
def test_a_fault_is_the_last_item_and_stands_at_its_limit(data, options):
    items, _ = run([data], options)
    faults = [item for item in items if isinstance(item, FramingFault)]
    assert faults == (items[-1:] if faults else [])
    for fault in faults:
        assert 0 <= fault.offset < len(data)
        assert fault.error.maximum == options[fault.error.limit]
        # One byte less than what passed the limit is within it: cut there, and raised
        # by the close of a lenient stream at most.
        strict = {**options, "lenient": False}
        assert run([data[: fault.offset]], strict)[0] == items[:-1]


@given(SSE, CUTS)
def test_items_of_a_prefix_are_a_prefix(data, cuts):
    decoder = SSEDecoder(comment_items=True)
    items, _ = run([data], {"comment_items": True})
    seen = []
    for chunk in pieces(data, cuts):
        seen += decoder.feed(chunk)
        assert seen == items[: len(seen)]


@given(SSE, st.integers(0, 120), LIMITS)
def test_a_copy_in_the_middle_goes_on_alike(data, cut, options):
    items, state = run([data], options)
    decoder = SSEDecoder(**options)
    head = decoder.feed(data[:cut])
    twin = copy.deepcopy(decoder)
    assert head + twin.feed(data[cut:]) + twin.close() == items
    assert observed(twin) == state
    assert head + decoder.feed(data[cut:]) + decoder.close() == items
    assert observed(decoder) == state


@given(SSE, st.integers(8, 200))
def test_limits_that_are_not_reached_change_nothing(data, chunk):
    """The loop that knows offsets and the one that does not do the same."""
    options = {"comment_items": True, "lenient": True}
    loose = run([data], options)
    longest = max(len(line) for line in data.replace(b"\r", b"\n").split(b"\n"))
    tight = {
        **options,
        "max_line_bytes": longest,
        "max_event_bytes": len(data),
        "max_total_bytes": len(data),
    }
    cuts = range(chunk, len(data), chunk)
    assert run(pieces(data, cuts), tight) == loose
