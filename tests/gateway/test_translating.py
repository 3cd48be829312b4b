"""What goes through the IR: losses that show, faults that do not, streams that live."""

from __future__ import annotations

import json
import logging

import attrs
import pytest
from tests._wires import AM, DIALECTS, GG, OC, OR, Call, Say, wire
from tests.gateway._asgi import OURS, Upstream, chat_body, httpx, json_answer
from tests.gateway.test_forwarding import PAGE, PATHS, SSE, STREAM_PATHS

from modelwire import codecs
from modelwire.codecs import COLLECT, LossPolicy
from modelwire.codecs.openai_chat import PROFILES
from modelwire.transports.asgi import Routes

TEXT = wire(AM, Say("Hel", "lo"))


def says(said, dialect=AM, **headers):
    """An upstream that answers *said*, as a stream where it is asked for one."""

    def answer(request):
        body = json.loads(request.content)
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        if body.get("stream") is True or "stream" in request.url.path:
            return 200, {**SSE, **named}, said.pieces
        return json_answer(json.loads(said.body), **headers)

    return answer


FOREIGN = [
    (source, target) for source in DIALECTS for target in DIALECTS if source != target
]


# --- losses -------------------------------------------------------------------------


@pytest.mark.parametrize("stream", [False, True])
def test_what_a_request_lost_is_told(stream):
    upstream = Upstream(says(TEXT), AM)
    told = upstream.ask(PATHS[OC], chat_body(seed=3, max_tokens=9, stream=stream))
    assert told.status == 200
    assert told.headers["x-modelwire-losses"] == "1;codes=param.seed"
    assert upstream.record.losses == ("param.seed",)
    quiet = Upstream(says(TEXT), AM, show_losses=False)
    told = quiet.ask(PATHS[OC], chat_body(seed=3, max_tokens=9, stream=stream))
    assert not [name for name in told.headers if "losses" in name]
    assert quiet.record.losses == ("param.seed",)


def test_a_request_without_losses_has_no_header():
    told = Upstream(says(TEXT), AM).ask(PATHS[OC], chat_body(max_tokens=9))
    assert "x-modelwire-losses" not in told.headers


def test_what_an_answer_lost_is_told():
    said = json.loads(TEXT.body)
    said["container"] = {"id": "c", "expires_at": "2026-01-01T00:00:00Z"}
    said["unheard_of"] = 1
    upstream = Upstream(lambda _: json_answer(said), AM)
    told = upstream.ask(PATHS[OC], chat_body(max_tokens=9))
    count, codes_ = told.headers["x-modelwire-answer-losses"].split(";codes=")
    assert int(count) >= 1
    assert tuple(codes_.split(",")) == upstream.record.answer_losses


def test_a_loss_that_is_not_accepted_refuses():
    policy = LossPolicy.down_to("cosmetic")
    upstream = Upstream(says(TEXT), AM, on_loss=policy)
    told = upstream.ask(PATHS[OC], chat_body(seed=3, max_tokens=9))
    assert (told.status, upstream.seen) == (400, [])
    assert "param.seed" in told.json["error"]["message"]
    assert upstream.record.error == "unsupported"


CALLED = {"id": "c1", "type": "function", "function": {"name": "f", "arguments": "{}"}}
HISTORY = [
    {"role": "user", "content": "go"},
    {"role": "assistant", "content": None, "tool_calls": [CALLED]},
    {"role": "user", "content": "never mind"},
]


def test_a_history_is_made_legal_unless_told_not_to():
    body = {"model": "m", "max_tokens": 9, "messages": HISTORY}
    upstream = Upstream(says(TEXT), AM, on_loss=COLLECT)
    told = upstream.ask(PATHS[OC], body)
    sent = json.loads(upstream.seen[0].content)["messages"]
    kinds = [[p["type"] for p in m["content"]] for m in sent if m["content"] != "go"]
    assert ["tool_use"] in kinds
    assert any("tool_result" in kind for kind in kinds)
    assert told.headers["x-modelwire-losses"]
    plain = Upstream(says(TEXT), AM, on_loss=COLLECT, repair=False)
    plain.ask(PATHS[OC], body)
    assert b"tool_result" not in plain.seen[0].content


# --- what a client reads ------------------------------------------------------------


