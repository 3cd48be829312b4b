"""docs/testing.md as a project of its own: its tests fail on its proxy, and say why."""

from __future__ import annotations

import re
import subprocess
import sys

import pytest
from tests._examples import blocks

PAGE = "docs/testing.md"
CONFTEST = """
from hypothesis import HealthCheck, Phase, settings
settings.register_profile(
    "page", max_examples=25, derandomize=True, deadline=None, database=None,
    suppress_health_check=list(HealthCheck), phases=[Phase.explicit, Phase.generate],
)
settings.load_profile("page")
"""
MENDED = """
import http.client
import json
import urllib.error
import urllib.request

from modelwire.codecs import COLLECT, openai_chat
from modelwire.translate import StreamTranslator, translate_error, translate_request

PAIR = {"source": "anthropic-messages", "target": "openai-chat"}


def to_messages(body):
    sent = translate_request(
        json.dumps(body).encode(),
        source="openai-chat",
        target="anthropic-messages",
        on_loss=COLLECT,
    )
    return json.loads(sent.body)


def failed(error):
    return b"data: " + openai_chat.encode_error(error).body + b"\\n\\n"


class ToChunks:
    def __init__(self):
        self.stream = StreamTranslator("anthropic-messages", "openai-chat")
        self.silent = True

    def feed(self, data):
        return self.events(self.stream.feed(data))

    def close(self):
        events = self.events(self.stream.close())
        if self.silent:
            # Before the first byte the caller can still choose how to say it.
            self.silent = False
            return [failed(self.stream.error)]
        return events

    def events(self, data):
        self.silent = self.silent and not data
        return [event + b"\\n\\n" for event in data.split(b"\\n\\n") if event]


def chat(body, upstream):
    asked = json.dumps(to_messages(json.loads(body))).encode()
    request = urllib.request.Request(upstream + "/v1/messages", asked)
    stream = ToChunks()
    try:
        with urllib.request.urlopen(request) as response:
            while data := response.read1():
                yield from stream.feed(data)
    except urllib.error.HTTPError as error:
        told = translate_error(error.read(), **PAIR, status=error.code)
        error.close()
        yield b"data: " + told.body + b"\\n\\n"
        return
    except (OSError, http.client.HTTPException):
        pass
    yield from stream.close()
"""
"""The proxy with modelwire inside; the page's tests pass on it."""


def run(folder, proxy=None):
    for block in blocks(PAGE):
        name = re.match(r"# (\w+\.py)\n", block)[1]
        (folder / name).write_text(block)
    (folder / "conftest.py").write_text(CONFTEST)
    (folder / "pytest.ini").write_text("[pytest]\nfilterwarnings = error\n")
    if proxy is not None:
        (folder / "proxy.py").write_text(proxy)
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-rfE", "--tb=short", "-p", "no:xdist"],
        cwd=folder, capture_output=True, text=True, check=False, timeout=180,
    ).stdout  # fmt: skip


def outcomes(out):
    return {
        name: re.findall(rf"^{name} (\S+::\S+)", out, re.MULTILINE)
        for name in ("FAILED", "ERROR")
    }


def test_the_page_on_its_own_proxy(tmp_path):
    pytest.importorskip("httpx")
    out = run(tmp_path)
    found = outcomes(out)
    assert not found["ERROR"], out
    failed = {test.partition("[")[0] for test in found["FAILED"]}
    assert failed == {
        "test_requests.py::test_a_request_of_ours",
        "test_requests.py::test_requests_that_nobody_thought_of",
        "test_streams.py::test_a_stream_that_breaks_off",
        "test_streams.py::test_streams_that_nobody_thought_of",
        "test_streams.py::test_reads_do_not_matter",
        "test_streams.py::test_damage_is_no_success",
        "test_faults.py::test_a_provider_that_breaks",
    }, out
    assert " 2 passed" in out, out  # every script of test_faults.py fails, too
    shown = blocks(PAGE, "text")
    assert len(shown) == 2
    for line in "".join(shown).splitlines():
        assert line.strip() in out
    assert "JSONDecodeError" in out


def test_the_page_on_a_proxy_that_is_right(tmp_path):
    pytest.importorskip("httpx")
    out = run(tmp_path, MENDED)
    assert outcomes(out) == {"FAILED": [], "ERROR": []}, out
    assert re.search(r"^\d+ passed in ", out, re.MULTILINE), out
