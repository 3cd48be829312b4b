"""`framing.MultipartDecoder` and `encode_multipart`: vectors, splits, limits, laws."""

from __future__ import annotations

import base64
import copy
import json
import pickle
import random

import pytest
from hypothesis import given, strategies as st
from tests._paths import SHARED

from modelwire.errors import LimitExceededError, LocalError, StateError
from modelwire.framing import (
    FormPart,
    MultipartDecoder,
    MultipartFault,
    boundary_of,
    encode_multipart,
    multipart_content_type,
    pick_boundary,
)

FILE = SHARED / "conformance" / "multipart.json"
VECTORS = json.loads(FILE.read_bytes())["vectors"] if FILE.is_file() else []
DECODE = [v for v in VECTORS if v["op"] == "decode"]
ENCODE = [v for v in VECTORS if v["op"] == "encode"]

# What the vectors call a fault, where we have another word for it.
CODES = {
    # Without CRLF no line of the body is a delimiter.
    "malformed": "missing_boundary",
    "too_many_headers": "limit",
}


def run(pieces, boundary="boundary", **options):
    decoder = MultipartDecoder(boundary, **options)
    items = []
    for piece in pieces:
        items += decoder.feed(piece)
    items += decoder.close()
    return items, decoder.complete, decoder.failed, decoder.trailing_bytes


def split(data, size):
    return [data[i : i + size] for i in range(0, len(data), size)]


def cuts(data, seed=7):
    """Give the bytes whole, one by one where they are few, and in random pieces."""
    yield [data]
    yield split(data, 1 if len(data) < 10_000 else 997)
    rng = random.Random(seed)
    for _ in range(3):
        places = sorted(rng.sample(range(len(data) + 1), min(9, len(data))))
        yield [
            data[a:b] for a, b in zip([0, *places], [*places, len(data)], strict=True)
        ]


def part_of(given):
    return FormPart(
        given["name"],
        base64.b64decode(given["data_b64"]),
        given["filename"],
        given["content_type"],
    )


@pytest.mark.parametrize("vector", DECODE, ids=lambda v: v["id"])
def test_decode_vectors(vector):
    chunks = [base64.b64decode(chunk) for chunk in vector["chunks_b64"]]
    wanted = vector["expect"]
    for pieces in (chunks, *cuts(b"".join(chunks))):
        items, complete, failed, _ = run(pieces, vector["boundary"])
        if "error" in wanted:
            assert failed
            assert not complete
            code = CODES.get(wanted["error"], wanted["error"])
            assert [item.code for item in items] == [code]
        else:
            assert complete
            # The vectors name neither headers nor how often a part is repeated.
            assert [(i.name, i.filename, i.content_type, i.data) for i in items] == [
                (p.name, p.filename, p.content_type, p.data)
                for p in map(part_of, wanted["parts"])
            ]


@pytest.mark.parametrize("vector", ENCODE, ids=lambda v: v["id"])
def test_encode_vectors(vector):
    parts = [part_of(part) for part in vector["parts"]]
    wanted = vector["expect"]
    boundary = vector["boundary"]
    if wanted.get("error") == "content_type_must_quote":
        assert multipart_content_type(boundary).endswith(f'; boundary="{boundary}"')
        assert boundary_of(multipart_content_type(boundary)) == boundary
    elif "error" in wanted:
        with pytest.raises(LocalError):
            encode_multipart(parts, boundary=boundary)
        with pytest.raises(LocalError):
            multipart_content_type(boundary)
    else:
        body = encode_multipart(parts, boundary=boundary)
        assert body == base64.b64decode(wanted["body_b64"])
        assert len(body) == wanted["content_length"]
        assert multipart_content_type(boundary) == wanted["content_type"]
        assert run([body], boundary)[0] == parts


def test_the_vectors_are_there():
    if FILE.is_file():
        assert len(DECODE) >= 40
        assert len(ENCODE) >= 25


# --- what the vectors leave open ----------------------------------------------------

HEAD = b'--boundary\r\nContent-Disposition: form-data; name="a"\r\n\r\n'
TAIL = b"\r\n--boundary--\r\n"


