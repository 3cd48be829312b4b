"""
What JSON means in modelwire, the same with and without orjson.

The standard library's parser and encoder, with the rules below, are the reference
(`_json_reference`).  orjson goes first where it is installed, and its answer stands
only when nothing says that the reference would answer differently:

- whatever orjson refuses, the reference decides (lone surrogates, integers above
  308 digits, a byte order mark, and every real error);
- what orjson accepts silently and differently is integers above 64 bits (it gives a
  float) and nesting between our limit and its own 1024.  Both have a cheap test.

Rules for input: UTF-8 only; a byte order mark before bytes is skipped; NaN, Infinity
and numbers that overflow a float are errors; integers are exact, up to the
interpreter's limit of 4300 digits; a lone surrogate is kept, two halves of one
character are joined; the last of equal keys wins; containers nest at most
*max_depth* deep.

Rules for output: no spaces, keys in order, non-ASCII as it is, a lone surrogate as
its escape, floats as `repr` writes them, integers of any size that Python prints.

Nothing here reads the environment.  The back end is chosen at import; `_use` changes
it for tests.
"""

from __future__ import annotations

import sys
from operator import add
from types import ModuleType
from typing import TYPE_CHECKING, Any, Final, cast

from modelwire.codecs import _json_reference as _reference

if TYPE_CHECKING:
    from collections.abc import Callable

    from modelwire.ir._base import JSONObject

_orjson: ModuleType | None
try:
    import orjson as _orjson
except ImportError:  # pragma: no cover (one session of CI runs without it)
    _orjson = None

__all__ = [
    "BACKEND",
    "MAX_DEPTH",
    "dumps",
    "dumps_str",
    "escape",
    "flat_str",
    "has_long_run",
    "is_exact",
    "loads",
    "loads_loosely",
    "loads_vouched",
    "settle",
    "vouch_all",
]

MAX_DEPTH: Final = _reference.MAX_DEPTH
"""How deep containers may nest in input, unless the caller says otherwise."""

BACKEND: str = "stdlib"
"""`orjson` or `stdlib`: who goes first.  Read it as `_json.BACKEND`; it can change."""

_loads_fast: Callable[[bytes | bytearray | memoryview | str], Any] | None = None
_dumps_fast: Callable[[Any], bytes] | None = None

# A number above 64 bits has 19 digits or more, so every fifth byte of the text shows
# at least three digits in a row where one stands.  Reading a fifth of the bytes is
# what makes the test cheap; the finer sieves run only after the coarse one.  Every
# sixth would do, but there three digits of unlike fields of an envelope (an id, a
# time, a dated model name) fell in a row in every event of a stream that was measured.
_EVERY_FIFTH: Final = slice(None, None, 5)
_THREE: Final = b"000"
# Ids in hexadecimal have three such digits here and there, 16 times in an answer of the
# Responses API: to look there closely takes half of the time of the finer sieves, as
# long as there are fewer such places than these.
_CLOSE_LOOKS: Final = 8
_PER_LOOK: Final = 50
_EVERY_THIRD: Final = slice(None, None, 3)
_SIX: Final = b"0" * 6
_NINETEEN: Final = b"0" * 19
_DIGITS_TO_ZERO: Final = bytes(
    0x30 if 0x30 <= byte <= 0x39 else 0x20 for byte in range(256)
)

# Above this many bytes per container the text is mostly long strings, and looking at
# the values is cheaper than looking at the bytes.
_SPARSE: Final = 1024
# In a text as long as this, which may well have more brackets than the limit, one walk
# over the values costs less than the tests of its bytes and of its depth together:
# 95 us for a request of 128 kB, against 190.  Unless it has a value every few bytes,
# as lists of numbers have.
_LARGE: Final = 32 * 1024
_DENSE: Final = 32
# How many bytes of a read are looked at together: several events of most streams.
_WINDOW: Final = 2048
_OBJECT: Final = _reference.BYTES_PER_OBJECT

# orjson's encoder refuses more than this many levels, which makes it the fastest
# way to ask how deep a value is; `_use` checks that the number is still right.
_ORJSON_LEVELS: Final = _reference.MAX_OUTPUT_DEPTH
_knows_levels = False


