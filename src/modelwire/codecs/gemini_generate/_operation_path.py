"""
Paths of what a model does beside answering: `models/{model}:{action}`.

Source:
    wire/gemini_generate.md and wire/auth_and_urls.md, read 2026-11-21.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from modelwire.codecs._percent import unquoted
from modelwire.codecs.gemini_generate._request import request_path
from modelwire.codecs.gemini_generate._request_decode import COLLECTIONS
from modelwire.ir._request import ChatRequest

if TYPE_CHECKING:
    from modelwire.codecs._losses import LossLog
    from modelwire.codecs._profile import Profile

__all__ = ["operation_path", "path_model"]

_NAMED: Final = r"(?:^|/)(models|tunedModels|endpoints)/([^/?]+):([A-Za-z]+)/?(?:\?|$)"


def operation_path(model: str, action: str, profile: Profile, log: LossLog) -> str:
    """
    Give the path of an operation.

    Args:
        model: The model's name, perhaps a resource name.
        action: The operation (`embedContent`).
        profile: The variant; Vertex names the publisher.
        log: Where losses go.

    Returns:
        The path; the name is escaped.
    """
    chat = ChatRequest(model=model)
    return request_path(chat, profile, log).removesuffix("generateContent") + action


def path_model(path: str) -> tuple[str, str] | None:
    """
    Read which model a path names, and the operation.

    Args:
        path: The path of a request.

    Returns:
        The model (with its collection, where that is not `models`) and the operation;
        `None`: it names none.
    """
    named = re.search(_NAMED, path)
    if named is None:
        return None
    model = unquoted(named[2])
    return (f"{named[1]}/{model}" if named[1] in COLLECTIONS else model), named[3]
