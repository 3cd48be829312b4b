"""The demo runs, checks itself, and notices when something is wrong."""

from __future__ import annotations

import builtins
import contextlib
import io
import sys

import pytest

from modelwire.__main__ import main
from modelwire._cli import _demo, _demo_clients

CLIENTS = ("openai", "anthropic")
HTTP = ("httpx", "httpx2")


@pytest.fixture
def without(monkeypatch):
    """Make packages look as if they were not installed."""

    def hide(*names):
        real = builtins.__import__

        def fake(name, *args, **more):
            if name.partition(".")[0] in names:
                raise ModuleNotFoundError(name=name.partition(".")[0])
            return real(name, *args, **more)

        monkeypatch.setattr(builtins, "__import__", fake)
        for name in names:
            monkeypatch.setitem(sys.modules, name, None)

    return hide


def shown_by(capsys):
    assert _demo.run(pause=False) == 0
    shown = capsys.readouterr().out
    assert "demo: everything was right" in shown
    assert shown.count("===") == 4
    for code in ("param.seed", "param.top_k"):
        assert f"loss: {code}" in shown
    assert "upstream > data: " in shown
    assert "   client < data: " in shown
    return shown


def test_one_can_watch_it(monkeypatch):
    """The upstream waits between its writes; standard output may be anything."""
    waits = []
    # Without uvicorn nothing but the upstream of the demo sleeps.
    monkeypatch.setitem(sys.modules, "uvicorn", None)
    monkeypatch.setattr("modelwire._cli._demo_net.time.sleep", waits.append)
    shown = io.StringIO()
    with contextlib.redirect_stdout(shown):
        assert main(["demo"]) == 0
    assert "demo: everything was right" in shown.getvalue()
    assert set(waits) == {0.01}
    waits.clear()
    with contextlib.redirect_stdout(shown):
        assert main(["demo", "--fast"]) == 0
    assert waits == []


def test_with_the_vendors_clients(capsys):
    for name in (*CLIENTS, "uvicorn"):
        pytest.importorskip(name)
    shown = shown_by(capsys)
    assert "=== openai " in shown
    assert "=== anthropic " in shown
    assert "status 200, finish tool_calls, tokens in 400, out 88" in shown


def test_without_the_vendors_clients(capsys, without):
    pytest.importorskip("uvicorn")
    without(*CLIENTS)
    shown = shown_by(capsys)
    assert shown.count("=== httpx and a reader by hand asks") == 2
    assert "modelwire serves at http://127.0.0.1:" in shown


@pytest.mark.parametrize("missing", [HTTP, ("uvicorn",)], ids=["httpx", "uvicorn"])
def test_with_the_standard_library_alone(capsys, without, missing):
    without(*CLIENTS, *missing)
    shown = shown_by(capsys)
    assert "a small proxy is the gateway" in shown
    assert shown.count("=== a reader by hand asks") == 2


def test_it_notices_a_wrong_answer(capsys, monkeypatch):
    monkeypatch.setattr(_demo, "TEXT", "something else")
    assert _demo.run(pause=False) == 1
    shown = capsys.readouterr().out
    assert "WRONG: openai-chat client: text" in shown
    assert "demo: something is wrong" in shown


def test_it_notices_an_answer_that_is_cut(capsys, monkeypatch, without):
    without(*CLIENTS)
    cut = _demo.ANTHROPIC_STREAM[: _demo.ANTHROPIC_STREAM.index(b"message_delta")]
    first, second = _demo._DIRECTIONS
    import attrs

    monkeypatch.setattr(_demo, "_DIRECTIONS", (attrs.evolve(first, script=cut), second))
    assert _demo.run(pause=False) == 1
    assert "end of stream is False" in capsys.readouterr().out


def test_the_readers_by_hand_read_what_the_packages_read():
    assert set(_demo_clients._PACKAGES) == {way.client for way in _demo._DIRECTIONS}