def loads(
    data: bytes | bytearray | memoryview | str, *, max_depth: int = MAX_DEPTH
) -> Any:
    """
    Parse one JSON text.

    Args:
        data: The whole text; bytes are UTF-8.
        max_depth: How many containers may be open at once.

    Returns:
        dict, list, str, int, float, bool or None.

    Raises:
        RemoteProtocolError: It is not JSON; `offset` is in bytes of UTF-8.
        LimitExceededError: It nests deeper than *max_depth*.
        StateError: *data* is neither bytes nor str.

    Source:
        RFC 8259, with the rules of the module docstring where it leaves a choice.
    """
    fast = _loads_fast
    if fast is None:
        return _reference.loads(data, max_depth)
    try:
        value = fast(data)
    except ValueError:  # orjson's error, which says too little for ours
        return _reference.loads(data, max_depth)
    return _settled(value, data, max_depth)


def loads_loosely(data: bytes | bytearray | memoryview | str) -> Any:
    """
    Parse one JSON text, and do not look for what orjson reads in its own way.

    That look costs as much as a third of `json.loads` for an answer.  Whoever reads
    every value of an ordinary answer with its type needs it for none but those that
    are kept as they came (`is_exact`).

    Args:
        data: See `loads`.

    Returns:
        What `loads` gives, but for integers above 64 bits, which may be floats, and
        nesting, which may be deeper than `MAX_DEPTH`: `settle` says what is right.

    Raises:
        RemoteProtocolError: See `loads`.
        LimitExceededError: See `loads`.
        StateError: See `loads`.
    """
    fast = _loads_fast
    if fast is None:
        return _reference.loads(data, MAX_DEPTH)
    try:
        return fast(data)
    except ValueError:
        return _reference.loads(data, MAX_DEPTH)


def settle(value: Any, data: bytes | bytearray | memoryview | str) -> Any:
    """
    Give what `loads` gives.

    Args:
        value: What `loads_loosely` gave for *data*.
        data: The text.

    Returns:
        *value* itself, or another where it is not what `loads` gives.

    Raises:
        LimitExceededError: It nests deeper than `MAX_DEPTH`.
    """
    return value if _loads_fast is None else _settled(value, data, MAX_DEPTH)


def is_exact(value: JSONObject) -> bool:
    """
    Say whether `settle` would leave an object as it is, wherever it stands.

    Args:
        value: An object that came of `loads_loosely`, or some fields of one.

    Returns:
        Whether that is sure: no number in it may have been another, and it nests no
        deeper than `MAX_DEPTH` from its own level on.
    """
    if _loads_fast is None or _is_flat(value):
        return True
    return not _is_odd(value, MAX_DEPTH, sys.maxsize)