@pytest.mark.parametrize(("source", "target"), FOREIGN)
def test_request_ids(source, target):
    name = codecs.get(source).RESPONSE_HEADERS["request-id"]
    theirs = codecs.get(target).RESPONSE_HEADERS["request-id"]
    body = chat_body(max_tokens=9, input="hi", contents=[{"parts": [{"text": "a"}]}])
    body.pop("messages" if source == OR else "input")
    own = Upstream(says(wire(target, Say("a"))), target)
    told = own.ask(PATHS[source], body)
    assert told.status == 200
    assert told.headers[name] == told.headers["x-modelwire-request-id"] == own.record.id
    given = Upstream(lambda _: json_answer({}, 500, **{theirs: "up-1"}), target)
    told = given.ask(PATHS[source], body)
    assert told.headers[name] == "up-1"
    assert told.headers["x-modelwire-request-id"] == given.record.id
    assert given.record.upstream_id == "up-1"


def test_the_variant_that_clients_speak():
    said = wire(AM, Say("x"))
    body = json.loads(said.body)
    body["content"].insert(0, {"type": "thinking", "thinking": "Hm", "signature": "s"})
    upstream = Upstream(
        lambda _: json_answer(body), AM, profiles={OC: PROFILES["deepseek"]}
    )
    told = upstream.ask(PATHS[OC], chat_body(max_tokens=9))
    assert told.json["choices"][0]["message"]["reasoning_content"] == "Hm"


def test_gemini_without_sse_is_an_array():
    upstream = Upstream(says(TEXT), AM)
    body = {"contents": [{"role": "user", "parts": [{"text": "a"}]}]}
    told = upstream.ask(STREAM_PATHS[GG].replace("alt=sse", "alt=json"), body)
    assert isinstance(told.json, list)
    told = upstream.ask(STREAM_PATHS[GG], body)
    assert told.body.startswith(b"data: {")


# --- errors -------------------------------------------------------------------------

ODD = [
    ("page", (502, {"content-type": "text/html"}, [PAGE]), 500),
    ("long page", (502, {"content-type": "text/html"}, [PAGE] * 200_000), 500),
    ("redirect", (302, {"location": "https://evil.test"}, []), 502),
    ("no content", (204, {}, []), 500),
    ("no JSON", (200, {}, [b"<html>"]), 500),
    ("rate limit", (429, {}, [b'{"error": {"message": "slow"}}']), 429),
    ("not found", (404, {}, [b"nope"]), 404),
]


@pytest.mark.parametrize(("answer", "least"), [row[1:] for row in ODD],
                         ids=[row[0] for row in ODD])  # fmt: skip
@pytest.mark.parametrize("stream", [False, True], ids=["plain", "stream"])
@pytest.mark.parametrize("source", [OC, OR, AM])
def test_an_odd_answer_is_an_error_of_the_client(source, answer, least, stream):
    body = {"model": "m", "max_tokens": 9, "messages": [], "stream": stream}
    if source == OR:
        body = {"model": "m", "input": "a", "stream": stream}
    else:
        body["messages"] = [{"role": "user", "content": "a"}]
    target = AM if source == OC else OC
    upstream = Upstream(lambda _: answer, target)
    told = upstream.ask(PATHS[source], body)
    assert least <= told.status < (500 if least < 500 else 600)
    assert told.json["error"]["message"]
    assert len(told.body) < 5000
    assert b"<html>" not in told.body
    assert "location" not in told.headers
    assert upstream.record.error is not None
    assert told.is_whole


def test_a_packed_stream_is_unpacked():
    import gzip

    data = gzip.compress(b"".join(TEXT.pieces))
    headers = {**SSE, "content-encoding": "gzip"}
    upstream = Upstream(lambda _: (200, headers, [data[:20], data[20:]]), AM)
    told = upstream.ask(PATHS[OC], chat_body(stream=True, max_tokens=9))
    assert b"[DONE]" in told.body
    assert "content-encoding" not in told.headers


@pytest.mark.parametrize("source", [OC, AM, GG])
def test_a_connection_that_breaks_in_a_stream(source):
    """Also where the stream might have been whole without it."""
    target = AM if source == OC else OC
    whole = wire(target, Say("Hel", "lo")).pieces
    early = whole[:-1] if target == OC else whole[:-2]
    pieces = [*early, httpx.ReadError("broken")]
    upstream = Upstream(lambda _: (200, SSE, pieces), target)
    body = chat_body(stream=True, max_tokens=9, contents=[{"parts": [{"text": "a"}]}])
    told = upstream.ask(STREAM_PATHS[source], body)
    assert told.status == 200
    assert b"error" in told.body
    assert b"[DONE]" not in told.body
    assert b"message_stop" not in told.body
    assert upstream.record.error == "server_error"
    assert told.is_whole


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (httpx.ConnectError("x"), 502),
        (httpx.ReadTimeout("x"), 504),
        (httpx.ConnectTimeout("x"), 504),
        (httpx.RemoteProtocolError("x"), 502),
    ],
)
@pytest.mark.parametrize("late", [False, True], ids=["at once", "before a word"])
def test_a_connection_that_fails_before_the_first_word(error, status, late):
    def answer(_):
        if late:
            return 200, SSE, [TEXT.pieces[0], error]
        raise error

    upstream = Upstream(answer, AM)
    told = upstream.ask(PATHS[OC], chat_body(stream=True, max_tokens=9))
    assert told.status == status
    assert told.json["error"]["message"].startswith("upstream: ")


