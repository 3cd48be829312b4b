"""The plugin in a project of someone else: found by itself, quiet, and checked."""

from __future__ import annotations

import subprocess
import sys

import pytest

PROJECT = {
    "pytest.ini": "[pytest]\nfilterwarnings = error\n",
    "test_theirs.py": """
import json
import sys
import urllib.request

import pytest

EAGER = sorted(name for name in sys.modules if name.startswith("modelwire"))
BODY = {"model": "m", "messages": [{"role": "user", "content": "Hi"}]}


def ask(upstream):
    data = json.dumps(BODY).encode()
    with urllib.request.urlopen(upstream.url + "/v1/chat/completions", data) as answer:
        return json.load(answer)


def test_upstream(modelwire_upstream):
    upstream = modelwire_upstream("openai-chat", "Hello.")
    other = modelwire_upstream("openai-chat", ["Bye."])
    assert ask(upstream)["choices"][0]["message"]["content"] == "Hello."
    assert ask(other)["choices"][0]["message"]["content"] == "Bye."
    assert upstream.requests[0].request.model == "m"


def test_used_up(modelwire_upstream):
    upstream = modelwire_upstream("openai-chat", [])
    with pytest.raises(OSError, match="500") as raised:
        ask(upstream)
    raised.value.close()


def test_chunkings(modelwire_chunkings):
    assert all(b"".join(pieces) == b"abc" for pieces in modelwire_chunkings(b"abc"))
    assert [b"a", b"b", b"c"] in list(modelwire_chunkings(b"abc", seed=1))


def test_what_was_loaded():
    loaded = [name for name in EAGER if "testing" in name]
    assert loaded == ["modelwire.testing", "modelwire.testing.pytest_plugin"]
    assert "hypothesis" not in sys.modules
    assert "modelwire.testing.strategies" not in sys.modules
""",
}


def test_a_fresh_project(tmp_path):
    for name, text in PROJECT.items():
        (tmp_path / name).write_text(text)
    done = subprocess.run(
        # Hypothesis brings a plugin too; xdist's workers would hide the loaded modules.
        [sys.executable, "-m", "pytest", "-q", "-p", "no:hypothesispytest",
         "-p", "no:xdist", "-p", "no:cacheprovider"],
        cwd=tmp_path, capture_output=True, text=True, check=False, timeout=120,
    )  # fmt: skip
    # The one that asks too often passes, and its clean-up tells.
    assert "4 passed, 1 error" in done.stdout, done.stdout + done.stderr
    assert "no reply is left" in done.stdout


@pytest.mark.parametrize("name", ["modelwire_upstream", "modelwire_chunkings"])
def test_fixtures_are_here_too(request, name):
    assert request.getfixturevalue(name)


def test_long_bytes_are_not_fed_one_by_one(modelwire_chunkings):
    data = bytes(100_001)
    for pieces in modelwire_chunkings(data):
        assert len(pieces) < 50
        assert b"".join(pieces) == data
