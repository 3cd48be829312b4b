"""
Tools of the OpenAI API and the choice among them: what its dialects decide alike.

Where a name or a grammar stands differs (flat or inside an object of its own); which
tools are there, what they are called and which choice is left does not.

Source:
    wire/openai_chat.md section 3, wire/openai_responses.md section 4 and
    wire/mapping.md section 4, read 2026-11-21.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from modelwire.codecs._aliases import renamed_tool
from modelwire.codecs._concept_codes import CHOICE_CODES
from modelwire.codecs._reader import Reader, describe
from modelwire.ir._loss_codes import LossCode
from modelwire.ir._tools import Grammar

if TYPE_CHECKING:
    from modelwire.codecs._aliases import AliasBook
    from modelwire.codecs._losses import LossLog
    from modelwire.ir._base import JSONObject
    from modelwire.ir._tools import AllowedTool, ToolChoice

__all__ = [
    "PLACE",
    "EncodedTools",
    "allowed_name",
    "is_writable",
    "named_tool",
    "take_grammar",
]

PLACE: Final = frozenset({"city", "country", "region", "timezone"})
"""What the web search takes of a user's location."""
_CHOICE: Final = "$.tool_choice"
_CALLABLE: Final = ("function", "custom")


def take_grammar(
    reader: Reader, notes: JSONObject, *, inner: str | None = None
) -> Grammar | None:
    """
    Take `format` of a free-text tool.

    Args:
        reader: The tool.
        notes: Where the form that says nothing is noted.
        inner: The field with the object that the grammar stands in; `None`: it stands
            beside the type.

    Returns:
        The grammar; `None`: any text, or a format that is not known and stays.
    """
    form = reader.left.get("format")
    if form is None:
        return None
    if not isinstance(form, dict):
        reader.fault("format", "object", describe(form))
        return None
    kind = form.get("type")
    if kind == "text" and len(form) == 1:
        notes["format"] = "text"
        del reader.left["format"]
        return None
    body: Any = {k: v for k, v in form.items() if k != "type"}
    if inner is not None:
        body = body[inner] if body.keys() == {inner} else {}
    if (
        kind == "grammar"
        and isinstance(body, dict)
        and body.keys() == {"syntax", "definition"}
        and isinstance(body["syntax"], str)
        and isinstance(body["definition"], str)
    ):
        del reader.left["format"]
        return Grammar(syntax=body["syntax"], definition=body["definition"])
    return None


class EncodedTools:
    """What was found while tools were written: the wire list, and which are left."""

    __slots__ = ("dropped", "names", "tools", "web_search")

    def __init__(self) -> None:
        self.tools: list[JSONObject] = []
        """Entries of `tools`."""
        self.web_search: JSONObject | None = None
        """`web_search_options`, where the dialect has it and the search is wanted."""
        self.names: set[str] = set()
        """Target names of the declared tools."""
        self.dropped = False
        """Whether a tool could not be written."""


def is_writable(choice: ToolChoice, found: EncodedTools, log: LossLog) -> bool:
    """
    Say whether there is anything left to choose.

    Args:
        choice: The choice; one of the target's own unknown words is not asked about.
        found: The tools that are declared.
        log: Where losses go.

    Returns:
        False for a choice that is recorded as dropped.
    """
    if choice.mode == "unknown":
        log.drop(LossCode.TOOL_CHOICE_SPECIFIC, _CHOICE)
        return False
    if found.dropped and not found.tools:
        # OpenAI refuses a choice without tools, so it goes where they went.
        log.drop(CHOICE_CODES[choice.mode], _CHOICE, "no tool is left to choose")
        return False
    return True


def named_tool(
    choice: ToolChoice, found: EncodedTools, log: LossLog, book: AliasBook
) -> tuple[str, str] | None:
    """
    Give the one tool that must be called.

    Args:
        choice: A choice of mode `tool`.
        found: The tools that are declared.
        log: Where losses go.
        book: Where renamed tools are noted.

    Returns:
        Its kind (`function` or `custom`) and its name; `None`: it was dropped.
    """
    source = choice.name or ""
    if found.dropped and book.name(source) not in found.names:
        log.drop(LossCode.TOOL_CHOICE_SPECIFIC, _CHOICE, "the named tool was dropped")
        return None
    kind = choice.kind
    if kind not in _CALLABLE:
        log.approximate(LossCode.TOOL_CHOICE_SPECIFIC, f"{_CHOICE}.kind")
        kind = "function"
    return kind, renamed_tool(source, _CHOICE, log, book)


def allowed_name(
    tool: AllowedTool, path: str, found: EncodedTools, log: LossLog, book: AliasBook
) -> str | None:
    """
    Give the name of a function or custom tool of an allowed subset.

    Args:
        tool: The entry.
        path: Its place.
        found: The tools that are declared.
        log: Where losses go.
        book: Where renamed tools are noted.

    Returns:
        The target's name; `None`: the tool was dropped, and so is the entry.
    """
    if found.dropped and book.name(tool.name) not in found.names:
        log.drop(LossCode.TOOL_CHOICE_SUBSET, path, "the tool was dropped")
        return None
    return renamed_tool(tool.name, path, log, book)
