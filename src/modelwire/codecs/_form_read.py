"""
Reading a `multipart/form-data` request field by field, as `Reader` reads JSON.

In a form every value is text, lists are repeated names and objects are names with
brackets.  `FormReader` gives the same typed values as `Reader`, so that one function
reads a request in either form.  What a client wrote is kept where it is not the usual
spelling (`notes`), so that the encoder can repeat it.

Source:
    wire/modalities.md sections 2 and 3; the array format `brackets` and the nested
    names of openai-python 3.52 (`_qs.py`, `_base_client.py`), read 2026-11-21.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final, cast

from modelwire import framing, ir
from modelwire.codecs._json import loads
from modelwire.codecs._reader import Reader
from modelwire.errors import Problem, RemoteProtocolError, RequestDecodeError

if TYPE_CHECKING:
    from modelwire.codecs._base import Headers
    from modelwire.ir._base import JSONObject

__all__ = ["FormReader", "form_boundary", "nested_reader", "read_form"]

_INTEGER: Final = r"[+-]?[0-9]{1,18}(?:\.0{1,9})?\Z"
_NUMBER: Final = r"[+-]?[0-9]{1,18}(?:\.[0-9]{0,30})?(?:[eE][+-]?[0-9]{1,2})?\Z"
_BRACKETS: Final = r"\[([^\[\]]*)\]"
_WORDS: Final = {"true": True, "false": False, "1": True, "0": False}
# Said again by whoever writes the part.
_FRAMING_HEADERS: Final = frozenset({"content-length"})
_MAX_LEVELS: Final = 8


def form_boundary(headers: Headers) -> str | None:
    """
    Find the boundary of a form.

    Args:
        headers: The request's headers.

    Returns:
        The boundary; `None`: the body is no form.
    """
    for name, value in headers:
        if name.lower() == "content-type":
            return framing.boundary_of(value)
    return None


def read_form(
    body: bytes, boundary: str, dialect: str, problems: list[Problem]
) -> FormReader:
    """
    Parse the body of a form.

    Args:
        body: The body.
        boundary: What separates its parts.
        dialect: The dialect of the request.
        problems: Where faults of single fields go.

    Returns:
        A reader of the form's fields.

    Raises:
        RequestDecodeError: The body is no such form.
    """
    decoder = framing.MultipartDecoder(boundary)
    parts: list[framing.FormPart] = []
    for item in [*decoder.feed(body), *decoder.close()]:
        if isinstance(item, framing.MultipartFault):
            problem = Problem("$", "a form", f"no form ({item.error})"[:200])
            raise RequestDecodeError((problem,), dialect=dialect) from item.error
        parts.append(item)
    return FormReader(parts, dialect, problems)


class FormReader(Reader):
    """Takes known fields and files out of one form and keeps the rest."""

    __slots__ = ("dialect", "files", "notes")

    def __init__(
        self,
        parts: list[framing.FormPart],
        dialect: str,
        problems: list[Problem] | None,
    ) -> None:
        super().__init__({}, "$", problems)
        self.dialect = dialect
        """The dialect of the request."""
        self.files: list[tuple[str, ir.Upload]] = []
        """Files that have not been taken yet, with the names of their parts."""
        self.notes: JSONObject = {}
        """How lists and objects were spelled, by field."""
        repeated: list[str] = []
        for part in parts:
            if part.filename is not None or _is_media(part.content_type):
                self.files.append((part.name, _upload(part, dialect)))
                continue
            try:
                text = part.data.decode()
            except UnicodeDecodeError:
                # A file without a name: some clients leave it out.
                self.files.append((part.name, _upload(part, dialect)))
                continue
            known = self.left.get(part.name)
            if known is None:
                self.left[part.name] = text
            elif isinstance(known, list):
                known.append(text)
            else:
                self.left[part.name] = [known, text]
                if not part.name.endswith("[]"):
                    repeated.append(part.name)
        if repeated:
            self.notes["repeated"] = repeated

    def integer(self, key: str) -> int | None:
        """Take an integer."""
        text = self._text(key)
        if text is None:
            return None
        if re.match(_INTEGER, text):
            del self.left[key]
            return int(text.partition(".")[0])
        self.fault(key, "integer", "string")
        return None

    def number(self, key: str) -> float | None:
        """Take a number; one without fraction and exponent is an `int`."""
        text = self._text(key)
        if text is None:
            return None
        if re.match(_NUMBER, text):
            del self.left[key]
            plain = text.lstrip("+-").isdigit()
            return int(text) if plain else float(text)
        self.fault(key, "number", "string")
        return None

    def boolean(self, key: str) -> bool | None:
        """Take a boolean: `true` and `false` in any case, `1` and `0`."""
        text = self._text(key)
        if text is None:
            return None
        value = _WORDS.get(text.strip().lower())
        if value is None:
            self.fault(key, "boolean", "string")
        else:
            del self.left[key]
        return value

    def strings(self, key: str) -> tuple[str, ...] | None:
        """Take a list: `key[]`, `key` or `key[0]`, repeated."""
        names: list[str] = []
        values: list[str] = []
        for name in [n for n in self.left if _is_item(n, key)]:
            found = self.left.pop(name)
            texts: list[str] = found if isinstance(found, list) else [found]
            names += [name] * len(texts)
            values += texts
        if not names:
            return None
        if any(name != f"{key}[]" for name in names):
            self.notes[key] = names
        repeated = [n for n in self.notes.pop("repeated", ()) if n not in names]
        if repeated:
            self.notes["repeated"] = repeated
        return tuple(values)

    def mapping(self, key: str, *, required: bool = False) -> JSONObject | None:
        """Take an object: `key[name]` for each member, or JSON as text."""
        text = self.left.get(key)
        if isinstance(text, dict):
            # A member of an object that was read before.
            del self.left[key]
            return text
        if isinstance(text, str) and text.lstrip().startswith("{"):
            try:
                value = loads(text)
            except RemoteProtocolError:
                self.fault(key, "object", "string")
                return None
            # JSON that begins with a brace is an object.
            del self.left[key]
            self.notes[key] = "json"
            return cast("JSONObject", value)
        out: JSONObject = {}
        for name in [n for n in self.left if n.startswith(f"{key}[")]:
            path = _members(name[len(key) :])
            if path is not None and _put(out, path, self.left[name]):
                del self.left[name]
        if out:
            return out
        if required:
            self.fault(key, "object", "nothing" if text is None else "string")
        return None

    def take_files(self, key: str) -> list[tuple[str, ir.Upload]]:
        """Take the files of a field: `key`, `key[]` or `key[0]`, repeated."""
        taken = [pair for pair in self.files if _is_item(pair[0], key)]
        self.files = [pair for pair in self.files if not _is_item(pair[0], key)]
        # A text in the place of a file is its content, sent without a file name.
        for name in [n for n in self.left if _is_item(n, key)]:
            found = self.left.pop(name)
            texts: list[str] = found if isinstance(found, list) else [found]
            taken += [(name, ir.Upload(data=text.encode())) for text in texts]
        return taken

    def inside(self, key: str, members: JSONObject) -> FormReader:
        """Make a reader of an object that `mapping` gave, whose values are text."""
        reader = FormReader([], self.dialect, self.problems)
        reader.left = members
        reader.path = f"{self.path}.{key}"
        return reader

    def _text(self, key: str) -> str | None:
        value = self.left.get(key)
        if isinstance(value, list):
            self.fault(key, "one value", "several")
            return None
        return value if isinstance(value, str) else None


def nested_reader(reader: Reader, key: str) -> Reader | None:
    """
    Take an object out of a request, in either form.

    Args:
        reader: The reader of the request.
        key: The object's field.

    Returns:
        A reader of the object; `None`: there is none.
    """
    members = reader.mapping(key)
    if members is None:
        return None
    if isinstance(reader, FormReader) and reader.notes.get(key) != "json":
        return reader.inside(key, members)
    return Reader(members, f"{reader.path}.{key}", reader.problems)


def _upload(part: framing.FormPart, dialect: str) -> ir.Upload:
    headers = [
        [name, value]
        for name, value in part.headers
        if name.lower() not in _FRAMING_HEADERS
    ]
    return ir.Upload(
        data=part.data,
        filename=part.filename,
        media_type=part.content_type,
        extra={dialect: {"headers": headers}} if headers else {},
    )


def _is_media(content_type: str | None) -> bool:
    """Say whether a part without a file name is a file all the same."""
    kind = (content_type or "").partition(";")[0].strip().lower()
    return bool(kind) and not kind.startswith("text/") and kind != "application/json"


def _is_item(name: str, key: str) -> bool:
    """Say whether *name* is *key*, as it is or as an item of a list."""
    if not name.startswith(key):
        return False
    rest = name[len(key) :]
    return rest in ("", "[]") or (
        rest[0] == "[" and rest[-1] == "]" and rest[1:-1].isdigit()
    )


def _members(brackets: str) -> list[str] | None:
    """Read `[a][b]`."""
    names = re.findall(_BRACKETS, brackets)
    whole = "".join(f"[{name}]" for name in names) == brackets
    return names if whole and 0 < len(names) <= _MAX_LEVELS and all(names) else None


def _put(out: JSONObject, path: list[str], value: Any) -> bool:
    """Write a member; say whether its place was free."""
    for name in path[:-1]:
        inner = out.setdefault(name, {})
        if not isinstance(inner, dict):
            return False
        out = inner
    if path[-1] in out:
        return False
    out[path[-1]] = value
    return True
