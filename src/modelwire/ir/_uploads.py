"""Files that a request carries as bytes, in a form beside its other fields."""

from __future__ import annotations

import attrs

from modelwire.ir._base import Extra, Node

__all__ = ["FormFile", "Upload"]


@attrs.frozen(kw_only=True, weakref_slot=False, eq=False, repr=False)
class Upload(Node):
    """A file as bytes.  Its JSON form is base64."""

    data: bytes = attrs.field(repr=False)
    """The content."""
    filename: str | None = None
    """The file's name; many servers read the format from its extension."""
    media_type: str | None = None
    """MIME type, parameters included; `None`: not said."""
    extra: Extra = attrs.field(factory=dict)
    """The part's other headers under `headers`, keyed by dialect."""


@attrs.frozen(kw_only=True, weakref_slot=False, eq=False, repr=False)
class FormFile(Node):
    """A file in a field that the IR has no name for."""

    field: str
    """The field, as the form names it."""
    file: Upload
    """The file."""