def form(head, data=b"x"):
    return b"--boundary\r\n" + head + b"\r\n\r\n" + data + TAIL


PARTS = [
    (
        "backslashes of httpx and Go",
        form(rb'Content-Disposition: form-data; name="a"; filename="x\\y\"z\q"'),
        FormPart("a", b"x", 'x\\y"z\\q'),
    ),
    (
        "percent escapes of browsers",
        form(b'Content-Disposition: form-data; name="a%22%0D%0A%20%41"'),
        FormPart('a"\r\n%20%41', b"x"),
    ),
    (
        "a semicolon in quotes",
        form(b'Content-Disposition: form-data; name="a;filename=b"; filename="c;d"'),
        FormPart("a;filename=b", b"x", "c;d"),
    ),
    (
        "an extended file name alone",
        form(b"Content-Disposition: form-data; name=a; filename*=utf-8''n%C3%A4.txt"),
        FormPart("a", b"x", "nä.txt"),
    ),
    (
        "latin-1",
        form(b'Content-Disposition: form-data; name="a"; filename="n\xe4.txt"'),
        FormPart("a", b"x", "nä.txt"),
    ),
    (
        "other headers are kept",
        form(
            b"content-length: 1\r\nCONTENT-DISPOSITION: form-data; name=a\r\n"
            b"Content-Type:audio/wav \r\nContent-Transfer-Encoding: binary"
        ),
        FormPart(
            "a",
            b"x",
            None,
            "audio/wav",
            (("content-length", "1"), ("Content-Transfer-Encoding", "binary")),
        ),
    ),
    (
        "a parameter that comes twice",
        form(b'Content-Disposition: form-data; name="a"; name="b"'),
        FormPart("a", b"x"),
    ),
    (
        "blanks behind a delimiter",
        b"--boundary \t \r\n" + HEAD.partition(b"\r\n")[2] + b"x" + TAIL,
        FormPart("a", b"x"),
    ),
    (
        "too many blanks are data",
        HEAD + b"x\r\n--boundary" + b" " * 33 + b"\r\ny" + TAIL,
        FormPart("a", b"x\r\n--boundary" + b" " * 33 + b"\r\ny"),
    ),
    (
        "an unfinished delimiter",
        HEAD + b"\r\n--boundar" + TAIL,
        FormPart("a", b"\r\n--boundar"),
    ),
    ("a line end before the delimiter", HEAD + b"x\r" + TAIL, FormPart("a", b"x\r")),
]


@pytest.mark.parametrize(
    ("body", "wanted"), [p[1:] for p in PARTS], ids=[p[0] for p in PARTS]
)
def test_parts(body, wanted):
    for pieces in cuts(body):
        assert run(pieces)[0] == [wanted]


def test_the_first_content_type_counts():
    head = (
        b'Content-Disposition: form-data; name="a"\r\n'
        b"Content-Type: text/plain\r\nContent-Type: image/png\r\nX-A: b"
    )
    (part,), complete, *_ = run([form(head)], "boundary")
    assert complete
    assert (part.content_type, part.headers) == ("text/plain", (("X-A", "b"),))


def test_an_empty_content_type_is_none():
    # ruby-openai__images-edit-multiple
    body = form(b'Content-Disposition: form-data; name="a"\r\nContent-Type: ')
    assert run([body])[0] == [FormPart("a", b"x")]


FAULTS = [
    ("nothing", b"", "missing_boundary", 0, 0),
    ("text", b"[multipart form data omitted]", "missing_boundary", 0, 0),
    ("an open part", HEAD + b"x" + TAIL[:-4], "truncated", 69, 0),
    ("after a part", HEAD + b"x\r\n" + HEAD + b"y", "truncated", 116, 1),
    (
        "two names",
        form(b"Content-Disposition: form-data; name=a\r\n" * 2 + b"X: y"),
        "malformed_header",
        12,
        0,
    ),
    (
        "folded",
        form(b"Content-Disposition: form-data;\r\n name=a"),
        "malformed_header",
        45,
        0,
    ),
    ("another delimiter first", b"text" + TAIL, "missing_boundary", 0, 0),
    ("no headers", form(b""), "missing_disposition", 12, 0),
]


