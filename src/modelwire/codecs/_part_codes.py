"""
Which concept a part belongs to, where its type alone does not say.

Source:
    wire/mapping.md sections 2 to 4, read 2026-11-21.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from modelwire.codecs._concept_codes import SERVER_TOOL_CODES
from modelwire.ir._loss_codes import LossCode
from modelwire.ir._parts import UrlSource

if TYPE_CHECKING:
    from modelwire.ir._parts import VideoPart

__all__ = ["call_code", "result_part_code", "video_code"]

_YOUTUBE: Final = r"(?i)https?://(?:(?:www\.|m\.)?youtube\.com|youtu\.be)/"
_CALLS: Final = {
    "computer": LossCode.BT_COMPUTER,
    "mcp_approval": LossCode.BT_MCP_APPROVAL,
    **{
        kind: code
        for kind, code in SERVER_TOOL_CODES.items()
        if code is LossCode.BT_SHELL_EDITOR_MEMORY_PATCH
    },
}
_PARTS: Final = {
    "ImagePart": LossCode.TOOL_RESULT_IMAGE,
    "DocumentPart": LossCode.TOOL_RESULT_FILE_DOC,
    "AudioPart": LossCode.TOOL_RESULT_FILE_DOC,
    "VideoPart": LossCode.TOOL_RESULT_FILE_DOC,
    "SearchResultPart": LossCode.TOOL_RESULT_SEARCH_RESULT_TOOL_REFERENCE,
    "UnknownPart": LossCode.TOOL_RESULT_SEARCH_RESULT_TOOL_REFERENCE,
}


def call_code(kind: str) -> LossCode:
    """
    Give the concept of a call that the caller answers with a vendor's own tool.

    Args:
        kind: `ToolCallPart.kind`.

    Returns:
        The tool's concept; a kind that is not known is a call like any other.
    """
    return _CALLS.get(kind, LossCode.OUT_TOOL_CALL)


def video_code(part: VideoPart) -> LossCode:
    """
    Give the concept of a video.

    Args:
        part: The video.

    Returns:
        A concept of its own for one that stands at YouTube: no other provider can
        fetch it.
    """
    source = part.source
    if isinstance(source, UrlSource) and re.match(_YOUTUBE, source.url):
        return LossCode.IN_YOUTUBE_URI
    return LossCode.IN_VIDEO


def result_part_code(part: object) -> LossCode:
    """
    Give the concept of what stands in a tool result.

    Args:
        part: A part of its content.

    Returns:
        The concept of that kind of content in a result.
    """
    return _PARTS.get(type(part).__name__, LossCode.TOOL_RESULT_TEXT)
