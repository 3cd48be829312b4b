"""What clients may send: everything; what they get for it: an error they can read."""

from __future__ import annotations

import json
import random
import time

import attrs
import pytest
from hypothesis import given, settings, strategies as st
from tests._wires import Say, wire
from tests.gateway._asgi import OURS, Upstream, chat_body, json_answer
from tests.transports._server import CHAT_BODY

from modelwire import codecs
from modelwire.errors import LocalError
from modelwire.transports.asgi import Routes, Settings

PATHS = {
    "openai-chat": "/v1/chat/completions",
    "openai-responses": "/v1/responses",
    "anthropic-messages": "/v1/messages",
    "gemini-generate": "/v1beta/models/m:generateContent",
}
BODIES = {
    "openai-chat": chat_body(),
    "openai-responses": {"model": "m", "input": "hi"},
    "anthropic-messages": chat_body(max_tokens=9),
    "gemini-generate": {"contents": [{"role": "user", "parts": [{"text": "hi"}]}]},
}


def served(**more):
    return Upstream(lambda _: json_answer(json.loads(CHAT_BODY)), **more)


def says(dialect):
    """Answer as an upstream of *dialect*: what is asked for."""
    said = wire(dialect, Say("Hel", "lo"))

    def answer(request):
        body = json.loads(request.content)
        asked = isinstance(body, dict) and body.get("stream") is True
        if asked or "stream" in request.url.path:
            return 200, {"content-type": "text/event-stream"}, said.pieces
        return json_answer(json.loads(said.body))

    return answer


def never(_):
    pytest.fail("nothing of this reaches an upstream")


def message_of(dialect, told):
    """Read an error as a client of *dialect* does; its shape is right."""
    info = codecs.get(dialect).decode_error(told.body, status=told.status)
    assert told.headers["content-type"] == "application/json"
    if dialect == "anthropic-messages":
        assert told.json["type"] == "error"
        assert told.json["error"]["type"]
    elif dialect == "gemini-generate":
        assert told.json["error"]["status"]
    else:
        assert told.json["error"]["type"]
    return info.message


# --- paths and methods --------------------------------------------------------------

NOWHERE = {
    "openai-chat": "/v1/nothing",
    "openai-responses": "/v1/responses/x/y",
    "anthropic-messages": "/v1/messages/nothing",
    "gemini-generate": "/v1beta/models/m:nothing",
}


@pytest.mark.parametrize("dialect", NOWHERE)
def test_an_unknown_path(dialect):
    told = Upstream(never).ask(NOWHERE[dialect], BODIES[dialect])
    assert told.status == 404
    assert message_of(dialect, told) == "no such path"


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "DELETE"])
@pytest.mark.parametrize("dialect", PATHS)
def test_a_wrong_method(dialect, method):
    told = Upstream(never).ask(PATHS[dialect], method=method)
    assert told.status == 405
    assert told.headers["allow"] == "POST, OPTIONS"
    assert message_of(dialect, told) == "the method is POST"


def test_options():
    told = Upstream(never).ask("/v1/messages", method="OPTIONS")
    assert (told.status, told.body, told.headers["allow"]) == (
        204,
        b"",
        "POST, OPTIONS",
    )
    # No page of the web is let in by this.
    assert not [name for name in told.headers if name.startswith("access-control")]


@pytest.mark.parametrize(
    ("method", "status"), [("GET", 200), ("HEAD", 200), ("POST", 405)]
)
def test_health(method, status):
    upstream = Upstream(never)
    assert upstream.ask("/healthz", method=method).status == status
    assert upstream.ask("/llm/healthz", method=method).status == status
    assert upstream.records == []


# --- sizes and times ----------------------------------------------------------------


@pytest.mark.parametrize("dialect", PATHS)
def test_a_body_that_says_it_is_too_long_is_not_read(dialect):
    upstream = Upstream(never, max_body=1000)
    told = upstream.ask(
        PATHS[dialect], pieces=[], stays=False, headers=[("content-length", "1001")]
    )
    assert told.status == 413
    assert message_of(dialect, told) == "the body is longer than 1000 bytes"


