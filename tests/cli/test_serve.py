"""`modelwire serve` as a process of its own: it starts, serves, and ends in order."""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import re
import signal
import subprocess
import sys
import threading

import pytest
from tests._wires import AM, Say, wire
from tests.transports._server import Server

from modelwire.__main__ import main

pytest.importorskip("uvicorn")

PATIENCE = 20.0
SECRET = "sk-upstream-secret"
# Nobody's keys; what counts the lines that a test runs is told through variables.
BARE = {
    "PATH": "",
    **{name: held for name, held in os.environ.items() if name.startswith("COVERAGE")},
}
BODY = json.dumps(
    {
        "model": "fast",
        "stream": True,
        "max_tokens": 9,
        "messages": [{"role": "user", "content": "a private question"}],
    }
).encode()


@contextlib.contextmanager
def started(tmp_path, url, *flags, config="", env=(), program=("-m", "modelwire")):
    """Start the command in front of *url*; give the process and its port."""
    path = tmp_path / "gateway.toml"
    path.write_text(
        f"port = 0\n{config}\n[upstreams.main]\nvendor = 'anthropic'\n"
        f"base_url = '{url}'\napi_key_env = 'MODELWIRE_TEST_KEY'\n"
        "[routes]\nfast = { upstream = 'main', model = 'real' }\n",
        encoding="utf-8",
    )
    process = subprocess.Popen(
        [sys.executable, *program, "serve", "--config", str(path), *flags],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**BARE, "MODELWIRE_TEST_KEY": SECRET, **dict(env)},
    )
    try:
        line = process.stderr.readline()
        found = re.search(r"http://\S+?:(\d+), in front of: main", line)
        assert found, line + process.stderr.read()
        yield process, int(found[1])
    finally:
        process.kill()
        process.wait(PATIENCE)
        process.stdout.close()
        process.stderr.close()


@contextlib.contextmanager
def connected(port):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
    try:
        yield connection
    finally:
        connection.close()


def test_it_serves_and_ends_with_the_answer(tmp_path):
    """A stream that runs when the signal comes is finished; then the process ends."""
    pieces = wire(AM, Say("alpha", "omega")).pieces
    split = next(i for i, piece in enumerate(pieces) if b"omega" in piece)
    go_on = threading.Event()

    def script(peer, seen, number):
        peer.stream()
        for piece in pieces[:split]:
            peer.piece(piece)
        assert go_on.wait(PATIENCE)
        for piece in pieces[split:]:
            peer.piece(piece)
        peer.end()

    with (
        Server(script) as server,
        started(tmp_path, server.url) as (process, port),
        connected(port) as connection,
    ):
        with connected(port) as other:
            other.request("GET", "/healthz")
            assert other.getresponse().read() == b"ok\n"
        connection.request("POST", "/v1/chat/completions", BODY)
        response = connection.getresponse()
        data = b""
        while b"alpha" not in data:
            data += response.read1(65536)
        process.send_signal(signal.SIGTERM)
        with pytest.raises(OSError):  # noqa: PT012 - until it takes nobody in any more
            while True:
                with connected(port) as late:
                    late.request("GET", "/healthz")
                    late.getresponse().read()
        go_on.set()
        data += response.read()
        assert b"omega" in data
        assert data.endswith(b"data: [DONE]\n\n")
        out, err = process.communicate(timeout=PATIENCE)
    assert process.returncode in (0, -signal.SIGTERM)
    (record,) = [json.loads(line) for line in out.splitlines()]
    assert (record["status"], record["upstream_model"]) == (200, "real")
    assert record["finish"] == "stop"
    assert (server.seen[0].headers["x-api-key"], err) == (SECRET, "")
    assert SECRET not in out
    assert "private question" not in out


def test_an_answer_that_takes_too_long_is_cut(tmp_path):
    def script(peer, seen, number):
        peer.stream()
        for piece in wire(AM, Say("alpha", "omega")).pieces[:3]:
            peer.piece(piece)
        peer.wait_until_left()

    with (
        Server(script) as server,
        started(tmp_path, server.url, "--grace", "0") as (process, port),
        connected(port) as connection,
    ):
        connection.request("POST", "/v1/chat/completions", BODY)
        response = connection.getresponse()
        assert b"alpha" in response.read1(65536)
        process.send_signal(signal.SIGTERM)
        with contextlib.suppress(http.client.HTTPException, OSError):
            response.read()
        assert server.left.wait(PATIENCE)
        process.communicate(timeout=PATIENCE)


@pytest.mark.parametrize(
    ("kept", "status"), [("default_int_handler", 130), ("SIG_IGN", 0)]
)
def test_it_ends_when_it_is_interrupted(tmp_path, kept, status):
    """Also in the background of a shell without jobs, which has Ctrl-C ignored."""
    program = (
        f"import signal; signal.signal(signal.SIGINT, signal.{kept}); "
        "from modelwire.__main__ import main; raise SystemExit(main())"
    )
    with started(tmp_path, "http://127.0.0.1:1", program=("-c", program)) as (
        process,
        port,
    ):
        # It answers, so uvicorn listens to signals by now.
        with connected(port) as connection:
            connection.request("GET", "/healthz")
            assert connection.getresponse().read() == b"ok\n"
        process.send_signal(signal.SIGINT)
        assert process.communicate(timeout=PATIENCE) == ("", "")
    assert process.returncode == status


def test_it_says_who_can_reach_it(tmp_path):
    with started(tmp_path, "http://127.0.0.1:1", "--host", "0.0.0.0") as (process, _):
        assert "reached from outside" in process.stderr.readline()
        assert "spends the upstreams' keys" in process.stderr.readline()
        process.terminate()
        process.communicate(timeout=PATIENCE)
    config = "client_keys_env = 'KEYS'"
    with started(
        tmp_path, "http://127.0.0.1:1", "--host", "0.0.0.0",
        config=config, env={"KEYS": "k"},
    ) as (process, port):  # fmt: skip
        assert "reached from outside" in process.stderr.readline()
        with connected(port) as connection:
            connection.request("POST", "/v1/chat/completions", BODY)
            assert connection.getresponse().status == 401
        process.terminate()
        _, err = process.communicate(timeout=PATIENCE)
        assert err == ""


def test_it_says_what_is_not_installed(monkeypatch, capsys):
    monkeypatch.setitem(sys.modules, "uvicorn", None)
    assert main(["serve", "--upstream", "ollama"]) == 1
    shown = "modelwire: serving needs uvicorn: pip install 'modelwire[serve,httpx2]'\n"
    assert capsys.readouterr().err == shown


def complaint(*arguments):
    done = subprocess.run(
        [sys.executable, "-m", "modelwire", "serve", *arguments],
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
        env=BARE,
    )
    assert (done.returncode, done.stdout) == (1, "")
    assert "Traceback" not in done.stderr
    return done.stderr


def test_what_is_wrong_is_said_in_a_line(tmp_path):
    assert "upstreams: at least one" in complaint()
    assert "cannot be read" in complaint("--config", str(tmp_path / "none"))
    assert "needs a key" in complaint("--upstream", "anthropic")
    with Server(lambda *_: None) as server:
        taken = complaint("--upstream", "ollama", "--port", str(server.port))
    assert f"cannot listen at 127.0.0.1, port {server.port}" in taken