def _settled(
    value: Any, data: bytes | bytearray | memoryview | str, max_depth: int
) -> Any:
    """Give what the reference gives where orjson's *value* may be another."""
    # orjson has read it, so text can be encoded; short ASCII is one memcpy.
    if type(data) is bytes:
        raw = data
    else:
        raw = data.encode() if isinstance(data, str) else bytes(data)
    size = len(raw)
    # A short text has no room for so many levels, and one not so short has it only
    # for lists (see `BYTES_PER_OBJECT`).  Deleting a byte goes through memchr, which
    # count() does not.
    room = _OBJECT * max_depth - size
    if room < 0:
        if size > _LARGE:
            odd = _is_odd(value, max_depth, size // _DENSE)
            if odd is not None:
                return _reference.loads(raw, max_depth) if odd else value
        opens = size - len(raw.replace(b"[", b"")) + size - len(raw.replace(b"{", b""))
        if size > _SPARSE * (opens + 4):
            if _is_odd(value, max_depth, size):
                return _reference.loads(raw, max_depth)
            return value
        if opens > max_depth and _is_deeper(value, max_depth):
            return _reference.loads(raw, max_depth)
    elif size > max_depth + max_depth:
        lists = size - len(raw.replace(b"[", b""))
        if 3 * lists > room and _is_deeper(value, max_depth):
            return _reference.loads(raw, max_depth)
    sample = raw[_EVERY_FIFTH].translate(_DIGITS_TO_ZERO)
    # Of find(), `in`, partition() and their like, which all cost about 1 us for a body
    # of 7 kB, this is the quickest, with half of it.
    if sample.rpartition(_THREE)[1] and _looks_long(raw, sample):
        return _reference.loads(raw, max_depth)
    return value


def vouch_all(texts: list[bytes], *, max_depth: int = MAX_DEPTH) -> int:
    """
    Say how long each of *texts* may be for `loads_vouched` to read it as `loads`.

    What `loads` looks for in every text is looked for once in all of them: on reads
    of 16 KiB that is 0.1 us an event of 350 bytes instead of 0.6 us.

    Args:
        texts: The texts of one read; what is asked of all may be refused to all, so
            they should be no more than some ten thousand bytes.
        max_depth: What `loads` would be given.

    Returns:
        A size in bytes; negative when nothing can be said for any of them.
    """
    data = b"".join(texts)
    # Deeper than the limit, a text with *a* lists is longer than this (see
    # `BYTES_PER_OBJECT`).  One no longer than a window lies in two of them at most,
    # and has no more lists than they do.
    lists: list[int] = []
    for start in range(0, len(data) + 1, _WINDOW):
        window = data[start : start + _WINDOW]
        lists.append(len(window) - len(window.replace(b"[", b"")))
    most: int = max(map(add, lists, [*lists[1:], 0]))
    room = min(_WINDOW, _OBJECT * max_depth - 3 * most)
    if room > 0:
        sample = data[_EVERY_FIFTH].translate(_DIGITS_TO_ZERO)
        if sample.rpartition(_THREE)[1] and has_long_run(data):
            return -1
    return room


loads_vouched: Callable[[bytes], Any] = _reference.loads_vouched
"""
Parses a text that `vouch_all` spoke for; the back end's own parser stands here.

It gives what `loads` would give, or raises a ValueError: then `loads` must decide what
the text is, which is not always an error.
"""


def dumps(value: Any) -> bytes:
    """
    Write *value* in the canonical form, as UTF-8.

    Args:
        value: Mappings with str keys, lists, tuples, str, int, float, bool, None;
            members of an `Enum` stand for their values.

    Returns:
        The same bytes with and without orjson.

    Raises:
        InvalidIRError: NaN, an infinity, a key that is not str, a type that is not
            JSON, or nesting deeper than 254; `path` says where.
    """
    fast = _dumps_fast
    if fast is None:
        return _reference.dumps(value)
    try:
        written = fast(value)
    except (TypeError, ValueError, RecursionError):
        return _reference.dumps(value)
    # After the fact: what orjson could write is finite, a cycle is not.
    return written if _is_plain(value) else _reference.dumps(value)


def dumps_str(value: Any) -> str:
    """
    Write *value* as `dumps` does, as text: the form of tool arguments.

    Args:
        value: See `dumps`.

    Returns:
        Text that always can be encoded: lone surrogates are escaped.

    Raises:
        InvalidIRError: See `dumps`.
    """
    text = flat_str(value) if type(value) is dict else None
    return dumps(value).decode() if text is None else text


def flat_str(value: JSONObject) -> str | None:
    """
    Write an object as `dumps_str` does, if one look says that it is exact and plain.

    So are the arguments of nearly every call: 0.25 us for three fields, against
    0.42 where `is_exact` and `dumps` each look at them.

    Args:
        value: An object; `loads_loosely` may have given it.

    Returns:
        The text; `None` for an object with others in it, or with what orjson refuses.
        The standard library reads and writes every object exactly.

    Raises:
        InvalidIRError: See `dumps`; of what a parser gave there is none.
    """
    fast = _dumps_fast
    if fast is None:
        return _reference.dumps(value).decode()
    if not _is_flat(value):
        return None
    try:
        return fast(value).decode()
    except (TypeError, ValueError):  # a lone surrogate, or a long integer
        return None


def escape(text: str) -> bytes:
    """
    Write one string as a JSON literal, quotes included, exactly as `dumps` does.

    Args:
        text: Any str.

    Returns:
        The literal, for use in a byte template.
    """
    fast = _dumps_fast
    if fast is not None:
        try:
            return fast(text)
        except TypeError:
            pass
    return _reference.escape(text)


def _use(backend: str) -> str:
    """
    Choose who goes first, `orjson` or `stdlib`; for tests only.

    Args:
        backend: The name.

    Returns:
        The name that was in use, to be given back afterwards.
    """
    global BACKEND, _loads_fast, _dumps_fast, _knows_levels  # noqa: PLW0603
    global loads_vouched  # noqa: PLW0603
    before = BACKEND
    if backend == "orjson":
        if _orjson is None:
            msg = "orjson is not installed"
            raise ImportError(msg)
        _loads_fast, _dumps_fast = _orjson.loads, _orjson.dumps
        loads_vouched = _orjson.loads
        _knows_levels = _fits(_ORJSON_LEVELS) and not _fits(_ORJSON_LEVELS + 1)
    elif backend == "stdlib":
        _loads_fast = _dumps_fast = None
        loads_vouched = _reference.loads_vouched
        _knows_levels = False
    else:
        msg = f"unknown JSON back end {backend!r}"
        raise ValueError(msg)
    BACKEND = backend
    return before


def _looks_long(raw: bytes, sample: bytes) -> bool:
    """Say what `has_long_run` says, from a look at the few places that may be long."""
    at = len(sample)
    for _ in range(_CLOSE_LOOKS + len(sample) // _PER_LOOK):
        at = sample.rfind(_THREE, 0, at + 2)
        if at < 0:
            return False
        # Where 19 digits begin at most four bytes earlier, 15 of them stand here.
        if raw[5 * at : 5 * at + 15].isdigit():
            break
    return has_long_run(raw)


def has_long_run(raw: bytes) -> bool:
    """
    Say whether 19 digits stand in a row anywhere, strings included.

    Args:
        raw: Any bytes.

    Returns:
        Whether a number in them may have more than 64 bits.
    """
    # Times in milliseconds pass the coarsest sieve in every event of a stream, so
    # this is written out: a loop over the sieves costs three times as much.
    if not raw[_EVERY_THIRD].translate(_DIGITS_TO_ZERO).rpartition(_SIX)[1]:
        return False
    return bool(raw.translate(_DIGITS_TO_ZERO).rpartition(_NINETEEN)[1])


def _is_odd(value: Any, levels: int, most: int) -> bool | None:
    """
    Say whether a float may have been an integer, or nesting passes *levels*.

    Returns:
        `None` when there are more than *most* values, so that it is not known.
    """
    level = [value]
    while level:
        most -= len(level)
        if most < 0:
            return None
        below: list[Any] = []
        opened = 0
        for item in level:
            kind = type(item)
            if kind is str:  # as most are
                continue
            if kind is dict:
                below += item.values()
                opened = 1
            elif kind is list:
                below += item
                opened = 1
            elif kind is float and not -(2.0**63) < item < 2.0**63:
                return True
        # An empty one is a level as well.
        levels -= opened
        if levels < 0:
            return True
        level = below
    return False


def _is_deeper(value: Any, levels: int) -> bool:
    """Say whether containers of *value* (plain, from a parser) nest past *levels*."""
    spare = _ORJSON_LEVELS - levels
    if not _knows_levels or spare < 0:
        return _reference.is_deeper(value, levels)
    return not _fits(spare, value)


def _fits(levels: int, value: Any = None) -> bool:
    """Say whether orjson can write *value* inside *levels* lists."""
    for _ in range(levels):
        value = [value]
    try:
        cast("ModuleType", _orjson).dumps(value)
    except TypeError:
        return False
    return True


def _is_flat(value: JSONObject) -> bool:
    """Say whether an object has nothing but text, integers, booleans and null."""
    for item in value.values():
        kind = type(item)
        if not (kind is str or kind is int or kind is bool or item is None):
            return False
    return True


def _is_plain(value: Any) -> bool:
    """
    Say whether orjson writes *value* as the reference does.

    orjson writes NaN as null, floats with an exponent in its own spelling, and some
    classes of the standard library (dataclasses, dates, UUIDs) that are no JSON; and
    it counts levels in its own way.
    """
    # Arguments of calls are flat nearly always: 0.15 us, against 0.36 below.
    if type(value) is dict and _is_flat(value):
        return True
    level: list[Any] = [value]
    for _ in range(_reference.MAX_OUTPUT_DEPTH + 1):
        # Views of dicts are not kept: hundreds of them start the garbage collector.
        below: list[Any] = []
        opened = False
        for item in level:
            kind = type(item)
            if kind is str:  # as most are
                continue
            if kind is dict:
                below += item.values()
                opened = True
            elif kind is list or kind is tuple:
                below += item
                opened = True
            elif not (kind is int or kind is bool or item is None) and (
                kind is not float
                or not (1e-4 <= item < 1e16 or -1e16 < item <= -1e-4 or item == 0.0)
            ):
                return False
        if not opened:
            return True
        level = below
    return False


_use("stdlib" if _orjson is None else "orjson")
