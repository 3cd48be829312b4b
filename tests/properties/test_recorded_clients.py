"""
What real clients sent comes back whole, and is accounted for in every other dialect.

The requests beside the repository are those of client packages as they were sent.
Which dialect one is in is what its path says; a client that is not in `CLIENTS` fails
the last test, so that none is left out unnoticed.
"""

from __future__ import annotations

import functools
import json
from collections import Counter
from collections.abc import Iterator
from typing import Any

import attrs
import pytest
from tests._paths import SHARED, needs_shared
from tests._wires import AM, DIALECTS, GG, OC, OR

from modelwire import codecs
from modelwire.codecs import COLLECT
from modelwire.testing import assert_losses

CLIENTS = {
    OC: {
        "openai_chat",
        "aisdk_openai_chat",
        "langchain_openai",
        "opencode_compat",
        "smolagents_openai",
        "groq",
        "mistralai",
    },
    OR: {"openai_responses", "litellm_responses"},
    AM: {"anthropic", "aisdk_anthropic", "langchain_anthropic", "litellm_anthropic"},
    GG: {"google_genai", "aisdk_google", "langchain_google", "litellm_gemini"},
}
SYNTHESISED = {"in.image.detail"}
"""What the same dialect adds because the vendor's type requires it."""


@attrs.frozen
class Record:
    """One request as it was sent."""

    id: str
    client: str
    dialect: str
    line: dict[str, Any] = attrs.field(repr=False)
    body: dict[str, Any] = attrs.field(repr=False)

    @property
    def request(self) -> Any:
        """The decoded request."""
        data = json.dumps(self.body, ensure_ascii=False).encode()
        return codecs.get(self.dialect).decode_request(data, **self.line)


@functools.cache
def records() -> tuple[Record, ...]:
    """Every chat request, of the dialects that exist."""
    found = []
    for path in sorted((SHARED / "oracles" / "recorded").glob("*/*.json")):
        raw = json.loads(path.read_text(encoding="utf-8"))
        headers = tuple(raw["headers"].items())
        route = codecs.route(raw["method"], raw["path"], headers)
        if route is None or route.operation != "chat" or route.dialect not in DIALECTS:
            continue
        client = path.parent.name
        query = "&".join(f"{name}={value}" for name, value in raw["query"].items())
        line = {"path": raw["path"], "query": query, "headers": headers}
        id_ = f"{client}/{path.stem}"
        found.append(Record(id_, client, route.dialect, line, raw["body"]))
    return tuple(found)


def leaves(value: Any, key: str = "") -> Iterator[tuple[str, str]]:
    """Give every scalar with the key it stands under, without nulls."""
    if isinstance(value, dict):
        for name, item in value.items():
            yield from leaves(item, name.replace("_", "").lower())
    elif isinstance(value, list):
        for item in value:
            yield from leaves(item, key)
    elif value is not None and (key, value) != ("stream", False):
        number = isinstance(value, int | float) and not isinstance(value, bool)
        yield key, repr(float(value) if number else value)


@pytest.mark.parametrize("record", records(), ids=lambda record: record.id)
def test_it_comes_back_whole(record):
    codec = codecs.get(record.dialect)
    encoded = codec.encode_request(record.request)
    written = json.loads(encoded.body)
    assert not Counter(leaves(record.body)) - Counter(leaves(written))
    assert {str(loss.code) for loss in encoded.losses} <= SYNTHESISED
    again = codec.decode_request(
        encoded.body,
        **{**record.line, "path": encoded.path, "headers": encoded.headers},
    )
    assert_losses(record.request, again, encoded.losses)
    assert codec.encode_request(again).body == encoded.body


@pytest.mark.parametrize("record", records(), ids=lambda record: record.id)
def test_it_is_accounted_for_in_every_other_dialect(record):
    for target in DIALECTS:
        if target == record.dialect:
            continue
        codec = codecs.get(target)
        encoded = codec.encode_request(record.request, on_loss=COLLECT)
        again = codec.decode_request(
            encoded.body,
            path=encoded.path,
            query="&".join(f"{name}={value}" for name, value in encoded.query),
            headers=encoded.headers,
        )
        assert_losses(record.request, again, encoded.losses)


@needs_shared
def test_every_client_is_there():
    found = {
        dialect: {record.client for record in records() if record.dialect == dialect}
        for dialect in DIALECTS
    }
    assert found == CLIENTS
    assert len(records()) >= 200
