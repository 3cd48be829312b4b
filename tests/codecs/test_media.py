"""`data:` URIs and format names."""

import pytest
from hypothesis import given, strategies as st

from modelwire.codecs import _media


@pytest.mark.parametrize(
    ("uri", "expected"),
    [
        ("data:image/png;base64,aGk=", ("image/png", "aGk=")),
        ("data:;base64,aGk=", ("", "aGk=")),
        ("DATA:image/png;BASE64,aGk=", ("image/png", "aGk=")),
        (
            "data:text/plain;charset=utf-8;base64,aGk",
            ("text/plain;charset=utf-8", "aGk"),
        ),
        ("data:image/png;base64,", ("image/png", "")),
        ("data:text/plain,hello", None),
        ("data:image/png;base64", None),
        ("https://a.example/;base64,x", None),
        ("data", None),
        ("", None),
    ],
)
def test_parse_data_uri(uri, expected):
    assert _media.parse_data_uri(uri) == expected


@given(st.text(alphabet=st.characters(exclude_characters=",")), st.text())
def test_data_uri_round_trip(media_type, data):
    uri = _media.format_data_uri(media_type, data)
    assert _media.parse_data_uri(uri) == (media_type, data)


@given(st.text())
def test_parse_data_uri_is_total(text):
    _media.parse_data_uri(text)
    _media.parse_data_uri("data:" + text)


@pytest.mark.parametrize(
    ("media_type", "name"),
    [
        ("audio/wav", "wav"),
        ("audio/x-wav", "wav"),
        ("audio/mpeg", "mp3"),
        ("Audio/MP3; rate=44100", "mp3"),
        ("audio/mp4", "m4a"),
        ("image/png", None),
        ("", None),
    ],
)
def test_audio_format(media_type, name):
    assert _media.audio_format(media_type) == name


@pytest.mark.parametrize("name", ["wav", "mp3", "flac", "ogg", "m4a", "aac"])
def test_audio_names_come_back(name):
    assert _media.audio_format(_media.audio_media_type(name)) == name


def test_unknown_names():
    assert _media.audio_media_type("amr") == "audio/amr"
    assert _media.extension("application/pdf") == "pdf"
    assert _media.extension("text/plain; charset=utf-8") == "txt"
    assert _media.extension("x/y") == "bin"
