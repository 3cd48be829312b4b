"""Operations beside chat: one dialect in and out, and bad input."""

from __future__ import annotations

import copy
import inspect
import json

import pytest
from hypothesis import given, strategies as st
from tests._corpus import load
from tests._paths import needs_shared
from tests.codecs._operation_support import (
    AN,
    FOLDERS,
    GE,
    GOOD_REQUESTS,
    GOOD_RESPONSES,
    OC,
    OR,
    PAIRS,
    Functions,
    body_of,
    leaves,
)

from modelwire import codecs
from modelwire.codecs import DIALECTS, OPERATIONS
from modelwire.errors import (
    ProviderError,
    RemoteProtocolError,
    RequestDecodeError,
    UnsupportedFeatureError,
)
from modelwire.testing import assert_losses

# --- who satisfies which protocol ---------------------------------------------------


def names_of(protocol):
    return [name for name in vars(protocol) if not name.startswith("_")]


@pytest.mark.parametrize("operation", OPERATIONS)
@pytest.mark.parametrize("dialect", DIALECTS)
def test_the_table_says_who_has_an_operation(operation, dialect):
    row = OPERATIONS[operation]
    module = codecs.get(dialect)
    has = {name for name in names_of(row.protocol) if hasattr(module, name)}
    if dialect in row.dialects:
        assert has == set(names_of(row.protocol))
    else:
        assert not has


@pytest.mark.parametrize("operation", OPERATIONS)
def test_arguments_after_the_first_are_keywords(operation):
    row = OPERATIONS[operation]
    for dialect in row.dialects:
        for name in names_of(row.protocol):
            function = getattr(codecs.get(dialect), name)
            parameters = list(inspect.signature(function).parameters.values())
            first = 0 if name.startswith(operation) else 1
            assert all(p.kind is p.KEYWORD_ONLY for p in parameters[first:]), name


# --- recorded traffic ---------------------------------------------------------------


def recorded():
    return [
        pytest.param(case, Functions(op, dialect), id=case.id)
        for folder, dialect, op in FOLDERS
        for case in load(folder)
    ]


@needs_shared
@pytest.mark.parametrize(("case", "codec"), recorded())
def test_recorded_traffic_keeps_every_leaf(case, codec):
    request = None
    if isinstance(case.request, dict):
        request = codec.decode_request(
            case.request_body, path=case.request_path, headers=case.request_headers
        )
        encoded = codec.encode_request(request)
        assert not encoded.losses
        assert dict(leaves(body_of(encoded))) == dict(leaves(case.request))
        again = codec.decode_request(
            encoded.body, path=encoded.path, headers=encoded.headers
        )
        assert again == request
    if case.status >= 400:
        with pytest.raises(ProviderError) as caught:
            codec.decode_response(
                case.response_body, status=case.status, headers=case.response_headers
            )
        assert caught.value.info.status == case.status
        return
    response = codec.decode_response(case.response_body, request=request)
    encoded = codec.encode_response(response, request=request)
    assert not encoded.losses
    said = json.loads(case.response_body)
    assert dict(leaves(body_of(encoded))) == dict(leaves(said))
    assert codec.decode_response(encoded.body, request=request) == response


@needs_shared
def test_the_corpus_is_there():
    assert len(recorded()) >= 30


# --- one dialect in and out ---------------------------------------------------------


@pytest.mark.parametrize("pair", GOOD_REQUESTS, ids=str)
def test_requests_come_out_as_they_went_in(pair):
    codec = Functions(*pair)
    body = GOOD_REQUESTS[pair]
    request = codec.decode_request(json.dumps(body).encode())
    encoded = codec.encode_request(request)
    assert body_of(encoded) == body
    assert not encoded.losses


@pytest.mark.parametrize("pair", GOOD_RESPONSES, ids=str)
def test_responses_come_out_as_they_went_in(pair):
    codec = Functions(*pair)
    body = GOOD_RESPONSES[pair]
    encoded = codec.encode_response(codec.decode_response(json.dumps(body).encode()))
    assert dict(leaves(body_of(encoded))) == dict(leaves(body))
    assert not encoded.losses


@pytest.mark.parametrize("pair", GOOD_RESPONSES, ids=str)
def test_unknown_fields_of_a_response_are_kept(pair):
    codec = Functions(*pair)
    for body in with_strangers(GOOD_RESPONSES[pair]):
        encoded = codec.encode_response(
            codec.decode_response(json.dumps(body).encode())
        )
        assert dict(leaves(body_of(encoded))) == dict(leaves(body))


@pytest.mark.parametrize("pair", GOOD_REQUESTS, ids=str)
def test_unknown_fields_of_a_request_are_kept(pair):
    codec = Functions(*pair)
    for body in with_strangers(GOOD_REQUESTS[pair], once=True):
        encoded = codec.encode_request(codec.decode_request(json.dumps(body).encode()))
        assert dict(leaves(body_of(encoded))) == dict(leaves(body))


def with_strangers(body, *, once=False):
    """Put a field that nobody knows into each object of *body*, one at a time."""
    for place in objects(body):
        changed = copy.deepcopy(body)
        at(changed, place)["x_stranger"] = {"deep": [1, "a"]}
        yield changed
        if once:
            return


def objects(value, place=()):
    if isinstance(value, dict):
        # Maps of names to values have no unknown fields.
        if not place or place[-1] not in ("categories", "category_scores"):
            yield place
        for key, item in value.items():
            yield from objects(item, (*place, key))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from objects(item, (*place, index))


