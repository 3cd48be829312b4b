"""
Parse JSON that is still arriving, to show it before it is whole.

`PartialJSON` reads each character once and builds the value as it goes; a snapshot
costs the size of the value.  What a snapshot says, the same as jiter, which the
OpenAI and Anthropic SDKs use:

- a cut literal (`tru`) or number (`12.`, `1e`) is absent, never completed, and takes
  its key with it; a number that could end here counts as read;
- a cut key drops its pair;
- a cut string is absent, or with *trailing_strings* the text so far: an escape only
  when whole, a high surrogate only when what follows is known;
- the last of equal keys wins.

Stricter than jiter: text that can no longer become valid JSON is `invalid`, at the
first character that makes it so.  NaN, Infinity, numbers beyond a float and integers
beyond the interpreter's 4300 digits are invalid and lone surrogates are kept, so that
`complete` means what `codecs._json.loads` takes as text.  (A byte order mark, which
it skips in front of bytes, is invalid here: deltas have none.)
"""

from __future__ import annotations

import enum
import re
from math import isfinite
from typing import Any, Final, Literal, TypeAlias

import attrs

from modelwire.errors import LimitExceededError, RemoteProtocolError, StateError

__all__ = [
    "ABSENT",
    "Absent",
    "PartialJSON",
    "PartialResult",
    "PartialStatus",
    "parse_partial",
]

PartialStatus: TypeAlias = Literal[
    "empty", "partial", "complete", "invalid", "depth_error"
]
"""How far the text has come; the last two are final."""


class Absent(enum.Enum):
    """The class of `ABSENT`."""

    ABSENT = "absent"


ABSENT: Final = Absent.ABSENT
"""There is no value yet; `None` would be JSON's null."""


class _State(enum.IntEnum):
    VALUE = 0  #: a value must come
    FIRST_ITEM = 1  #: after `[`: a value or the end
    FIRST_KEY = 2  #: after `{`: a key or the end
    KEY = 3  #: after a comma in an object: a key
    COLON = 4  #: after a key
    AFTER = 5  #: after a value in a container: a comma or the end
    STRING = 6  #: inside a string, between escapes
    ESCAPE = 7  #: inside an escape
    NUMBER = 8  #: inside a number
    LITERAL = 9  #: inside true, false or null
    DONE = 10  #: after the whole value: blanks only


_BLANKS: Final = re.compile(r"[ \t\n\r]*")
_PLAIN_TEXT: Final = re.compile(r'[^"\\\x00-\x1f]*')
_HEX: Final = frozenset("0123456789abcdefABCDEF")
_ESCAPES: Final = {
    '"': '"', "\\": "\\", "/": "/",
    "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t",
}  # fmt: skip
_LITERALS: Final = {"t": "true", "f": "false", "n": "null"}
_LITERAL_VALUES: Final = {"true": True, "false": False, "null": None}
_UNEXPECTED: Final = "an unexpected character"

# The grammar of numbers, RFC 8259 section 6: state -> class of character -> state.
_NUMBER: Final[dict[str, dict[str, str]]] = {
    "minus": {"0": "zero", "9": "int"},
    "zero": {".": "dot", "e": "exp"},
    "int": {"0": "int", "9": "int", ".": "dot", "e": "exp"},
    "dot": {"0": "frac", "9": "frac"},
    "frac": {"0": "frac", "9": "frac", "e": "exp"},
    "exp": {"+": "sign", "-": "sign", "0": "power", "9": "power"},
    "sign": {"0": "power", "9": "power"},
    "power": {"0": "power", "9": "power"},
}
_CLASSES: Final = {
    **dict.fromkeys("123456789", "9"),
    "0": "0",
    ".": ".",
    "e": "e",
    "E": "e",
    "+": "+",
    "-": "-",
}
_CAN_END: Final = frozenset({"zero", "int", "frac", "power"})


@attrs.frozen
class PartialResult:
    """What `parse_partial` found."""

    status: PartialStatus
    """How far the text has come."""
    value: Any
    """The value so far, or `ABSENT`."""
    extendable: bool = False
    """A number at the top level is complete, and more digits may still come."""


