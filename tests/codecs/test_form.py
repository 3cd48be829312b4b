"""Forms as requests: typed values out of text, and the spelling that they came in."""

from __future__ import annotations

import pytest

from modelwire.codecs._form_read import (
    FormReader,
    form_boundary,
    nested_reader,
    read_form,
)
from modelwire.codecs._form_write import write_form
from modelwire.errors import LocalError, Problem, RequestDecodeError
from modelwire.framing import FormPart
from modelwire.ir import Upload


def form(*pairs):
    parts = [FormPart(name, value.encode()) for name, value in pairs]
    return FormReader(parts, "d", [])


TAKEN = [
    ("text", "string", "x", "x"),
    ("empty text", "string", "", ""),
    ("integer", "integer", "5", 5),
    ("negative", "integer", "-5", -5),
    ("integer as a float", "integer", "5.0", 5),
    ("number", "number", "0.5", 0.5),
    ("number that is whole", "number", "1", 1),
    ("number that is whole and a float", "number", "1.0", 1.0),
    ("exponent", "number", "1e-3", 0.001),
    ("true", "boolean", "true", True),
    ("Python's true", "boolean", "True", True),
    ("one", "boolean", "1", True),
    ("false", "boolean", "false", False),
]


@pytest.mark.parametrize(
    ("method", "text", "wanted"), [t[1:] for t in TAKEN], ids=[t[0] for t in TAKEN]
)
def test_values(method, text, wanted):
    reader = form(("a", text))
    value = getattr(reader, method)("a")
    assert (type(value), value) == (type(wanted), wanted)
    assert reader.left == {}
    assert reader.problems == []
    assert getattr(form(("b", "1")), method)("a") is None


WRONG = [
    ("integer", "x", "integer"),
    ("integer", "5.5", "integer"),
    ("integer", "9" * 19, "integer"),
    ("integer", "٣", "integer"),
    ("number", "nan", "number"),
    ("number", "inf", "number"),
    ("number", "1e999", "number"),
    ("number", "", "number"),
    ("boolean", "yes", "boolean"),
]


@pytest.mark.parametrize(("method", "text", "expected"), WRONG)
def test_wrong_values_are_problems(method, text, expected):
    reader = form(("a", text))
    assert getattr(reader, method)("a") is None
    assert reader.problems == [Problem("$.a", expected, "string")]
    assert reader.left == {"a": text}


@pytest.mark.parametrize("method", ["string", "integer", "number", "boolean"])
def test_two_values_where_one_belongs(method):
    reader = form(("a", "1"), ("a", "2"))
    assert getattr(reader, method)("a") is None
    assert len(reader.problems) == 1
    assert reader.left == {"a": ["1", "2"]}


LISTS = [
    ("brackets", ["a[]", "a[]"], None),
    ("bare", ["a", "a"], ["a", "a"]),
    ("one bare", ["a"], ["a"]),
    ("counted", ["a[0]", "a[1]"], ["a[0]", "a[1]"]),
]


@pytest.mark.parametrize(
    ("names", "note"), [x[1:] for x in LISTS], ids=[x[0] for x in LISTS]
)
def test_lists_keep_their_spelling(names, note):
    pairs = [(name, str(number)) for number, name in enumerate(names)]
    reader = form(*pairs, ("ab[]", "other"), ("a[x]", "other"))
    assert reader.strings("a") == tuple(value for _, value in pairs)
    assert reader.notes.get("a") == note
    assert set(reader.left) == {"ab[]", "a[x]"}
    _, body = write_form({"a": [v for _, v in pairs]}, [], "d", reader.notes)
    again = read_form(body, "modelwire-0", "d", [])
    assert list(again.left) == list(dict.fromkeys(names))


def test_objects_by_brackets_and_as_json():
    reader = form(
        ("a[b]", "1"), ("a[c][d]", "x"), ("a[", "?"), ("a[]", "?"), ("z", '{"k": [1]}')
    )
    inner = nested_reader(reader, "a")
    assert inner.integer("b") == 1
    assert nested_reader(inner, "c").string("d") == "x"
    assert nested_reader(reader, "z").left == {"k": [1]}
    assert set(reader.left) == {"a[", "a[]"}
    assert reader.notes == {"z": "json"}
    _, body = write_form(
        {"a": {"b": 1, "c": {"d": "x"}}, "z": {"k": [1]}}, [], "d", reader.notes
    )
    assert read_form(body, "modelwire-0", "d", []).left == {
        "a[b]": "1",
        "a[c][d]": "x",
        "z": '{"k":[1]}',
    }


