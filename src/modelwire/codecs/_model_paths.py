"""
Paths and queries of model lists, which all vendors have alike.

Source:
    the paths that openai 3.52, anthropic 2.11 and google-genai 3.4 build, read
    2026-11-21.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from modelwire.codecs._percent import query_pairs, quoted, unquoted

if TYPE_CHECKING:
    from modelwire.ir._base import JSONObject

__all__ = ["listed_model", "model_path", "query_of"]

_ONE: Final = (
    r"(?:^|/)(?:models/|(?P<collection>tunedModels|endpoints)/)"
    r"(?P<model>[^?]+?)/?(?:\?|$)"
)
_CREDENTIALS: Final = frozenset({"key", "access_token", "api_key"})


def listed_model(path: str) -> str | None:
    """
    Read which model a path asks for.

    Args:
        path: The path of a request.

    Returns:
        The model's name; `None`: all models are asked for.
    """
    found = re.search(_ONE, path)
    if found is None:
        return None
    model = unquoted(found["model"])
    return f"{found['collection']}/{model}" if found["collection"] else model


def model_path(path: str, model: str | None) -> str:
    """
    Give the path of a list, or of one model.

    Args:
        path: The path of the list.
        model: The model; `None`: all.

    Returns:
        The path; the name is escaped, so that it cannot leave its segment.
    """
    if model is None:
        return path
    return f"{path}/{quoted(model)}"


def query_of(path: str, query: str) -> JSONObject:
    """
    Read the query of a request.

    Args:
        path: The path, perhaps with the query behind it.
        query: The query.

    Returns:
        Its pairs, without credentials; the last of one name counts.
    """
    pairs = query_pairs(query or path.partition("?")[2], blank=True)
    return {name: value for name, value in pairs if name not in _CREDENTIALS}
