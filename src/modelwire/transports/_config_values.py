"""Single values of a gateway's configuration."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, Final

from modelwire.errors import LocalError

__all__ = ["NUMBER", "from_env", "is_number", "is_words"]

NUMBER: Final = (int, float)


def is_number(value: Any, kind: Any = NUMBER) -> bool:
    """
    Check a number.

    Args:
        value: Anything.
        kind: Its types; `bool` is none of them.

    Returns:
        Whether it is finite and not negative.
    """
    return (
        isinstance(value, kind)
        and not isinstance(value, bool)
        and 0 <= value < math.inf
    )


def from_env(table: Mapping[str, Any], name: str, env: Mapping[str, str]) -> str:
    """
    Read the secret in the variable that a table names.

    Args:
        table: The table.
        name: Its field.
        env: The environment.

    Returns:
        The secret.

    Raises:
        LocalError: The variable is not set.
    """
    variable = table[name]
    held = env.get(variable) if isinstance(variable, str) else None
    if not held:
        msg = f"{name} names a variable that holds no key"
        raise LocalError(msg)
    return held


def is_words(value: Any) -> bool:
    """Say whether a value is a list of texts."""
    return isinstance(value, list | tuple) and all(isinstance(x, str) for x in value)