class PartialJSON:
    """
    An incremental parser of one JSON text.

    One parser per text; not thread-safe.  `copy.copy` and `copy.deepcopy` both give
    an independent parser.

    Args:
        max_depth: How many containers may be open at once.

    Invariants:
        Status and value depend on the text so far, never on how it was cut.
    """

    __slots__ = (
        "_escape", "_fault", "_fed", "_held", "_high", "_is_key", "_keys", "_literal",
        "_max_depth", "_number", "_open", "_pieces", "_root", "_seen", "_state",
        "_word",
    )  # fmt: skip

    def __init__(self, *, max_depth: int = 128) -> None:
        self._max_depth = max_depth
        self._state = _State.VALUE
        self._root: Any = ABSENT
        self._open: list[Any] = []  # the containers that have begun, outermost first
        self._keys: list[str] = []  # beside each: the key of its newest pair
        self._pieces: list[str] = []  # of the string or number being read
        self._is_key = False
        self._escape = ""  # of the escape being read, without its backslash
        self._high = ""  # an escaped high surrogate that waits for its partner
        self._word = ""  # the literal being read
        self._literal = ""  # what is still missing of the literal being read
        self._number = ""  # state in _NUMBER
        self._held: bytes | str = b""  # a cut character at the end of what was fed
        self._seen = False  # anything but blanks
        self._fed = 0  # bytes of UTF-8 that the grammar has seen
        self._fault: RemoteProtocolError | None = None

    def __copy__(self) -> PartialJSON:
        return self.__deepcopy__({})

    def __deepcopy__(self, _memo: dict[int, Any]) -> PartialJSON:
        # Not the generic one: it recurses as deep as the text nests.
        made = PartialJSON()
        for name in self.__slots__:
            setattr(made, name, getattr(self, name))
        made._pieces = self._pieces.copy()
        made._keys = self._keys.copy()
        made._root = _clone(self._root)
        made._open = self._open_in(made._root)
        return made

    def feed(self, data: str | bytes) -> None:
        """
        Take the next piece of the text.

        Args:
            data: Any cut, str or bytes of UTF-8; empty is allowed and does nothing.
                After a fault it is ignored.

        Raises:
            StateError: *data* is of another type, or str came inside a character
                that bytes had begun.
        """
        if not isinstance(data, str | bytes):
            msg = f"feed takes str or bytes, not {type(data).__name__}"  # type: ignore[unreachable]
            raise StateError(msg)
        if not data or self._fault is not None:
            return
        if isinstance(data, bytes):
            self._feed_bytes(data)
        else:
            self._feed_text(data)

    @property
    def status(self) -> PartialStatus:
        """How far the text has come."""
        error = self.error
        if error is not None:
            return "depth_error" if isinstance(error, LimitExceededError) else "invalid"
        if self._state is _State.DONE or self.extendable:
            return "complete"
        return "partial" if self._seen else "empty"

    @property
    def error(self) -> RemoteProtocolError | None:
        """Why the text is invalid; `None` while it is not."""
        if (
            self._fault is None
            and self._state is _State.NUMBER
            and self._number == "power"
            and self._read_number() is ABSENT
            and "e-" not in "".join(self._pieces).lower()
        ):
            # More digits only make the exponent larger.  Looked at here, not for each
            # character, so that feeding stays linear.
            self._fault = _overflow()
        return self._fault

    @property
    def extendable(self) -> bool:
        """A number at the top level is complete, and more digits may still come."""
        return (
            self._state is _State.NUMBER
            and not self._open
            and self._read_number() is not ABSENT
        )

    def value(self, *, trailing_strings: bool = False) -> Any:
        """
        Give the value so far.

        Args:
            trailing_strings: Show the string that has not ended yet.

        Returns:
            A value that the caller owns, or `ABSENT`.  After a fault: what stood
            before it.
        """
        pending: Any = ABSENT
        if self._state is _State.NUMBER:
            pending = self._read_number()
        elif (
            trailing_strings
            and not self._is_key
            and self._state in (_State.STRING, _State.ESCAPE)
        ):
            pending = "".join(self._pieces)
        if not self._open:
            return pending if self._root is ABSENT else _clone(self._root)
        root = _clone(self._root)
        if pending is not ABSENT:
            inner = self._open_in(root)[-1]
            if type(inner) is list:
                inner.append(pending)
            else:
                inner[self._keys[-1]] = pending
        return root

    def _open_in(self, root: Any) -> list[Any]:
        """Find the open containers in a clone of the root."""
        found = []
        inner = root
        for container, key in zip(self._open, self._keys, strict=True):
            found.append(inner)
            if len(found) < len(self._open):
                inner = inner[-1] if type(container) is list else inner[key]
        return found

    def _feed_bytes(self, data: bytes) -> None:
        held = self._held
        self._held = b""
        if isinstance(held, str):
            # A half of a character that came as str cannot be completed by bytes.
            self._take(held)
        else:
            data = held + data
        bad = False
        try:
            text = data.decode()
        except UnicodeDecodeError as error:
            text = data[: error.start].decode()
            # The decoder blames the end of the data only for a character that more
            # bytes could complete.
            if error.end == len(data) and error.reason == "unexpected end of data":
                self._held = data[error.start :]
            else:
                bad = True
        self._take(text)
        if self._fault is None and (
            bad or (self._held and self._state is not _State.STRING)
        ):
            self._fail("it is not UTF-8" if bad else _UNEXPECTED, self._fed)

    def _feed_text(self, text: str) -> None:
        if isinstance(self._held, bytes):
            if self._held:
                msg = "str fed inside a character that bytes had begun"
                raise StateError(msg)
        else:
            text = self._held + text
        self._held = b""
        if not text.isascii():
            # Deltas are cut inside an emoji: the halves come as two lone surrogates.
            text = text.encode("utf-16-le", "surrogatepass").decode(
                "utf-16-le", "surrogatepass"
            )
            if "\ud800" <= text[-1] <= "\udbff":
                self._take(text[:-1])
                text = text[-1]
                if self._state is _State.STRING:
                    self._held = text
                    return
                if self._fault is not None:
                    return
        self._take(text)

    def _take(self, text: str) -> None:
        """Run the grammar over whole characters."""
        at = 0
        end = len(text)
        while at < end:
            if self._state is _State.STRING:
                at = self._in_string(text, at)
            elif self._state is _State.ESCAPE:
                at = self._in_escape(text, at)
            elif self._state is _State.NUMBER:
                at = self._in_number(text, at)
            elif self._state is _State.LITERAL:
                at = self._in_literal(text, at)
            else:
                at = self._between(text, at)
            if self._fault is not None:
                return
        self._fed += _size(text)

    def _between(self, text: str, at: int) -> int:
        """Read blanks and one structural character, or begin a scalar."""
        blanks = _BLANKS.match(text, at)
        at = blanks.end() if blanks is not None else at
        if at == len(text):
            return at
        self._seen = True
        char = text[at]
        state = self._state
        if state is _State.VALUE or (state is _State.FIRST_ITEM and char != "]"):
            if char in "[{":
                self._begin_container(char, text, at)
            elif char == '"':
                self._begin_string(is_key=False)
            elif char == "-" or char in "0123456789":
                self._state = _State.NUMBER
                self._pieces = [char]
                self._number = {"-": "minus", "0": "zero"}.get(char, "int")
            elif char in _LITERALS:
                self._state = _State.LITERAL
                self._word = self._literal = _LITERALS[char]
                return at
            else:
                self._unexpected(text, at)
        elif char == '"' and state in (_State.KEY, _State.FIRST_KEY):
            self._begin_string(is_key=True)
        elif char == ":" and state is _State.COLON:
            self._state = _State.VALUE
        elif char == "," and state is _State.AFTER:
            is_list = type(self._open[-1]) is list
            self._state = _State.VALUE if is_list else _State.KEY
        elif (char == "]" and self._may_close(list, _State.FIRST_ITEM)) or (
            char == "}" and self._may_close(dict, _State.FIRST_KEY)
        ):
            self._open.pop()
            self._keys.pop()
            self._state = _State.AFTER if self._open else _State.DONE
        else:
            self._unexpected(text, at)
        return at + 1

    def _may_close(self, kind: type, first: _State) -> bool:
        if self._state is _State.AFTER:
            return type(self._open[-1]) is kind
        return self._state is first

    def _begin_container(self, char: str, text: str, at: int) -> None:
        if len(self._open) >= self._max_depth:
            offset = self._fed + _size(text[:at])
            self._fault = LimitExceededError(
                "max_json_depth", self._max_depth, offset=offset
            )
            return
        container: Any = [] if char == "[" else {}
        self._attach(container)
        self._open.append(container)
        self._keys.append("")
        self._state = _State.FIRST_ITEM if char == "[" else _State.FIRST_KEY

    def _begin_string(self, *, is_key: bool) -> None:
        self._state = _State.STRING
        self._is_key = is_key
        self._pieces = []

    def _in_string(self, text: str, at: int) -> int:
        plain = _PLAIN_TEXT.match(text, at)
        end = plain.end() if plain is not None else at
        char = text[end : end + 1]
        if self._high and (end > at or char != "\\"):
            self._pieces.append(self._high)
            self._high = ""
        if end > at:
            self._pieces.append(text[at:end])
        if not char:
            return end
        if char == "\\":
            self._state = _State.ESCAPE
            self._escape = ""
        elif char == '"':
            string = "".join(self._pieces)
            self._pieces = []
            if self._is_key:
                self._keys[-1] = string
                self._state = _State.COLON
            else:
                self._attach(string)
        else:
            self._unexpected(text, end)
        return end + 1

    def _in_escape(self, text: str, at: int) -> int:
        char = text[at]
        escape = self._escape
        if not escape and char in _ESCAPES:
            self._end_escape(_ESCAPES[char])
        elif (char not in _HEX) if escape else (char != "u"):
            self._unexpected(text, at)
        elif len(escape) < 4:
            self._escape += char
        else:
            self._end_escape(chr(int(escape[1:] + char, 16)))
        return at + 1

    def _end_escape(self, char: str) -> None:
        self._state = _State.STRING
        if self._high:
            if "\udc00" <= char <= "\udfff":
                low = ord(char) - 0xDC00
                char = chr(0x10000 + ((ord(self._high) - 0xD800) << 10) + low)
            else:
                self._pieces.append(self._high)
            self._high = ""
        if "\ud800" <= char <= "\udbff":
            self._high = char
        else:
            self._pieces.append(char)

    def _in_number(self, text: str, at: int) -> int:
        start = at
        moves = _NUMBER[self._number]
        while at < len(text):
            to = moves.get(_CLASSES.get(text[at], ""))
            if to is None:
                break
            self._number = to
            moves = _NUMBER[to]
            at += 1
        self._pieces.append(text[start:at])
        if at == len(text):
            return at
        if self._number not in _CAN_END:
            self._unexpected(text, at)
            return at
        number = self._read_number()
        if number is ABSENT:
            self._fault = (
                _malformed("an integer has too many digits")
                if self._number == "int"
                else _overflow()
            )
            return at
        self._pieces = []
        self._attach(number)
        return at  # the character behind the number is read again

    def _read_number(self) -> Any:
        """Give the number so far; `ABSENT` where it cannot end here."""
        if self._number not in _CAN_END:
            return ABSENT
        digits = "".join(self._pieces)
        self._pieces = [digits]
        if self._number in ("zero", "int"):
            try:
                return int(digits)
            except ValueError:  # more digits than the interpreter converts
                return ABSENT
        number = float(digits)
        return number if isfinite(number) else ABSENT

    def _in_literal(self, text: str, at: int) -> int:
        if text[at] != self._literal[0]:
            self._unexpected(text, at)
            return at
        self._literal = self._literal[1:]
        if not self._literal:
            self._attach(_LITERAL_VALUES[self._word])
        return at + 1

    def _attach(self, value: Any) -> None:
        """Put a whole scalar, or a container that begins, in its place."""
        if not self._open:
            self._root = value
            self._state = _State.DONE
            return
        container = self._open[-1]
        if type(container) is list:
            container.append(value)
        else:
            container[self._keys[-1]] = value
        self._state = _State.AFTER

    def _unexpected(self, text: str, at: int) -> None:
        self._fail(_UNEXPECTED, self._fed + _size(text[:at]))

    def _fail(self, reason: str, offset: int) -> None:
        self._fault = _malformed(reason, offset)


