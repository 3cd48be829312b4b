"""
The vendors' own types judge what our encoders write.

Every recorded request, response and stream is decoded and encoded again, for its own
dialect and for every other, and the oracle looks at the result.  For the same dialect
only findings count that the recorded body does not have too.  Findings that are the
oracle's own stand in `_oracle.ALLOWED`, each with its reason.
"""

from __future__ import annotations

import functools
import json
import re
from typing import Any

import attrs
import pytest
from tests._corpus import Case, cases
from tests.judges._oracle import ALLOWED, Job, judge, why_not
from tests.judges.test_recorded_requests import recorded

from modelwire import codecs
from modelwire.codecs import COLLECT, NativeEvent
from modelwire.errors import ProviderError, RemoteProtocolError

DIALECTS = list(codecs.DIALECTS)
pytestmark = pytest.mark.xdist_group("oracle")


@attrs.frozen
class Pair:
    """A body of ours, and the recorded one that it was made from (same dialect)."""

    ours: Job
    original: Job | None


# --- what is judged -----------------------------------------------------------------


def _pairs(
    id_: str, kind: str, source: str, original: Any, encoded: dict[str, Any]
) -> list[Pair]:
    return [
        Pair(
            Job(f"{id_} -> {target}", kind, target, body),
            Job(f"{id_} (recorded)", kind, source, original)
            if target == source
            else None,
        )
        for target, body in encoded.items()
    ]


def requests() -> list[Pair]:
    found = [
        (c.id, c.dialect, c.request_path, c.request_headers, c.request_body, c.request)
        for c in cases("request")
        # A request that its own server refused may be wrong on purpose.
        if c.status < 400
    ]
    found += [(r.id, r.dialect, r.path, r.headers, r.data, r.body) for r in recorded()]
    pairs: list[Pair] = []
    for id_, dialect, path, headers, data, body in found:
        route = codecs.route("POST", path or "/", headers)
        if path and (route is None or route.operation != "chat"):
            continue
        try:
            request = codecs.get(dialect).decode_request(
                data, path=path, headers=headers
            )
        except RemoteProtocolError:
            continue  # tests/properties says which may not decode
        encoded = {
            target: json.loads(
                codecs.get(target).encode_request(request, on_loss=COLLECT).body
            )
            for target in DIALECTS
        }
        pairs += _pairs(id_, "request", dialect, body, encoded)
    return pairs


def responses() -> list[Pair]:
    pairs: list[Pair] = []
    for case in cases("response"):
        assert case.response_body is not None
        try:
            response = codecs.get(case.dialect).decode_response(
                case.response_body, headers=case.response_headers
            )
        except (ProviderError, RemoteProtocolError):
            continue
        encoded = {
            target: json.loads(
                codecs.get(target).encode_response(response, on_loss=COLLECT).body
            )
            for target in DIALECTS
        }
        original = json.loads(case.response_body)
        pairs += _pairs(case.id, "response", case.dialect, original, encoded)
    return pairs


def events_of(dialect: str, data: bytes) -> list[Any]:
    """The JSON of every event, read by our event decoder (the SSE tests judge it)."""
    decoder = codecs.get(dialect).event_decoder()
    items = [*decoder.feed(data), *decoder.close()]
    return [item.data for item in items if isinstance(item, NativeEvent)]


def _encoded_stream(target: str, chunks: list[Any]) -> list[Any]:
    encoder = codecs.get(target).stream_encoder(on_loss=COLLECT)
    data = b"".join([*map(encoder.encode, chunks), encoder.close()])
    return events_of(target, data)


def _stream_pairs(case: Case) -> list[Pair]:
    assert case.response_body is not None
    decoder = codecs.get(case.dialect).stream_decoder(headers=case.response_headers)
    chunks = [*decoder.feed(case.response_body), *decoder.close()]
    encoded = {target: _encoded_stream(target, chunks) for target in DIALECTS}
    original = events_of(case.dialect, case.response_body)
    return _pairs(case.id, "stream", case.dialect, original, encoded)


def streams() -> list[Pair]:
    return [pair for case in cases("stream") for pair in _stream_pairs(case)]


# --- the verdicts -------------------------------------------------------------------


@functools.cache
def verdicts() -> list[tuple[Pair, list[str], list[str]]]:
    """Every pair with the findings about ours and about the original."""
    if reason := why_not():
        pytest.skip(reason)
    pairs = [*requests(), *responses(), *streams()]
    jobs = [pair.ours for pair in pairs]
    jobs += [pair.original for pair in pairs if pair.original is not None]
    found = iter(judge(jobs))
    ours = [next(found) for _ in pairs]
    return [
        (pair, mine, next(found) if pair.original is not None else [])
        for pair, mine in zip(pairs, ours, strict=True)
    ]


_NUMBER = re.compile(r"\[\d+\]")


def shape(finding: str) -> str:
    """A finding without indexes: events join and messages regroup."""
    return _NUMBER.sub("[]", finding)


def new_findings(pair: Pair, ours: list[str], original: list[str]) -> list[str]:
    known = {shape(finding) for finding in original}
    return [
        finding
        for finding in map(shape, ours)
        if finding not in known
        and not any(a.covers(pair.ours, finding) for a in ALLOWED)
    ]


@pytest.mark.parametrize("kind", ["request", "response", "stream"])
@pytest.mark.parametrize("way", ["same", "cross"])
def test_nothing_is_wrong_that_the_vendor_did_not_send(kind, way):
    wrong = {
        pair.ours.id: findings
        for pair, ours, original in verdicts()
        if pair.ours.kind == kind and (pair.original is not None) == (way == "same")
        if (findings := new_findings(pair, ours, original))
    }
    assert not wrong, "\n".join(f"{k}: {v}" for k, v in sorted(wrong.items()))


def test_the_oracle_was_asked():
    judged = verdicts()
    kinds = {(pair.ours.kind, pair.ours.dialect) for pair, _, _ in judged}
    assert len(kinds) == 3 * len(DIALECTS)


def test_every_allowance_is_needed():
    unused = [
        allowed.pattern
        for allowed in ALLOWED
        if not any(
            allowed.covers(pair.ours, shape(finding))
            for pair, ours, _ in verdicts()
            for finding in ours
        )
    ]
    assert not unused