@pytest.mark.parametrize(
    ("body", "code", "offset", "count"),
    [f[1:] for f in FAULTS],
    ids=[f[0] for f in FAULTS],
)
def test_faults(body, code, offset, count):
    first = run([body])
    *parts, fault = first[0]
    assert isinstance(fault, MultipartFault)
    assert (fault.code, fault.offset, len(parts)) == (code, offset, count)
    assert fault.error.offset == offset
    for pieces in cuts(body) if body else ():
        assert run(pieces) == first


LIMITS = [
    ("part", HEAD + b"x" * 9 + TAIL, {"max_part_bytes": 8}, len(HEAD) + 8),
    ("open part", HEAD + b"x" * 900, {"max_part_bytes": 8}, len(HEAD) + 8),
    ("total", HEAD + b"x" * 9 + TAIL, {"max_total_bytes": 60}, 60),
    ("parts", HEAD + b"x\r\n" + HEAD + b"y" + TAIL, {"max_parts": 1}, len(HEAD) + 15),
    ("headers", form(b"X: y\r\nX: y\r\nX: y"), {"max_headers": 2}, 24),
    ("header bytes", form(b"X: y\r\nX: " + b"y" * 99), {"max_header_bytes": 30}, 42),
    ("open header", b"--boundary\r\n" + b"X" * 99, {"max_header_bytes": 30}, 42),
]


@pytest.mark.parametrize(
    ("body", "options", "offset"), [x[1:] for x in LIMITS], ids=[x[0] for x in LIMITS]
)
def test_limits(body, options, offset):
    first = run([body], **options)
    fault = first[0][-1]
    ((name, maximum),) = options.items()
    assert fault.code == "limit"
    assert fault.error == LimitExceededError(name, maximum, offset=offset)
    assert first[2]
    for pieces in cuts(body):
        assert run(pieces, **options) == first
    # The limit itself is allowed.
    assert run([HEAD + b"x" * 8 + TAIL], max_part_bytes=8)[1]


def test_nothing_is_limited_behind_the_end():
    body = HEAD + b"x" + TAIL + b"z" * 50
    for pieces in cuts(body):
        assert run(pieces, max_total_bytes=len(HEAD) + 20)[1]


def test_behind_the_end_bytes_are_counted():
    body = HEAD + b"x" + TAIL + b"epilogue"
    for pieces in cuts(body):
        assert run(pieces) == ([FormPart("a", b"x")], True, False, 10)


def test_memory_is_the_open_part():
    decoder = MultipartDecoder("boundary")
    decoder.feed(b"a preamble without an end" * 1000)
    assert len(decoder._buffer) < 100


def test_misuse():
    decoder = MultipartDecoder("b")
    with pytest.raises(StateError):
        decoder.feed("text")
    decoder.close()
    assert decoder.close() == []
    with pytest.raises(StateError):
        decoder.feed(b"")
    for boundary in ("", "a\r\nb", "a ", "é", "b" * 257):
        with pytest.raises(LocalError):
            MultipartDecoder(boundary)


def test_copies_go_on_alone():
    body = HEAD + b"x" + TAIL
    decoder = MultipartDecoder("boundary")
    decoder.feed(body[:60])
    for again in (copy.deepcopy(decoder), pickle.loads(pickle.dumps(decoder))):
        assert again.feed(body[60:]) == [FormPart("a", b"x")]
    assert not decoder.complete


BOUNDARIES = [
    ("plain", "multipart/form-data; boundary=abc", "abc"),
    ("quoted", 'Multipart/Form-Data; charset=utf-8; Boundary="a b:c"', "a b:c"),
    ("dashes", "multipart/form-data;boundary=----WebKit7", "----WebKit7"),
    ("none", "multipart/form-data", None),
    ("empty", "multipart/form-data; boundary=", None),
    ("another kind", "multipart/mixed; boundary=abc", None),
    ("json", "application/json", None),
    ("hostile", 'multipart/form-data; boundary="a\r\nb"', None),
    ("long", "multipart/form-data; boundary=" + "b" * 300, None),
    ("nothing", "", None),
]


