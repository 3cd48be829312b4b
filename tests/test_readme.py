"""The code blocks of README.md run as they stand."""

from __future__ import annotations

import json

import pytest
from tests._examples import blocks, run as example, upstream
from tests._paths import REPO
from tests.gateway._asgi import ask as ask_of

from modelwire.codecs import anthropic_messages

STREAM = "".join(
    f"event: {event['type']}\ndata: {json.dumps(event)}\n\n"
    for event in (
        {
            "type": "message_start",
            "message": {
                "id": "msg_1",
                "type": "message",
                "role": "assistant",
                "model": "claude-sonnet-4-0",
                "content": [],
                "stop_reason": None,
                "stop_sequence": None,
                "usage": {"input_tokens": 9, "output_tokens": 1},
            },
        },
        {
            "type": "content_block_start",
            "index": 0,
            "content_block": {"type": "text", "text": ""},
        },
        {
            "type": "content_block_delta",
            "index": 0,
            "delta": {"type": "text_delta", "text": "Hello."},
        },
        {"type": "content_block_stop", "index": 0},
        {
            "type": "message_delta",
            "delta": {"stop_reason": "end_turn", "stop_sequence": None},
            "usage": {"output_tokens": 4},
        },
        {"type": "message_stop"},
    )
).encode()


def run(code, **names):
    return example(code, "README.md", **names)


def send(encoded):
    """Stand in for an HTTP client: the upstream is scripted."""
    request = anthropic_messages.decode_request(
        encoded.body, path=encoded.path, headers=encoded.headers
    )
    assert request.stream
    for start in range(0, len(STREAM), 13):
        yield STREAM[start : start + 13]


BLOCKS = blocks("README.md")


def test_how_many_examples_there_are():
    assert len(BLOCKS) == 6


def test_sans_io_example(capsys):
    names = run(BLOCKS[0], send=send)
    out = capsys.readouterr().out
    assert out.startswith("Hello.True Usage(")
    assert names["encoded"].losses == ()
    assert names["answer"].response.usage.output_total == 4


@pytest.mark.parametrize("seed", [None, 7])
def test_translation_example(capsys, seed):
    body = {
        "model": "claude-sonnet-4-0",
        "max_completion_tokens": 50,
        "messages": [{"role": "user", "content": "Say hello."}],
        "stream": True,
    }
    if seed is not None:
        body["seed"] = seed
    written = []
    run(BLOCKS[1], send=send, write=written.append, body=json.dumps(body).encode())
    stream = b"".join(written)
    assert stream.endswith(b"data: [DONE]\n\n")
    texts = [
        choice["delta"].get("content") or ""
        for line in stream.split(b"\n")
        if line.startswith(b"data: {")
        for choice in json.loads(line[6:])["choices"]
    ]
    assert "".join(texts) == "Hello."
    shown = capsys.readouterr().out
    assert ("param.seed dropped $.seed" in shown) == (seed is not None)


CLIENTS = {
    "/v1/chat/completions": {"messages": [{"role": "user", "content": "Hi"}]},
    "/v1/responses": {"input": "Hi"},
    "/v1/messages": {
        "max_tokens": 50,
        "messages": [{"role": "user", "content": "Hi"}],
    },
    "/v1beta/models/gpt-5:generateContent": {
        "contents": [{"role": "user", "parts": [{"text": "Hi"}]}]
    },
}
ANSWER = {
    "id": "resp_1",
    "object": "response",
    "created_at": 1,
    "model": "gpt-5",
    "status": "completed",
    "output": [
        {
            "type": "message",
            "id": "msg_1",
            "role": "assistant",
            "status": "completed",
            "content": [
                {"type": "output_text", "text": "Hello.", "annotations": []},
            ],
        }
    ],
}


@pytest.mark.parametrize("path", CLIENTS)
def test_gateway_example(path):
    asked = []

    def ask(sent):
        asked.append((sent.path, json.loads(sent.body)))
        return json.dumps(ANSWER).encode()

    replies = []
    run(
        BLOCKS[2],
        path=path,
        headers=(),
        body=json.dumps({"model": "gpt-5", **CLIENTS[path]}).encode(),
        ask=ask,
        reply=lambda *answer: replies.append(answer),
    )
    ((sent_path, sent),) = asked
    assert (sent_path, sent["model"]) == ("/v1/responses", "gpt-5")
    ((status, _, body),) = replies
    assert status == 200
    assert b"Hello." in body


@pytest.mark.parametrize("number", [3, 4])
def test_client_examples(monkeypatch, capsys, number):
    pytest.importorskip("httpx2")
    for vendor in ("ANTHROPIC", "OPENAI"):
        monkeypatch.setenv(f"{vendor}_API_KEY", "sk-test")
    with upstream("Hel", "lo.") as server:
        for vendor in ("ANTHROPIC", "OPENAI"):
            monkeypatch.setenv(f"{vendor}_BASE_URL", server.url)
        run(BLOCKS[number])
    assert capsys.readouterr().out.strip() == "Hello."
    (seen,) = server.seen
    assert "sk-test" in str(seen.headers)


def test_mounted_example(monkeypatch):
    monkeypatch.setenv("ANTHROPIC_API_KEY", "sk-test")
    with upstream("Hel", "lo.") as server:
        monkeypatch.setenv("ANTHROPIC_BASE_URL", server.url)
        app = run(BLOCKS[5])["app"]
        told = ask_of(app, "/v1/messages", {"model": "m", "messages": []})
    assert told.status == 200
    assert told.json["content"][0]["text"] == "Hello."


def test_the_command_serves(monkeypatch):
    """The flags that the README gives are read."""
    import argparse
    import shlex

    from modelwire._cli import _serve

    monkeypatch.setenv("ANTHROPIC_API_KEY", "sk-test")
    text = (REPO / "README.md").read_text(encoding="utf-8")
    (line,) = [s for s in text.splitlines() if s.startswith("modelwire serve")]
    parser = argparse.ArgumentParser()
    _serve.add_arguments(parser)
    config = _serve.config_of(parser.parse_args(shlex.split(line)[2:]))
    assert config.routes.destination("gpt-5").model == "claude-sonnet-4-0"