@pytest.mark.parametrize("dialect", PATHS)
def test_a_body_that_turns_out_too_long_is_not_kept(dialect):
    told = Upstream(never, max_body=1000).ask(PATHS[dialect], pieces=[b" " * 400] * 3)
    assert told.status == 413
    assert "1000 bytes" in message_of(dialect, told)


@pytest.mark.parametrize(
    "more", [{"body_patience": 0.01}, {"body_time": 0.02}], ids=["silent", "slow"]
)
@pytest.mark.parametrize("dialect", PATHS)
def test_a_body_that_does_not_come(dialect, more):
    began = time.monotonic()
    told = Upstream(never, **more).ask(PATHS[dialect], pieces=[b"{"])
    assert told.status == 408
    assert message_of(dialect, told) == "the body did not come"
    assert time.monotonic() - began < 5


def test_a_client_that_leaves_before_its_body_is_whole():
    upstream = Upstream(never)
    told = upstream.ask("/v1/messages", pieces=[b"{"], stays=False)
    assert told.status is None
    assert (upstream.record.status, upstream.record.left_early) == (None, True)


# --- bodies -------------------------------------------------------------------------

NO_JSON = [b"", b"{", b"[]", b"null", b'"m"', b"\xff\xfe", b'{"model": 1e999}', b"{}x"]


@pytest.mark.parametrize("body", NO_JSON)
@pytest.mark.parametrize("dialect", PATHS)
def test_a_body_that_is_no_request(dialect, body):
    told = Upstream(never).ask(PATHS[dialect], body)
    assert told.status == 400
    assert message_of(dialect, told)


@pytest.mark.parametrize(
    ("dialect", "body", "paths"),
    [
        ("openai-responses", {"model": 3, "temperature": "hot", "input": 7},
         ("$.model", "$.temperature", "$.input")),
        ("anthropic-messages", {"model": "m", "messages": 3, "max_tokens": "x"},
         ("$.messages", "$.max_tokens")),
        ("gemini-generate", {"contents": 3, "generationConfig": {"topK": "x"}},
         ("$.contents", "$.generationConfig.topK")),
    ],
)  # fmt: skip
def test_every_fault_of_a_body_is_named(dialect, body, paths):
    told = Upstream(never).ask(PATHS[dialect], body)
    assert told.status == 400
    message = message_of(dialect, told)
    for path in paths:
        assert f"{path}: expected" in message


@pytest.mark.parametrize("dialect", PATHS)
def test_deep_json(dialect):
    deep = b'{"model": "m", "x": ' + b"[" * 100_000 + b"]" * 100_000 + b"}"
    told = Upstream(lambda _: json_answer({}), "anthropic-messages").ask(
        PATHS[dialect], deep
    )
    assert told.status == 400


LEAVES = [None, True, -1, 1e308, 2**70, "", "\ud800", "é" * 3, [], {}, [[]], {"": 0}]


def mutated(value, draw):
    """Change a value somewhere inside a body."""
    if isinstance(value, dict) and value and draw.random() < 0.8:
        key = draw.choice(sorted(value))
        if draw.random() < 0.2:
            return {name: inner for name, inner in value.items() if name != key}
        return {**value, key: mutated(value[key], draw)}
    if isinstance(value, list) and value and draw.random() < 0.8:
        place = draw.randrange(len(value))
        return [*value[:place], mutated(value[place], draw), *value[place + 1 :]]
    return draw.choice(LEAVES)


RICH = {
    "openai-chat": chat_body(
        tools=[{"type": "function", "function": {"name": "f", "parameters": {}}}],
        tool_choice={"type": "function", "function": {"name": "f"}},
        stream=True, stream_options={"include_usage": True}, stop=["a"], seed=1,
        response_format={"type": "json_schema", "json_schema": {"name": "x"}},
    ),
    "openai-responses": {
        "model": "m", "stream": True, "reasoning": {"effort": "low"},
        "input": [{"role": "user", "content": [{"type": "input_text", "text": "a"}]}],
        "tools": [{"type": "function", "name": "f", "parameters": {}}],
    },
    "anthropic-messages": chat_body(
        max_tokens=9, system=[{"type": "text", "text": "s"}],
        tools=[{"name": "f", "input_schema": {}}], thinking={"type": "disabled"},
    ),
    "gemini-generate": {
        **BODIES["gemini-generate"],
        "generationConfig": {"topK": 3, "thinkingConfig": {"thinkingBudget": 3}},
        "tools": [{"functionDeclarations": [{"name": "f", "parameters": {}}]}],
    },
}  # fmt: skip


