"""
Content parts that become text or several items, for the dialects of the OpenAI API.

What a part is written as differs; how the change is recorded does not.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from modelwire.ir._parts import TextPart

if TYPE_CHECKING:
    from modelwire.codecs._losses import LossLog
    from modelwire.ir._loss_codes import LossCode
    from modelwire.ir._parts import Part, SearchResultPart

__all__ = ["ItemPlaces", "search_text", "text_of"]


class ItemPlaces:
    """
    Where the items of a part's writer will stand, and where losses go.

    Args:
        log: Where losses go.
        parts: The path of the list of parts in the decoded output.
        items: How many parts it has already.
    """

    __slots__ = ("items", "log", "parts")

    def __init__(self, log: LossLog, parts: str = "", items: int = 0) -> None:
        self.log = log
        self.parts = parts
        self.items = items

    def place(self, number: int = 0) -> str:
        """Give the path that the writer's item *number* will have in the output."""
        return f"{self.parts}[{self.items + number}]"

    def became(self, code: LossCode, path: str, count: int, detail: str) -> None:
        """Record that the part at *path* became *count* items of another kind."""
        self.log.approximate(code, path, detail, to=self.place())
        for number in range(1, count):
            self.log.add(
                code, None, "synthesised", to=self.place(number), detail=detail
            )


def text_of(parts: tuple[Part, ...]) -> str:
    """
    Join the texts of *parts*.

    Args:
        parts: Parts of any kind.

    Returns:
        The text of the text parts, a line each.
    """
    return "\n".join(part.text for part in parts if isinstance(part, TextPart))


def search_text(part: SearchResultPart) -> str:
    """
    Write a search result as text.

    Args:
        part: The result.

    Returns:
        Title and address above its content.
    """
    return f"{part.title}\n{part.source}\n\n{text_of(part.content)}"
