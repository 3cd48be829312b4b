"""Values that the rich bodies of several dialects share."""

from __future__ import annotations

SCHEMA = {
    "type": "object",
    "properties": {"city": {"type": "string"}},
    "required": ["city"],
}
PNG = "iVBORw0KGgo="
DATA = f"data:image/png;base64,{PNG}"