@settings(max_examples=150)
@given(
    source=st.sampled_from(sorted(PATHS)),
    target=st.sampled_from(sorted(PATHS)),
    seed=st.integers(0, 2**32),
)
def test_no_request_breaks_the_gateway(source, target, seed):
    """Whatever is in a body, the answer is the upstream's or blames the client."""
    upstream = Upstream(says(target), target, on_loss=codecs.COLLECT)
    draw = random.Random(seed)
    body = RICH[source]
    for _ in range(draw.randint(1, 3)):
        body = mutated(body, draw)
    told = upstream.ask(PATHS[source], body)
    assert told.status in (200, 400), told.body
    if told.status == 400:
        assert message_of(source, told)
        assert upstream.seen == []


@settings(max_examples=60)
@given(body=st.binary(max_size=200), path=st.sampled_from(sorted(PATHS.values())))
def test_no_bytes_break_the_gateway(body, path):
    assert served().ask(path, body).status in (200, 400)


# --- names of models ----------------------------------------------------------------

ESCAPES = [
    "../x",
    "..",
    "a/../b",
    ".",
    "%2e%2e%2fx",
    "..\\x",
    "a/..",
    "\x00",
    "x\r\ny: z",
]


@pytest.mark.parametrize("model", ESCAPES)
@pytest.mark.parametrize("dialect", ["openai-chat", "anthropic-messages"])
def test_a_model_of_a_body_stays_in_its_place_in_a_path(dialect, model):
    upstream = Upstream(says("gemini-generate"), "gemini-generate")
    told = upstream.ask(PATHS[dialect], {**BODIES[dialect], "model": model})
    if upstream.seen:
        (request,) = upstream.seen
        path = request.url.raw_path.decode()
        assert path.startswith("/v1beta/models/")
        assert path.count("/") == 3
        assert path.endswith(":generateContent")
        assert not {".", ".."} & set(path.split("/"))
    else:
        assert told.status == 400


@pytest.mark.parametrize(
    "path",
    [
        "/v1beta/models/..:generateContent",
        "/v1beta/models/%2e%2e:generateContent",
        "/v1beta/models/..%2F..%2Fx:generateContent",
        "/v1beta/models/a%2F..%2Fb:generateContent",
        "/v1beta/models/a/../b:generateContent",
        "/v1beta/models/%252e%252e%252fx:generateContent",
        "/v1beta/tunedModels/..:generateContent",
    ],
)
def test_a_model_of_a_path_stays_in_its_place(path):
    upstream = Upstream(says("gemini-generate"), "gemini-generate")
    told = upstream.ask(path, BODIES["gemini-generate"])
    for request in upstream.seen:
        # Encoded twice it is a name like any other, and goes on as it came.
        assert request.url.raw_path.decode() == path
        assert "%252e" in path
    assert upstream.seen or told.status == 404


def test_a_slash_inside_a_name_is_part_of_it():
    upstream = Upstream(lambda _: json_answer({"id": "org/m"}), "openai-chat")
    upstream.ask("/v1/models/org%2Fm", method="GET")
    assert upstream.record.model == "org/m"


@pytest.mark.parametrize("dialect", ["openai-chat", "anthropic-messages"])
def test_a_long_name_is_refused(dialect):
    upstream = Upstream(never)
    told = upstream.ask(PATHS[dialect], {**BODIES[dialect], "model": "m" * 300})
    assert told.status == 400
    assert "longer than 256" in message_of(dialect, told)
    assert upstream.record.model is None


