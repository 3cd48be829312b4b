"""The code blocks of README.md run as they stand."""

from __future__ import annotations

import json
import re

import pytest
from tests._paths import REPO

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


def blocks() -> list[str]:
    text = (REPO / "README.md").read_text(encoding="utf-8")
    return re.findall(r"```python\n(.*?)```", text, re.DOTALL)


def run(code: str, **names):
    namespace = {"__name__": "readme", **names}
    exec(compile(code, "README.md", "exec"), namespace)
    return namespace


def send(encoded):
    """Stand in for an HTTP client: the upstream is scripted."""
    request = anthropic_messages.decode_request(
        encoded.body, path=encoded.path, headers=encoded.headers
    )
    assert request.stream
    for start in range(0, len(STREAM), 13):
        yield STREAM[start : start + 13]


def test_there_are_two_examples():
    assert len(blocks()) == 2


def test_sans_io_example(capsys):
    names = run(blocks()[0], send=send)
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
    run(blocks()[1], send=send, write=written.append, body=json.dumps(body).encode())
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
