"""
Building tool declarations quickly: see `_fast_values`, whose way and rules these have.

Apart from it, because a decoder of answers loads no tools.  Measured on CPython 3.11:
a `FunctionTool` of four fields takes 720 ns as attrs makes it and 190 ns here, and an
agent's request has forty.
"""

from __future__ import annotations

from typing import Final

from modelwire.ir._base import Extra, JSONObject
from modelwire.ir._fast_values import quickly, twin_of
from modelwire.ir._parts import CacheBreakpoint
from modelwire.ir._tools import FunctionTool

__all__ = ["new_function_tool"]

_FunctionTool: Final = twin_of(FunctionTool)


@quickly(FunctionTool)
def new_function_tool(  # noqa: PLR0917 - see above
    name: str,
    description: str | None = None,
    input_schema: JSONObject | None = None,
    strict: bool | None = None,  # noqa: FBT001 - the field's place
    cache: CacheBreakpoint | None = None,
    examples: tuple[JSONObject, ...] = (),
    extra: Extra | None = None,
) -> FunctionTool:
    """Make a `FunctionTool`."""
    made = _FunctionTool()
    made.name = name
    made.description = description
    made.input_schema = input_schema
    made.strict = strict
    made.cache = cache
    made.examples = examples
    made.extra = {} if extra is None else extra
    made.__class__ = FunctionTool
    frozen: FunctionTool = made
    return frozen