@pytest.mark.parametrize(
    "pairs",
    [
        [("a[b]", "1"), ("a[b][c]", "2")],
        [("a[b][c]", "2"), ("a[b]", "1")],
        [("a" + "[b]" * 99, "1")],
    ],
    ids=["text then object", "object then text", "deep"],
)
def test_objects_that_contradict_themselves_stay(pairs):
    reader = form(*pairs)
    reader.mapping("a")
    assert reader.left


def test_json_that_is_none_is_a_problem():
    reader = form(("a", "{x"))
    assert nested_reader(reader, "a") is None
    assert reader.problems == [Problem("$.a", "object", "string")]


@pytest.mark.parametrize(
    ("pairs", "got"), [([], "nothing"), ([("a", "x")], "string")], ids=["none", "text"]
)
def test_an_object_that_must_be_there(pairs, got):
    reader = form(*pairs)
    assert reader.mapping("a", required=True) is None
    assert reader.problems == [Problem("$.a", "object", got)]


def test_lists_and_nothing_inside_an_object():
    _, body = write_form({"a": {"l": [1, [True]], "n": None}}, [], "d")
    again = read_form(body, "modelwire-0", "d", [])
    assert again.left == {"a[l][]": "1", "a[l][][]": "true"}


def test_files_by_name_and_what_is_no_text():
    parts = [
        FormPart(
            "image", b"1", "a.png", "image/png", (("Content-Length", "1"), ("X-A", "b"))
        ),
        FormPart("image[]", b"2", "b.png"),
        FormPart("image[2]", b"\xff"),
        FormPart("image", b"text"),
        FormPart("imagery", b"3", ""),
    ]
    reader = FormReader(parts, "d", [])
    assert reader.take_files("image") == [
        (
            "image",
            Upload(
                data=b"1",
                filename="a.png",
                media_type="image/png",
                extra={"d": {"headers": [["X-A", "b"]]}},
            ),
        ),
        ("image[]", Upload(data=b"2", filename="b.png")),
        ("image[2]", Upload(data=b"\xff")),
        ("image", Upload(data=b"text")),
    ]
    assert reader.files == [("imagery", Upload(data=b"3", filename=""))]
    assert reader.left == {}


def test_repeated_unknown_fields_come_back():
    reader = form(("x", "1"), ("x", "2"), ("y[]", "1"), ("y[]", "2"))
    _, body = write_form(dict(reader.left), [], "d", reader.notes)
    assert read_form(body, "modelwire-0", "d", []).left == reader.left


def test_golden_bytes():
    upload = Upload(data=b"\x00\xff", filename="a.wav", media_type="audio/wav")
    headers, body = write_form(
        {"model": "m", "n": 2, "b": True, "l": ["x"]}, [("file", upload)], "d"
    )
    assert headers == (("content-type", "multipart/form-data; boundary=modelwire-0"),)
    assert body == (
        b'--modelwire-0\r\nContent-Disposition: form-data; name="model"\r\n\r\nm\r\n'
        b'--modelwire-0\r\nContent-Disposition: form-data; name="n"\r\n\r\n2\r\n'
        b'--modelwire-0\r\nContent-Disposition: form-data; name="b"\r\n\r\ntrue\r\n'
        b'--modelwire-0\r\nContent-Disposition: form-data; name="l[]"\r\n\r\nx\r\n'
        b'--modelwire-0\r\nContent-Disposition: form-data; name="file"; '
        b'filename="a.wav"\r\n'
        b"Content-Type: audio/wav\r\n\r\n\x00\xff\r\n--modelwire-0--\r\n"
    )


def test_no_text_is_refused():
    with pytest.raises(LocalError, match="surrogate"):
        write_form({"a": "\ud800"}, [], "d")


def test_a_body_that_is_no_form():
    with pytest.raises(RequestDecodeError) as caught:
        read_form(b"{}", "b", "d", [])
    assert caught.value.problems[0].path == "$"
    assert form_boundary((("Content-Type", "multipart/form-data; boundary=b"),)) == "b"
    assert form_boundary((("content-type", "application/json"),)) is None
    assert form_boundary(()) is None