def at(value, place):
    for key in place:
        value = value[key]
    return value


# --- bad input ----------------------------------------------------------------------

VALUES = [None, True, 0, -1, 10**400, 1.5, "", "x", "\ud800", [], [[]], {}, [1, "a"]]


def mutations(body):
    """Put each odd value in each place of *body*, and take each place out."""
    for place in places(body):
        for value in VALUES:
            changed = copy.deepcopy(body)
            at(changed, place[:-1])[place[-1]] = value
            yield changed
        changed = copy.deepcopy(body)
        del at(changed, place[:-1])[place[-1]]
        yield changed


def places(value, place=()):
    items = ()
    if isinstance(value, dict):
        items = value.items()
    elif isinstance(value, list):
        items = enumerate(value)
    for key, item in items:
        yield (*place, key)
        yield from places(item, (*place, key))


@pytest.mark.parametrize("pair", GOOD_RESPONSES, ids=str)
def test_a_client_reads_any_object_and_writes_it_again(pair):
    codec = Functions(*pair)
    for body in mutations(GOOD_RESPONSES[pair]):
        response = codec.decode_response(json.dumps(body).encode())
        again = codec.encode_response(response, on_loss=codecs.COLLECT)
        assert isinstance(body_of(again), dict)


@pytest.mark.parametrize("pair", GOOD_REQUESTS, ids=str)
def test_a_server_reads_a_request_or_names_its_faults(pair):
    codec = Functions(*pair)
    refused = 0
    for body in mutations(GOOD_REQUESTS[pair]):
        try:
            request = codec.decode_request(json.dumps(body).encode())
        except RequestDecodeError:
            refused += 1
            continue
        codec.encode_request(request, on_loss=codecs.COLLECT)
    assert refused


@pytest.mark.parametrize("pair", PAIRS, ids=str)
@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"null", b"\xff", b'{"a":NaN}'])
def test_what_is_no_object_is_refused(pair, body):
    codec = Functions(*pair)
    with pytest.raises(RemoteProtocolError):
        codec.decode_response(body)
    if pair in GOOD_REQUESTS:
        with pytest.raises(RequestDecodeError):
            codec.decode_request(body)


@pytest.mark.parametrize("pair", PAIRS, ids=str)
def test_an_error_in_a_good_status_is_an_error(pair):
    body = b'{"error": {"message": "no", "code": 400, "status": "INVALID_ARGUMENT"}}'
    with pytest.raises(ProviderError):
        Functions(*pair).decode_response(body)


PROBLEMS = [
    (OC, "embedding", {}, ["$.model", "$.input"]),
    (OC, "embedding", {"model": 1, "input": 2}, ["$.model", "$.input"]),
    (OC, "embedding", {"model": "m", "input": ["a", 1]}, ["$.input[1]"]),
    (OC, "embedding", {"model": "m", "input": [[1], [1, "a"]]}, ["$.input[1]"]),
    (
        OC,
        "embedding",
        {"model": "m", "input": "a", "dimensions": "1", "user": 1},
        ["$.dimensions", "$.user"],
    ),
    (OC, "moderation", {"model": 1}, ["$.model", "$.input"]),
    (OC, "moderation", {"input": ["a", 1]}, ["$.input[1]"]),
    (OC, "moderation", {"input": [{"type": "text"}]}, ["$.input[0].text"]),
    (GE, "embedding", {}, ["$.content"]),
    (GE, "embedding", {"content": {"parts": 1}}, ["$.content.parts"]),
    (
        GE,
        "embedding",
        {"requests": [1, {}]},
        ["$.requests[0]", "$.requests[1].content"],
    ),
    (
        GE,
        "embedding",
        {"content": {}, "taskType": 1, "outputDimensionality": "x"},
        ["$.taskType", "$.outputDimensionality"],
    ),
    (AN, "token_count", {"model": "m"}, ["$.messages"]),
    (
        AN,
        "token_count",
        {"model": "m", "messages": [], "max_tokens": "x"},
        ["$.max_tokens"],
    ),
    (GE, "token_count", {"generateContentRequest": 1}, ["$.generateContentRequest"]),
    (
        GE,
        "token_count",
        {"generateContentRequest": {"contents": 1}},
        ["$.generateContentRequest.contents"],
    ),
    (OR, "token_count", {"input": 1, "model": "m"}, ["$.input"]),
]


@pytest.mark.parametrize(("dialect", "operation", "body", "paths"), PROBLEMS)
def test_every_fault_of_a_request_is_named(dialect, operation, body, paths):
    with pytest.raises(RequestDecodeError) as caught:
        Functions(operation, dialect).decode_request(json.dumps(body).encode())
    assert [p.path for p in caught.value.problems] == paths


# --- the accounting of one dialect --------------------------------------------------


@pytest.mark.parametrize("pair", [p for p in PAIRS if p in GOOD_REQUESTS], ids=str)
@given(data=st.data())
def test_what_is_decoded_again_differs_only_by_losses(pair, data):
    body = data.draw(st.sampled_from(list(mutations(GOOD_REQUESTS[pair]))))
    codec = Functions(*pair)
    try:
        request = codec.decode_request(json.dumps(body).encode())
    except RequestDecodeError:
        return
    try:
        encoded = codec.encode_request(request)
    except UnsupportedFeatureError:
        return
    again = codec.decode_request(
        encoded.body, path=encoded.path, headers=encoded.headers
    )
    assert_losses(request, again, encoded.losses)