# --- faults of ours -----------------------------------------------------------------


@pytest.mark.parametrize("dialect", DIALECTS)
def test_a_fault_of_ours_is_an_error_without_words(dialect, caplog):
    def answer(_):
        msg = "the secret word"
        raise ZeroDivisionError(msg)

    caplog.set_level(logging.INFO)
    upstream = Upstream(answer, AM if dialect != AM else OC)
    body = chat_body(max_tokens=9, contents=[{"parts": [{"text": "hi"}]}])
    if dialect == OR:
        body = {"model": "m", "input": "hi"}
    told = upstream.ask(PATHS[dialect], body)
    assert told.status == 500
    info = codecs.get(dialect).decode_error(told.body, status=500)
    assert info.message == "internal error"
    (line,) = [r.message for r in caplog.records if r.name == "modelwire.gateway"]
    assert "ZeroDivisionError at " in line
    assert "answer" in line
    assert upstream.record.id in line
    assert "secret" not in line
    assert upstream.record.error == "server_error"


def test_a_fault_in_a_stream_ends_it_unfinished(caplog):
    upstream = Upstream(lambda _: (200, SSE, [*TEXT.pieces[:4], KeyError("x")]), AM)
    told = upstream.ask(PATHS[OC], chat_body(stream=True, max_tokens=9))
    assert told.status == 200
    assert not told.is_whole
    assert "KeyError" in caplog.text


def test_a_log_that_fails_breaks_nothing(caplog):
    upstream = Upstream(says(TEXT), AM)
    upstream.gateway._on_access = lambda record: 1 / 0
    assert upstream.ask(PATHS[OC], chat_body(max_tokens=9)).status == 200
    assert "ZeroDivisionError" in caplog.text


def test_a_client_that_leaves_is_no_fault(caplog):
    upstream = Upstream(says(TEXT), AM)
    told = upstream.ask(PATHS[OC], pieces=[], stays=False)
    assert told.status is None
    assert upstream.record.left_early
    assert not [r for r in caplog.records if r.name == "modelwire.gateway"]


# --- the log ------------------------------------------------------------------------


def test_the_log_is_one_json_object_a_line(caplog):
    from modelwire.transports._access import log_access

    caplog.set_level(logging.INFO, "modelwire.access")
    routes = Routes.of({"fast": {"upstream": "main", "model": "real"}})
    schema = {"type": "object", "properties": {}}
    function = {"name": "look", "parameters": schema}
    tools = [{"type": "function", "function": function}]
    upstream = Upstream(
        says(wire(AM, Call("c1", "look", '{"a": 1}'))), AM, routes=routes
    )
    upstream.gateway._on_access = log_access
    upstream.ask(
        PATHS[OC] + "?key=hidden",
        chat_body(model="fast", max_tokens=9, seed=1, tools=tools, user="someone"),
        headers=[("authorization", "Bearer hidden")],
    )
    (line,) = [r.message for r in caplog.records if r.name == "modelwire.access"]
    told = json.loads(line)
    assert told.pop("id").isalnum()
    assert told.pop("duration") >= told.pop("first_byte") > 0
    assert told.pop("bytes_out") > 100
    assert told == {
        "method": "POST",
        "path": PATHS[OC],
        "dialect": OC,
        "operation": "chat",
        "model": "fast",
        "upstream": "main",
        "upstream_dialect": AM,
        "upstream_model": "real",
        "status": 200,
        "is_stream": False,
        "finish": "tool_calls",
        "losses": ["param.seed"],
        "answer_losses": ["resp.created", "finish.tool_use"],
        "input_tokens": 100,
        "output_tokens": 20,
        "left_early": False,
    }
    for hidden in ("hidden", OURS, "hi", "look", "someone"):
        assert f'"{hidden}' not in line


def test_a_long_path_is_cut_in_the_log():
    upstream = Upstream(says(TEXT), AM)
    upstream.ask("/v1/" + "x" * 5000)
    assert len(upstream.record.path) == 512
    assert "x" * 600 not in str(attrs.asdict(upstream.record))
