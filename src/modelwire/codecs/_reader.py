"""
Reading a JSON object field by field, tolerant or strict.

Both sides of a codec read objects the same way: take the known fields with their
types, and keep what is left.  On the server's side (*problems* is a list) a known
field of the wrong type is a problem; on the client's side (*problems* is `None`) it
is left where it is, and so ends in `extra` with the unknown fields, without a fault.
A field that is `null` counts as absent: no dialect here gives null another meaning.
"""

from __future__ import annotations

from typing import Any, Final, TypeVar

from modelwire.errors import Problem
from modelwire.ir._base import Extra, JSONObject

__all__ = ["Reader", "are_objects", "describe"]

_MISSING: Final = object()
_T = TypeVar("_T")


def describe(value: object) -> str:
    """
    Name the JSON type of *value* for a `Problem`, never its content.

    Args:
        value: A parsed JSON value.

    Returns:
        `null`, `boolean`, `number`, `string`, `array` or `object`.
    """
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, int | float):
        return "number"
    if isinstance(value, str):
        return "string"
    return "array" if isinstance(value, list) else "object"


def are_objects(items: list[Any]) -> bool:
    """
    Say whether an array holds objects alone.

    Args:
        items: A parsed array.

    Returns:
        Whether it does; an empty one does.
    """
    for item in items:  # noqa: SIM110 - half of what `all()` of a generator costs
        if type(item) is not dict:
            return False
    return True


class Reader:
    """Takes known fields out of one JSON object and keeps the rest."""

    __slots__ = ("left", "path", "problems")

    def __init__(
        self, obj: JSONObject, path: str, problems: list[Problem] | None
    ) -> None:
        self.left = dict(obj)
        """What has not been taken yet."""
        self.path = path
        """Where the object stands."""
        self.problems = problems
        """Where faults go; `None`: be tolerant."""

    def string(self, key: str, *, required: bool = False) -> str | None:
        """Take a string."""
        value = self.left.get(key)
        if type(value) is str:
            # Nearly every call ends here, or at an absent field.
            del self.left[key]
            return value
        return self._take(key, str, "string", required=required)

    def boolean(self, key: str) -> bool | None:
        """Take a boolean."""
        return self._take(key, bool, "boolean", required=False)

    def integer(self, key: str) -> int | None:
        """Take an integer; a float without a fraction counts (`5.0`)."""
        value = self.left.get(key)
        if value is None:
            self.left.pop(key, None)
            return None
        if type(value) is int:
            del self.left[key]
            return value
        if isinstance(value, float) and value.is_integer():
            del self.left[key]
            return int(value)
        self._wrong(key, "integer", value)
        return None

    def number(self, key: str) -> float | None:
        """Take a number, as it was spelled (an `int` stays one)."""
        value = self.left.get(key)
        if value is None:
            self.left.pop(key, None)
            return None
        if isinstance(value, int | float) and not isinstance(value, bool):
            del self.left[key]
            return value
        self._wrong(key, "number", value)
        return None

    def mapping(self, key: str, *, required: bool = False) -> JSONObject | None:
        """Take an object."""
        value = self.left.get(key)
        if type(value) is dict:
            del self.left[key]
            return value
        return self._take(key, dict, "object", required=required)

    def array(self, key: str, *, required: bool = False) -> list[Any] | None:
        """Take an array."""
        value = self.left.get(key)
        if type(value) is list:
            del self.left[key]
            return value
        return self._take(key, list, "array", required=required)

    def strings(self, key: str) -> tuple[str, ...] | None:
        """Take an array of strings."""
        value = self.left.get(key)
        if value is None:
            self.left.pop(key, None)
            return None
        if isinstance(value, list) and all(isinstance(v, str) for v in value):
            del self.left[key]
            return tuple(value)
        self._wrong(key, "array of strings", value)
        return None

    def take(self, key: str) -> Any:
        """Take a value of any type; `None` when absent."""
        return self.left.pop(key, None)

    def fault(self, key: str, expected: str, got: str) -> None:
        """Report a problem at *key* (nothing when tolerant)."""
        if self.problems is not None:
            path = f"{self.path}.{key}" if key else self.path
            self.problems.append(Problem(path, expected, got))

    def rest(self, dialect: str) -> Extra:
        """Give what is left, keyed by *dialect*; nulls are left out."""
        left = self.left
        if not left:
            return {}
        kept = {k: v for k, v in left.items() if v is not None}
        return {dialect: kept} if kept else {}

    def _take(
        self, key: str, kind: type[_T], expected: str, *, required: bool
    ) -> _T | None:
        value = self.left.get(key, _MISSING)
        if isinstance(value, kind):
            del self.left[key]
            return value
        if value is _MISSING:
            if required:
                self.fault(key, expected, "nothing")
            return None
        if value is None:
            del self.left[key]
            if required:
                self.fault(key, expected, "null")
            return None
        self._wrong(key, expected, value)
        return None

    def _wrong(self, key: str, expected: str, value: object) -> None:
        self.fault(key, expected, describe(value))
