"""Recorded traffic of `gemini-generate`: everything decodes, nothing is lost."""

from __future__ import annotations

import json
from collections import Counter

import pytest
from tests._corpus import load
from tests._paths import SHARED

import modelwire.codecs.gemini_generate as gg
from modelwire.codecs import COLLECT
from modelwire.testing import assert_losses

CASES = load(gg.DIALECT)
CLIENTS = ("google_genai", "aisdk_google", "langchain_google", "litellm_gemini")


def _recorded():
    for client in CLIENTS:
        folder = SHARED / "oracles" / "recorded" / client
        for path in sorted(folder.glob("*.json")) if folder.is_dir() else ():
            record = json.loads(path.read_text(encoding="utf-8"))
            if "enerateContent" in record["path"]:
                yield f"{client}/{path.stem}", record["path"], record["body"]


def _events(case):
    text = case.response_body.decode()
    if case.framing == "sse":
        lines = [line[5:] for line in text.splitlines() if line.startswith("data:")]
        events = [json.loads(line) for line in lines]
    else:
        found = json.loads(text)
        events = found if isinstance(found, list) else [found]
    return [event for event in events if "error" not in event]


REQUESTS = [
    (case.id, case.request_path, case.request)
    for case in CASES
    if isinstance(case.request, dict)
] + list(_recorded())
RESPONSES = [
    (f"{case.id}-{number}", event)
    for case in CASES
    if case.status < 400 and case.response_body
    for number, event in enumerate(_events(case))
]
ERRORS = [case for case in CASES if case.status >= 400]


def leaves(value):
    if isinstance(value, dict):
        for item in value.values():
            yield from leaves(item)
    elif isinstance(value, list):
        for item in value:
            yield from leaves(item)
    elif value is not None:
        yield repr(float(value) if type(value) in (int, float) else value)


def assert_kept(before, after):
    assert not Counter(leaves(before)) - Counter(leaves(after))


@pytest.mark.parametrize(
    ("path", "body"), [pytest.param(p, b, id=i) for i, p, b in REQUESTS]
)
def test_requests_keep_every_leaf(path, body):
    request = gg.decode_request(json.dumps(body).encode(), path=path)
    assert request.model
    encoded = gg.encode_request(request)
    again = gg.decode_request(encoded.body, path=encoded.path)
    assert_losses(request, again, encoded.losses)
    assert encoded.losses == ()
    assert_kept(body, json.loads(encoded.body))


@pytest.mark.parametrize("event", [pytest.param(e, id=i) for i, e in RESPONSES])
def test_responses_keep_every_leaf(event):
    response = gg.decode_response(json.dumps(event).encode())
    encoded = gg.encode_response(response, on_loss=COLLECT)
    again = gg.decode_response(encoded.body)
    assert_losses(response, again, encoded.losses)
    assert_kept(event, json.loads(encoded.body))


@pytest.mark.parametrize("case", ERRORS, ids=lambda case: case.id)
def test_errors_keep_every_leaf(case):
    info = gg.decode_error(
        case.response_body, status=case.status, headers=case.response_headers
    )
    assert info.kind != "unknown"
    assert info.message
    encoded = gg.encode_error(info)
    assert encoded.status == case.status
    assert_kept(json.loads(case.response_body), json.loads(encoded.body))
