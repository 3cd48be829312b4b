"""
Items and parts: `decode_item` and `encode_items`, for whoever needs both.

Source:
    wire/openai_responses.md sections 2 and 3, read 2026-11-21.
"""

from __future__ import annotations

from modelwire.codecs.openai_responses._items_decode import (
    decode_content,
    decode_item,
)
from modelwire.codecs.openai_responses._items_encode import ItemWriter, encode_items

__all__ = ["ItemWriter", "decode_content", "decode_item", "encode_items"]
