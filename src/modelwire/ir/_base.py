"""What every IR class shares: the base class (`modelwire._node`) and JSON aliases."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeAlias

from modelwire._node import Node

__all__ = ["Extra", "JSONObject", "Node"]

JSONObject: TypeAlias = dict[str, Any]
"""A parsed JSON object.  Treat it as read-only once it stands in an IR value."""

Extra: TypeAlias = Mapping[str, JSONObject]
"""
What the IR has no name for, keyed by dialect: `{"openai-chat": {"field": value}}`.

Only the encoder of that dialect reads its entry; for every other target each field
in it is a loss.  Keys are wire field names, verbatim.  The one key that is not,
`"$spelling"`, holds notes about equivalent spellings (docs/decisions/0003).
"""
