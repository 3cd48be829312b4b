"""The command line, as a process: what goes in, what comes out, how it ends."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest
from tests.test_translate import (
    DIALECTS,
    GEMINI,
    PATHS,
    REQUESTS,
    RESPONSES,
    STREAM,
    TERMINATOR,
)

ANTHROPIC = (
    b'event: message_start\ndata: {"type":"message_start","message":{"id":"msg_1",'
    b'"type":"message","role":"assistant","model":"m","content":[],'
    b'"stop_reason":null,"stop_sequence":null,'
    b'"usage":{"input_tokens":3,"output_tokens":1}}}\n\n'
    b'event: content_block_start\ndata: {"type":"content_block_start","index":0,'
    b'"content_block":{"type":"text","text":""}}\n\n'
    b'event: content_block_delta\ndata: {"type":"content_block_delta","index":0,'
    b'"delta":{"type":"text_delta","text":"Hi \xe2\x98\x80"}}\n\n'
)
ANTHROPIC_END = (
    b'event: content_block_stop\ndata: {"type":"content_block_stop","index":0}\n\n'
    b'event: content_block_start\ndata: {"type":"content_block_start","index":1,'
    b'"content_block":{"type":"tool_use","id":"toolu_1","name":"add","input":{}}}\n\n'
    b'event: content_block_delta\ndata: {"type":"content_block_delta","index":1,'
    b'"delta":{"type":"input_json_delta","partial_json":"{\\"a\\":1}"}}\n\n'
    b'event: content_block_stop\ndata: {"type":"content_block_stop","index":1}\n\n'
    b'event: message_delta\ndata: {"type":"message_delta","delta":'
    b'{"stop_reason":"tool_use","stop_sequence":null},"usage":{"output_tokens":9}}\n\n'
    b'event: message_stop\ndata: {"type":"message_stop"}\n\n'
)
WHOLE = ANTHROPIC + ANTHROPIC_END
REQUEST = {
    "model": "m",
    "messages": [{"role": "user", "content": "Hi"}],
    "seed": 7,
    "max_completion_tokens": 9,
}


def environment():
    return {**os.environ, "PYTHONIOENCODING": "utf-8", "PYTHONUNBUFFERED": "1"}


def run(*args: str, data: bytes = b""):
    return subprocess.run(
        [sys.executable, "-m", "modelwire", *args],
        input=data,
        capture_output=True,
        timeout=60,
        check=False,
        env=environment(),
    )


def test_decode_shows_chunks():
    done = run("decode", "anthropic-messages", data=WHOLE)
    lines = done.stdout.decode().splitlines()
    assert done.returncode == 0
    assert lines[0].startswith("StreamStart id='msg_1'")
    assert "TextDelta index=0 text='Hi ☀'" in lines
    assert lines[-1] == "StreamEnd complete=True terminator='event'"


def test_decode_json_lines():
    done = run("decode", "anthropic-messages", "--json", data=WHOLE)
    values = [json.loads(line) for line in done.stdout.splitlines()]
    assert done.returncode == 0
    assert values[0]["type"] == "StreamStart"
    assert values[-1]["type"] == "StreamEnd"


def test_decode_reads_standard_input_as_it_arrives():
    with subprocess.Popen(
        [sys.executable, "-m", "modelwire", "decode", "anthropic-messages"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env=environment(),
    ) as process:
        process.stdin.write(ANTHROPIC)
        process.stdin.flush()
        seen = []
        while not seen or "TextDelta" not in seen[-1]:
            seen.append(process.stdout.readline().decode())
            assert seen[-1], "the process ended before it showed the text"
        # Standard input is still open: what was shown did not wait for its end.
        assert process.poll() is None
        rest, _ = process.communicate(ANTHROPIC_END, timeout=60)
    assert process.returncode == 0
    assert b"StreamEnd complete=True" in rest


@pytest.mark.parametrize("command", ["decode", "inspect"])
def test_a_cut_stream_ends_in_status_1(command):
    done = run(command, "anthropic-messages", data=ANTHROPIC)
    assert done.returncode == 1
    assert b"Hi " in done.stdout
    assert b"stream_truncated" in done.stdout


def test_inspect_draws_a_picture():
    done = run("inspect", "anthropic-messages", data=WHOLE)
    shown = done.stdout.decode()
    assert done.returncode == 0
    assert "anthropic-messages stream  id=msg_1  model=m" in shown
    assert "choice 0: tool_calls (wire: tool_use)" in shown
    assert "[1] ToolCallPart add id=toolu_1" in shown
    assert "a: 1" in shown
    assert "output_total=9" in shown
    assert "end: complete" in shown


def test_translate_stream():
    done = run(
        *("translate", "--from", "anthropic-messages", "--to", "openai-chat"),
        data=WHOLE,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.endswith(b"data: [DONE]\n\n")


def test_translate_cut_stream_is_no_success():
    done = run(
        *("translate", "--from", "anthropic-messages", "--to", "openai-chat"),
        data=ANTHROPIC,
    )
    assert done.returncode == 1
    assert b"[DONE]" not in done.stdout
    assert b"stream_truncated" in done.stderr


def test_translate_request_reports_losses():
    done = run(
        *("translate", "--from", "openai-chat", "--to", "anthropic-messages"),
        *("--kind", "request", "--model", "other"),
        data=json.dumps(REQUEST).encode(),
    )
    assert done.returncode == 0
    assert json.loads(done.stdout)["model"] == "other"
    assert "loss: param.seed dropped at $.seed (parameter)" in done.stderr.decode()


def test_translate_request_can_refuse_losses():
    done = run(
        *("translate", "--from", "openai-chat", "--to", "anthropic-messages"),
        *("--kind", "request", "--on-loss", "any"),
        data=json.dumps(REQUEST).encode(),
    )
    assert done.returncode == 1
    assert done.stdout == b""
    assert "param.seed" in done.stderr.decode()


def test_translate_response():
    body = {
        "id": "msg_1",
        "type": "message",
        "role": "assistant",
        "model": "m",
        "content": [{"type": "text", "text": "Hi"}],
        "stop_reason": "end_turn",
        "stop_sequence": None,
        "usage": {"input_tokens": 1, "output_tokens": 2},
    }
    done = run(
        *("translate", "--from", "anthropic-messages", "--to", "openai-chat"),
        *("--kind", "response"),
        data=json.dumps(body).encode(),
    )
    assert done.returncode == 0
    answer = json.loads(done.stdout)
    assert answer["choices"][0]["message"]["content"] == "Hi"


def test_translate_error_response():
    body = b'{"type":"error","error":{"type":"overloaded_error","message":"busy"}}'
    done = run(
        *("translate", "--from", "anthropic-messages", "--to", "openai-chat"),
        *("--kind", "response", "--status", "529"),
        data=body,
    )
    assert done.returncode == 1
    assert json.loads(done.stdout)["error"]["message"] == "busy"
    assert b"overloaded" in done.stderr


@pytest.mark.parametrize(
    ("data", "complaint"),
    [
        (b"", b"modelwire: "),
        (b"<html>", b"modelwire: "),
        (b"[]", b"modelwire: "),
        (b'{"model": 1, "messages": 2}', b"$.messages: expected array, got number"),
    ],
)
def test_bad_requests_are_explained(data, complaint):
    done = run(
        *("translate", "--from", "openai-chat", "--to", "anthropic-messages"),
        *("--kind", "request"),
        data=data,
    )
    assert done.returncode == 1
    assert done.stdout == b""
    assert complaint in done.stderr
    assert b"Traceback" not in done.stderr


@pytest.mark.parametrize(
    "data", [b"", b"<html>no</html>", b'{"error":{"message":"x"}}', b"\xff\xfe\x00"]
)
def test_bad_streams_are_explained(data):
    done = run("decode", "openai-chat", data=data)
    assert done.returncode == 1
    assert b"StreamEnd complete=False" in done.stdout
    assert b"Traceback" not in done.stderr


# --- every dialect ------------------------------------------------------------------

# Each dialect as a source once, and as a target once.
RING = list(zip(DIALECTS, (*DIALECTS[1:], DIALECTS[0]), strict=True))


@pytest.mark.parametrize("dialect", DIALECTS)
def test_every_dialect_is_decoded(dialect):
    done = run("decode", dialect, data=STREAM[dialect])
    lines = done.stdout.decode().splitlines()
    assert done.returncode == 0
    assert lines[0].startswith("StreamStart id='r1'")
    assert "TextDelta index=0 text='Hi'" in lines
    assert lines[-1].startswith("StreamEnd complete=True")


@pytest.mark.parametrize("dialect", DIALECTS)
def test_every_dialect_is_inspected(dialect):
    done = run("inspect", dialect, data=STREAM[dialect])
    shown = done.stdout.decode()
    assert done.returncode == 0
    assert f"{dialect} stream  id=r1  model=m" in shown
    assert "[0] TextPart 2 characters: 'Hi'" in shown
    assert "output_total=2" in shown


@pytest.mark.parametrize(("source", "target"), RING)
def test_streams_of_every_dialect_are_translated(source, target):
    done = run("translate", "--from", source, "--to", target, data=STREAM[source])
    assert done.returncode == 0, done.stderr
    assert TERMINATOR[target] in done.stdout
    assert b"Hi" in done.stdout


@pytest.mark.parametrize(("source", "target"), RING)
def test_requests_of_every_dialect_are_translated(source, target):
    done = run(
        *("translate", "--from", source, "--to", target, "--kind", "request"),
        *(("--path", PATHS[source]) if PATHS[source] else ()),
        data=json.dumps(REQUESTS[source]).encode(),
    )
    assert done.returncode == 0, done.stderr
    body = json.loads(done.stdout)
    if target == GEMINI:
        # The path says which model is asked, so it is shown.
        assert b"path: POST /v1beta/models/m:generateContent" in done.stderr
    else:
        assert body["model"] == "m"
    assert body.items() >= REQUESTS[target].items()


@pytest.mark.parametrize(("source", "target"), RING)
def test_answers_of_every_dialect_are_translated(source, target):
    done = run(
        *("translate", "--from", source, "--to", target, "--kind", "response"),
        data=json.dumps(RESPONSES[source]).encode(),
    )
    assert done.returncode == 0, done.stderr
    assert "Hi" in done.stdout.decode()


@pytest.mark.parametrize("args", [(), ("decode",), ("decode", "no-such-dialect")])
def test_wrong_arguments_are_status_2(args):
    done = run(*args)
    assert done.returncode == 2
    assert b"usage:" in done.stderr


def test_a_reader_that_leaves_is_no_error():
    with subprocess.Popen(
        [sys.executable, "-m", "modelwire", "decode", "anthropic-messages"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=environment(),
    ) as process:
        process.stdout.close()
        try:
            process.stdin.write(WHOLE)
            process.stdin.close()
        except BrokenPipeError:
            pass
        complaint = process.stderr.read()
        assert process.wait(timeout=60) == 0
    assert complaint == b""


def test_version():
    from modelwire import __version__

    assert run("--version").stdout.decode().strip() == __version__
