"""
Unknown fields and notes of this dialect, back onto the wire.

It takes a node's `extra` and the object that is being written, and records the fields
of other dialects.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from modelwire.codecs._own_extra import OwnExtra
from modelwire.codecs.gemini_generate._wire import DIALECT

if TYPE_CHECKING:
    from modelwire.codecs._losses import LossLog
    from modelwire.ir._base import Extra, JSONObject
    from modelwire.ir._loss_codes import LossCode

__all__ = ["drop_all", "spelling_of", "write_extra"]

spelling_of = OwnExtra(DIALECT).spelling


def write_extra(
    extra: Extra,
    out: JSONObject,
    path: str,
    log: LossLog,
    code: LossCode,
) -> None:
    """
    Write this dialect's unknown fields into *out*; record those of others.

    Args:
        extra: The node's `extra`.
        out: The object that is being written; inner objects are completed too.
        path: The node's path.
        log: Where losses go.
        code: The concept that the node belongs to.
    """
    if not extra:
        return
    own = extra.get(DIALECT)
    if own:
        _merge(own, out, f"{path}.extra[{DIALECT!r}]", log, code)
    if len(extra) > 1 or own is None:
        log.drop_extra(extra, path, code)


def _merge(
    fields: JSONObject, out: JSONObject, path: str, log: LossLog, code: LossCode
) -> None:
    for name, value in fields.items():
        if name.startswith("$"):
            continue
        if name not in out:
            out[name] = value
        elif isinstance(out[name], dict) and isinstance(value, dict):
            # What a known object says beyond the IR joins it.
            out[name] = dict(out[name])
            _merge(value, out[name], f"{path}.{name}", log, code)
        elif out[name] != value:
            log.drop(code, f"{path}.{name}")


def drop_all(extra: Extra, path: str, code: LossCode, log: LossLog) -> None:
    """
    Record every unknown field of a node that has no object of its own here.

    Args:
        extra: The node's `extra`.
        path: The node's path.
        code: The concept that the node belongs to.
        log: Where losses go.
    """
    for dialect, fields in extra.items():
        for name in fields:
            if not name.startswith("$"):
                log.drop_field(code, path, dialect, name)
