"""
Real clients in front of the gateway: what goes wrong, what stays secret, what is told.

What goes well is told with the other ways from a client to an upstream (`relay`).
"""

from __future__ import annotations

import base64
import json
from typing import Any

import attrs
import pytest
from tests._agent import asked
from tests._served import UPSTREAM_KEY
from tests._wires import AM, DIALECTS, GG, OC, OR, Say, wire
from tests.clients._loopback import Answer
from tests.clients._relay import SSE
from tests.clients._seen import CLIENTS, MODEL, STREAMED
from tests.clients._upstream import PROOF, UPSTREAM
from tests.clients.test_errors import KINDS, LAST, LIMITED, NO_END, error_class, said
from tests.clients.test_loops import AGENTS, answers

from modelwire.adapt import Carrier

pytestmark = pytest.mark.parametrize("relay", ["gateway"], indirect=True)

READERS = ("plain", *STREAMED)
PAIRS = [(name, upstream) for name in CLIENTS for upstream in DIALECTS]
FOREIGN = [(n, upstream) for n, upstream in PAIRS if CLIENTS[n].dialect != upstream]

JSON = ("content-type", "application/json")


def refusal(status: int, body: Any, *headers: tuple[str, str]) -> Answer:
    return Answer((json.dumps(body).encode(),), status, (JSON, *headers))


def openai_error(kind: str, message: str) -> Any:
    return {"error": {"message": message, "type": kind, "param": None, "code": None}}


def anthropic_error(kind: str, message: str) -> Any:
    return {"type": "error", "error": {"type": kind, "message": message}}


def google_error(code: int, status: str, message: str, *details: Any) -> Any:
    error = {"code": code, "message": message, "status": status}
    return {"error": {**error, **({"details": details} if details else {})}}


WAIT = ("retry-after", "7")
RETRY_INFO = {"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": "7s"}
SLOW_DOWN = {
    OC: refusal(429, openai_error("rate_limit_error", "slow down"), WAIT),
    OR: refusal(429, openai_error("rate_limit_error", "slow down"), WAIT),
    AM: refusal(429, anthropic_error("rate_limit_error", "slow down"), WAIT),
    GG: refusal(429, google_error(429, "RESOURCE_EXHAUSTED", "slow down", RETRY_INFO)),
}
BROKEN = {
    OC: refusal(500, openai_error("server_error", "oh no")),
    OR: refusal(500, openai_error("server_error", "oh no")),
    AM: refusal(500, anthropic_error("api_error", "oh no")),
    GG: refusal(500, google_error(500, "INTERNAL", "oh no")),
}


# --- before the answer --------------------------------------------------------------


@pytest.mark.parametrize("reader", ["plain", "raw"])
@pytest.mark.parametrize(("name", "upstream"), PAIRS)
def test_a_rate_limit_says_when_to_come_back(relay, clients, name, upstream, reader):
    relay.serve(upstream, SLOW_DOWN[upstream])
    raised = error_class(name, "ClientError" if name == "gemini" else "RateLimitError")
    with pytest.raises(raised, match="slow down") as caught:
        CLIENTS[name].readers[reader](clients(name))
    if name == "gemini":
        # From its own upstream the bytes are untouched; else the hint is its own form.
        assert RETRY_INFO in caught.value.details["error"]["details"]
    elif upstream != GG or CLIENTS[name].dialect == GG:
        assert float(caught.value.response.headers["retry-after"]) == 7
    (record,) = relay.records
    assert (record.status, record.error) == (429, "rate_limit")


@pytest.mark.parametrize("reader", ["plain", "raw"])
@pytest.mark.parametrize(("name", "upstream"), PAIRS)
def test_an_upstream_that_breaks_is_a_server_error(
    relay, clients, name, upstream, reader
):
    relay.serve(upstream, BROKEN[upstream])
    raised = "ServerError" if name == "gemini" else "InternalServerError"
    with pytest.raises(error_class(name, raised), match="oh no"):
        CLIENTS[name].readers[reader](clients(name))


@pytest.mark.parametrize("reader", ["plain", "raw"])
@pytest.mark.parametrize("name", CLIENTS)
def test_no_upstream_at_all_is_a_bad_gateway(relay, clients, name, reader):
    relay.refuse_connections(OC)
    raised = "ServerError" if name == "gemini" else "InternalServerError"
    with pytest.raises(error_class(name, raised), match="upstream: connect error"):
        CLIENTS[name].readers[reader](clients(name))
    (record,) = relay.records
    assert (record.status, record.error) == (502, "server_error")


# --- in the stream ------------------------------------------------------------------


@pytest.mark.parametrize(("name", "upstream"), FOREIGN)
def test_an_error_before_the_first_chunk_has_a_status(relay, clients, name, upstream):
    relay.serve(upstream, Answer(LIMITED[upstream], 200, SSE))
    raised = error_class(name, "ClientError" if name == "gemini" else "RateLimitError")
    with pytest.raises(raised, match="slow down"):
        CLIENTS[name].readers["raw"](clients(name))
    assert [record.status for record in relay.records] == [429]


def early(upstream: str) -> tuple[bytes, ...]:
    return UPSTREAM[upstream]["text"].pieces[: -LAST[upstream]]


@pytest.mark.parametrize(("name", "upstream"), FOREIGN)
def test_an_error_in_the_stream_is_one_of_the_client(relay, clients, name, upstream):
    relay.serve(upstream, Answer(early(upstream) + LIMITED[upstream], 200, SSE))
    text, error = CLIENTS[name].until_error(clients(name))
    assert text.startswith("Sunny,")
    kind = KINDS.get(name, {}).get("rate_limit")
    assert said(name, error) == ("slow down", kind)
    assert [(r.status, r.error) for r in relay.records] == [(200, "rate_limit")]


