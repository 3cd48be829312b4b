"""Percent coding is the standard library's, also where nothing is to be coded."""

from urllib.parse import parse_qsl, quote, unquote

import pytest
from hypothesis import example, given, strategies as st
from tests._fresh import run_fresh

from modelwire import codecs
from modelwire.codecs._percent import query_pairs, quoted, unquoted
from modelwire.ir import ChatRequest, user

SURROGATES = st.text(st.characters(codec=None))


@given(SURROGATES)
@example("gpt-5.6_x~1")
@example("a/b c%2F")
@example("\ud800")
def test_quoted(text):
    assert quoted(text) == quote(text, safe="", errors="replace")


@given(st.text(st.sampled_from("ab%2F0+é/?")))
def test_unquoted(text):
    assert unquoted(text) == unquote(text)


@given(st.text(st.sampled_from("ab=&%2F0+é;")), st.booleans())
def test_query_pairs(query, blank):
    assert query_pairs(query, blank=blank) == parse_qsl(query, keep_blank_values=blank)


@pytest.mark.parametrize("dialect", ["openai_chat", "anthropic_messages"])
def test_ordinary_names_do_not_load_it(dialect):
    run_fresh(
        f"import sys; from modelwire.codecs import {dialect} as d\n"
        "names = [getattr(d, name) for name in dir(d)]\n"
        "assert 'urllib.parse' not in sys.modules"
    )


@pytest.mark.parametrize(
    ("dialect", "profile"),
    [("anthropic-messages", "vertex"), ("gemini-generate", None)],
)
def test_half_a_character_in_a_path(dialect, profile):
    """It is no text: the name changes, and a loss says so (it raised ValueError)."""
    codec = codecs.get(dialect)
    encoded = codec.encode_request(
        ChatRequest(model="m\ud800", messages=(user("x"),)),
        on_loss=codecs.COLLECT,
        **({"profile": codec.PROFILES[profile]} if profile else {}),
    )
    assert "m%3F" in encoded.path
    assert [x.severity for x in encoded.losses if x.path == "$.model"] == ["error"]
