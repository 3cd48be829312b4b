"""The two spellings of field names, and names of enums."""

from __future__ import annotations

import pytest

from modelwire.codecs.gemini_generate._wire import camel, is_enum_name

SPELLED = [
    ("inline_data", "inlineData"),
    ("inlineData", "inlineData"),
    ("tool_use_prompt_tokens_details", "toolUsePromptTokensDetails"),
    ("top_p", "topP"),
    ("_responseJsonSchema", "responseJsonSchema"),
    ("_response_json_schema", "responseJsonSchema"),
    ("inline__data", "inline__data"),
    ("inline_data_", "inline_data_"),
    ("_inline_data", "_inline_data"),
    ("inline_Data", "inline_Data"),
    ("inline_1data", "inline_1data"),
    ("my_field", "my_field"),
    ("_", "_"),
]


@pytest.mark.parametrize(("name", "wanted"), SPELLED)
def test_spelling_of_a_name(name, wanted):
    assert camel({"a": 1, name: 2}) == {"a": 1, wanted: 2}


def test_an_object_spelled_right_is_given_back():
    for obj in ({}, {"topP": 1}, {"my_field": 1, "_": 2}):
        assert camel(obj) is obj


def test_camel_case_decides_where_both_stand():
    assert camel({"top_p": 1, "topP": 2}) == {"topP": 2}
    assert camel({"topP": 2, "top_p": 1}) == {"topP": 2}


@pytest.mark.parametrize("word", ["STOP", "A", "MAX_TOKENS", "A1_", "X__9"])
def test_names_of_enums(word):
    assert is_enum_name(word)


@pytest.mark.parametrize(
    "word", ["", "_A", "1A", "Stop", "STOP ", "STOP\n", "A-B", "É", "AÉ", "A²", "__"]
)
def test_other_words(word):
    assert not is_enum_name(word)
