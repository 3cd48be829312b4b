"""The demo runs, checks itself, and notices when something is wrong."""

from __future__ import annotations

from modelwire._cli import _demo


def test_demo_is_right(capsys):
    assert _demo.run(pause=False) == 0
    shown = capsys.readouterr().out
    assert "demo: everything was right" in shown
    assert shown.count("===") == 4
    assert "loss: param.seed" in shown


def test_demo_notices_a_wrong_answer(capsys, monkeypatch):
    monkeypatch.setattr(_demo, "TEXT", "something else")
    assert _demo.run(pause=False) == 1
    assert "WRONG: openai-chat client: text" in capsys.readouterr().out