@pytest.mark.parametrize("inside", [False, True], ids=["between", "inside"])
@pytest.mark.parametrize(("name", "upstream"), FOREIGN)
def test_a_cut_stream_is_never_an_answer(relay, clients, name, upstream, inside):
    pieces = early(upstream)
    if inside:
        pieces = (*pieces, UPSTREAM[upstream]["text"].pieces[len(pieces)][:-10])
    answer = Answer(pieces, 200, SSE)
    relay.serve(upstream, answer, answer)
    text, _ = CLIENTS[name].until_error(clients(name))
    assert text.startswith("Sunny")
    with pytest.raises((error_class(name, "APIError"), *NO_END.get(name, ()))):
        CLIENTS[name].readers["helper"](clients(name))


# --- content ------------------------------------------------------------------------

PNG = "iVBORw0KGgo="


def show_openai(client: Any) -> None:
    image = {"url": f"data:image/png;base64,{PNG}"}
    parts: list[Any] = [{"type": "text", "text": "What?"}]
    parts.append({"type": "image_url", "image_url": image})
    client.chat.completions.create(
        model=MODEL, messages=[{"role": "user", "content": parts}]
    )


def show_responses(client: Any) -> None:
    parts: list[Any] = [{"type": "input_text", "text": "What?"}]
    url = f"data:image/png;base64,{PNG}"
    parts.append({"type": "input_image", "image_url": url, "detail": "auto"})
    client.responses.create(model=MODEL, input=[{"role": "user", "content": parts}])


def show_anthropic(client: Any) -> None:
    source: Any = {"type": "base64", "media_type": "image/png", "data": PNG}
    parts: list[Any] = [{"type": "text", "text": "What?"}]
    parts.append({"type": "image", "source": source})
    client.messages.create(
        model=MODEL, max_tokens=50, messages=[{"role": "user", "content": parts}]
    )


def show_gemini(client: Any) -> None:
    from google.genai import types

    image = types.Part.from_bytes(data=base64.b64decode(PNG), mime_type="image/png")
    client.models.generate_content(model=MODEL, contents=["What?", image])


SHOWS = {
    "openai": show_openai,
    "responses": show_responses,
    "anthropic": show_anthropic,
    "gemini": show_gemini,
}


@pytest.mark.parametrize(("name", "upstream"), PAIRS)
def test_an_image_reaches_the_upstream(relay, clients, name, upstream):
    relay.serve(upstream, UPSTREAM[upstream]["text"])
    SHOWS[name](clients(name))
    (arrived,) = relay.arrived
    text, image = arrived.request.messages[0].parts
    assert text.text == "What?"
    assert (image.source.data, image.source.media_type) == (PNG, "image/png")


@pytest.mark.parametrize("stream", [False, True], ids=["plain", "stream"])
@pytest.mark.parametrize(
    ("name", "upstream"), [pair for pair in FOREIGN if pair[1] in (AM, GG, OR)]
)
def test_a_carrier_brings_the_proof_back(relay, clients, name, upstream, stream):
    relay.serve(upstream, *answers(upstream), carrier=Carrier(key=b"k" * 32))
    assert AGENTS[name](clients(name), stream=stream) == "It is five."
    items = asked(upstream, relay.bodies[1])
    kind = "call" if upstream == GG else "think"
    assert [(i.kind, i.proof) for i in items if i.proof] == [(kind, PROOF)]


# --- what stays here ----------------------------------------------------------------


@pytest.mark.parametrize(("name", "upstream"), PAIRS)
def test_a_clients_credential_stays_here(relay, clients, name, upstream):
    relay.serve(upstream, UPSTREAM[upstream]["text"])
    CLIENTS[name].readers["plain"](clients(name))
    (arrived,) = relay.arrived
    named = {key.lower(): value for key, value in arrived.headers}
    assert named["authorization"] == f"Bearer {UPSTREAM_KEY}"
    assert "test-key" not in f"{arrived.headers}{arrived.query}{arrived.path}"
    # Nor does anything else that the package says of itself and its machine.
    assert not [key for key in named if key.startswith(("x-stainless", "x-goog"))]


@pytest.mark.parametrize(("name", "upstream"), PAIRS)
def test_a_clients_credential_goes_on_where_it_is_told_to(
    relay, clients, name, upstream
):
    relay.serve(upstream, UPSTREAM[upstream]["text"], forward_credentials=True)
    CLIENTS[name].readers["plain"](clients(name))
    (arrived,) = relay.arrived
    named = {key.lower(): value for key, value in arrived.headers}
    assert named["authorization"] == "Bearer test-key"
    assert UPSTREAM_KEY not in str(arrived.headers)


# --- what is told -------------------------------------------------------------------


@pytest.mark.parametrize("reader", ["plain", "raw"])
@pytest.mark.parametrize(("name", "upstream"), PAIRS)
def test_the_log_knows_what_it_cost(relay, clients, name, upstream, reader):
    relay.serve(upstream, wire(upstream, Say("A secret word")))
    CLIENTS[name].readers[reader](clients(name))
    (record,) = relay.records
    told = attrs.asdict(record)
    assert (record.dialect, record.upstream_dialect) == (
        CLIENTS[name].dialect,
        upstream,
    )
    assert (record.model, record.upstream, record.upstream_model) == (
        MODEL,
        "main",
        MODEL,
    )
    assert (record.status, record.finish, record.error) == (200, "stop", None)
    assert (record.input_tokens, record.output_tokens) == (100, 20)
    assert record.is_stream == (reader == "raw")
    assert 0 < record.first_byte <= record.duration
    assert record.bytes_out > 0
    assert not record.left_early
    for secret in ("secret word", "What is the weather", "test-key", UPSTREAM_KEY):
        assert secret not in str(told)
