"""Paths of a stream's losses."""

from __future__ import annotations

from modelwire.codecs._losses import LossLog, by_position
from modelwire.ir import LossCode


def test_choices_are_counted_where_some_are_missing():
    log = LossLog("openai-chat")
    log.drop(LossCode.OUT_TEXT, "$.choices[3].message.parts[1]")
    log.add(LossCode.OUT_TEXT, None, "synthesised", to="$.choices[3].finish")
    log.drop(LossCode.RESP_ID, "$.id")
    assert by_position(log.losses, (0, 1, 2, 3)) == log.losses
    moved = by_position(log.losses, (1, 3), (3,))
    assert [(loss.path, loss.to) for loss in moved] == [
        ("$.choices[1].message.parts[1]", None),
        (None, "$.choices[0].finish"),
        ("$.id", None),
    ]