@pytest.mark.parametrize("dialect", PATHS)
def test_a_model_that_no_route_has(dialect):
    upstream = Upstream(never, routes=Routes.of({"known": "main"}))
    told = upstream.ask(PATHS[dialect], BODIES[dialect])
    assert told.status == 404
    assert message_of(dialect, told) == "no model m"
    assert upstream.record.model == "m"


def test_azures_dated_path_names_the_model():
    routes = Routes.of({"deployed": {"upstream": "main", "model": "x"}, "*": "main"})
    upstream = served(routes=routes)
    path = "/openai/deployments/{}/chat/completions?api-version=1"
    for body in ({"messages": []}, {"messages": [], "model": "deployed"}, {}):
        upstream.ask(path.format("deployed"), body)
    assert [json.loads(r.content)["model"] for r in upstream.seen] == ["x", "x", "x"]
    upstream.ask(path.format("other"), b'\n{"n" : 1}')
    assert upstream.seen[-1].content == b'\n{"model":"other","n" : 1}'
    upstream.ask(path.format("other"), b'{"model" : "mine","n" : 1}')
    assert upstream.seen[-1].content == b'{"model" : "other","n" : 1}'


# --- who may call -------------------------------------------------------------------

SHOWN = {
    "openai-chat": ("authorization", "Bearer {}"),
    "openai-responses": ("authorization", "Bearer {}"),
    "anthropic-messages": ("x-api-key", "{}"),
    "gemini-generate": ("x-goog-api-key", "{}"),
}


@pytest.mark.parametrize("dialect", PATHS)
def test_a_client_shows_a_key(dialect):
    name, form = SHOWN[dialect]
    upstream = served(client_keys=("k-1", "k-2"))
    for shown in (None, "", "k-", "k-11", "k-é", OURS):
        headers = [] if shown is None else [(name, form.format(shown))]
        told = upstream.ask(PATHS[dialect], BODIES[dialect], headers=headers)
        assert told.status == 401
        assert message_of(dialect, told) == "the key is not one of this gateway's"
    assert upstream.seen == []
    for shown in ("k-1", "k-2"):
        headers = [(name, form.format(shown))]
        assert (
            upstream.ask(PATHS[dialect], BODIES[dialect], headers=headers).status == 200
        )
        assert shown not in str(upstream.seen[-1].headers.raw)
    assert "k-1" not in str([attrs.asdict(record) for record in upstream.records])


def test_a_key_is_asked_for_before_the_body_is_read():
    told = Upstream(never, client_keys=("k",)).ask(
        "/v1/messages", pieces=[], stays=True
    )
    assert told.status == 401


def test_a_key_in_a_query_stays_here():
    upstream = Upstream(lambda _: json_answer({}), "gemini-generate")
    path = PATHS["gemini-generate"]
    upstream.ask(f"{path}?key=k-1&alt=json&access_token=k-2", BODIES["gemini-generate"])
    assert upstream.seen[0].url.query == b"alt=json"
    assert "k-1" not in str(attrs.asdict(upstream.record))


def test_settings_that_contradict():
    with pytest.raises(LocalError):
        Settings(client_keys=("k",), forward_credentials=True)
    assert "k-1" not in repr(Settings(client_keys=("k-1",)))


@pytest.mark.parametrize("dialect", PATHS)
def test_a_web_page_may_not_call(dialect):
    page = [("origin", "https://evil.test"), ("content-type", "text/plain")]
    told = Upstream(never).ask(PATHS[dialect], BODIES[dialect], headers=page)
    assert told.status == 403
    assert "origin" in message_of(dialect, told)
    for origins in (("https://evil.test",), ("*",)):
        upstream = served(origins=origins)
        told = upstream.ask(PATHS[dialect], BODIES[dialect], headers=page)
        assert told.status == 200


def test_a_body_in_a_content_coding():
    told = Upstream(never).ask(
        "/v1/messages", b"\x1f\x8b", headers=[("content-encoding", "gzip")]
    )
    assert told.status == 415
    assert "content coding" in message_of("anthropic-messages", told)