def parse_partial(
    text: str | bytes, *, trailing_strings: bool = False, max_depth: int = 128
) -> PartialResult:
    """
    Parse the beginning of a JSON text.

    Args:
        text: All that has come; bytes are UTF-8.
        trailing_strings: Show the string that has not ended yet.
        max_depth: How many containers may be open at once.

    Returns:
        Status and value, as `PartialJSON` gives them.
    """
    parser = PartialJSON(max_depth=max_depth)
    parser.feed(text)
    return PartialResult(
        parser.status,
        parser.value(trailing_strings=trailing_strings),
        parser.extendable,
    )


def _clone(value: Any) -> Any:
    """Copy the containers of *value*, without recursion."""
    kind = type(value)
    if kind is not dict and kind is not list:
        return value
    top: Any = value.copy()
    pending = [top]
    for container in pending:  # grows while it is read
        pairs = container.items() if type(container) is dict else enumerate(container)
        for key, item in list(pairs):
            if type(item) is dict or type(item) is list:
                container[key] = made = item.copy()
                pending.append(made)
    return top


def _size(text: str) -> int:
    return len(text) if text.isascii() else len(text.encode("utf-8", "surrogatepass"))


def _malformed(reason: str, offset: int | None = None) -> RemoteProtocolError:
    msg = f"invalid JSON: {reason}"
    return RemoteProtocolError(msg, offset=offset)


def _overflow() -> RemoteProtocolError:
    return _malformed("a number overflows a float")