@pytest.mark.parametrize(
    ("header", "wanted"), [b[1:] for b in BOUNDARIES], ids=[b[0] for b in BOUNDARIES]
)
def test_boundary_of(header, wanted):
    assert boundary_of(header) == wanted


@pytest.mark.parametrize(
    "part",
    [
        FormPart("a", b"", "f", "text/plain\r\nX-Evil: 1"),
        FormPart("a", b"", "f", "text/plain\n"),
        FormPart("a", b"", headers=(("X", "y\r\nZ: 1"),)),
        FormPart("a", b"", headers=(("X\r\nZ", "y"),)),
        FormPart("a", b"", headers=(("Content-Type", "text/plain"),)),
        FormPart("a\ud800", b""),
        FormPart("a", b"x\r\n--b"),
        FormPart("a", b"--b"),
    ],
    ids=repr,
)
def test_encode_refuses(part):
    with pytest.raises(LocalError):
        encode_multipart([part], boundary="b")


PICKED = [
    ("nothing", [], "modelwire-0"),
    ("text", [b"modelwire-0"], "modelwire-0"),
    ("the first", [b"x--modelwire-0"], "modelwire-1"),
    ("a longer one", [b"--modelwire-012"], "modelwire-1"),
    ("several", [b"--modelwire-0 --modelwire-1", b"--modelwire-2"], "modelwire-3"),
]


@pytest.mark.parametrize(
    ("data", "wanted"), [p[1:] for p in PICKED], ids=[p[0] for p in PICKED]
)
def test_pick_boundary(data, wanted):
    parts = [FormPart("a", item) for item in data]
    assert pick_boundary(parts) == wanted
    assert run([encode_multipart(parts, boundary=wanted)], wanted)[0] == parts


# --- laws ---------------------------------------------------------------------------

# A literal escape in a name cannot be told from what browsers write.
NAMES = st.text(st.characters(exclude_categories=["Cs"]), max_size=12).filter(
    lambda name: not any(e in name for e in ("%22", "%0D", "%0A"))
)
DATA = st.lists(
    st.one_of(
        st.binary(max_size=6),
        st.sampled_from(
            [b"\r\n", b"--", b"-", b"\r", b"modelwire-0", b"\r\n--modelwire-"]
        ),
    ),
    max_size=8,
).map(b"".join)
FORM_PARTS = st.builds(
    FormPart,
    NAMES,
    DATA,
    st.none() | NAMES,
    st.none() | st.sampled_from(["text/plain", "audio/wav; rate=8"]),
    st.sampled_from([(), (("X-Note", "é; x"),)]),
)


@given(st.lists(FORM_PARTS, max_size=4), st.data())
def test_round_trip_in_any_cut(parts, data):
    boundary = pick_boundary(parts)
    body = encode_multipart(parts, boundary=boundary)
    places = sorted(data.draw(st.sets(st.integers(0, len(body)), max_size=5)))
    pieces = [
        body[a:b] for a, b in zip([0, *places], [*places, len(body)], strict=True)
    ]
    assert run(pieces, boundary)[:3] == (parts, True, False)
    assert encode_multipart(parts, boundary=pick_boundary(parts)) == body


@given(
    st.lists(
        st.sampled_from(
            [
                b"--b",
                b"\r\n",
                b"\r",
                b"\n",
                b"-",
                b" ",
                b"Content-Disposition: ",
                b"form-data;",
                b' name="a"',
                b'"',
                b"\\",
                b";",
                b":",
                b"x",
                b"\xff",
                b"--b--",
            ]
        ),
        max_size=30,
    ).map(b"".join),
    st.integers(1, 5),
)
def test_total_on_anything(body, size):
    options = {"max_part_bytes": 8, "max_headers": 2, "max_header_bytes": 60}
    whole = run([body], "b", **options)
    assert run(split(body, size), "b", **options) == whole
    assert not any(isinstance(item, MultipartFault) for item in whole[0][:-1])
    assert whole[1] != whole[2]
