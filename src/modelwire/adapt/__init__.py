"""
Adapters: pure, optional steps between decoding a request and encoding it.

A codec alone carries what its wire can carry and reports the rest.  An adapter changes
the request first, so that more of it fits, and reports each change as a loss.  Nothing
here opens a connection.  docs/adapt.md shows each:

Common
    `Adapted` is what every `Adapter` gives; `chain` runs several with one account.
Histories
    `normalise` repairs; `history_problems` only says what is wrong, as
    `HistoryProblem`; `HISTORY_RULES` are the `HistoryRules` by target.
Schemas
    `adapt_schemas` rewrites those of a request, `adapt_schema` one, with a
    `SchemaNote` for each change; `schema_rules` gives the `SchemaRules` of a target.
Media
    `missing_media` gives each `MediaNeed`, `with_media` puts in what was fetched, and
    `resolve_media` does both with a function that fetches.
Reasoning state
    `Carrier` takes it through clients that have no field for it (docs/carrier.md);
    `Stowed` and `StowStream` are what it gives.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from modelwire._lazy import lazy_names

if TYPE_CHECKING:
    from collections.abc import Callable

    from modelwire.adapt._adapted import (
        Adapted as Adapted,
        Adapter as Adapter,
        chain as chain,
    )
    from modelwire.adapt._carrier import (
        Carrier as Carrier,
        StowStream as StowStream,
    )
    from modelwire.adapt._carrier_stowed import (
        Stowed as Stowed,
    )
    from modelwire.adapt._history import (
        normalise as normalise,
    )
    from modelwire.adapt._history_check import (
        HistoryProblem as HistoryProblem,
        history_problems as history_problems,
    )
    from modelwire.adapt._history_rules import (
        HISTORY_RULES as HISTORY_RULES,
        HistoryRules as HistoryRules,
    )
    from modelwire.adapt._media import (
        MediaNeed as MediaNeed,
        missing_media as missing_media,
        resolve_media as resolve_media,
        with_media as with_media,
    )
    from modelwire.adapt._schema import (
        adapt_schema as adapt_schema,
    )
    from modelwire.adapt._schema_notes import (
        SchemaNote as SchemaNote,
    )
    from modelwire.adapt._schema_request import (
        adapt_schemas as adapt_schemas,
    )
    from modelwire.adapt._schema_rules import (
        SchemaRules as SchemaRules,
        schema_rules as schema_rules,
    )

__all__ = [
    "HISTORY_RULES",
    "Adapted",
    "Adapter",
    "Carrier",
    "HistoryProblem",
    "HistoryRules",
    "MediaNeed",
    "SchemaNote",
    "SchemaRules",
    "StowStream",
    "Stowed",
    "adapt_schema",
    "adapt_schemas",
    "chain",
    "history_problems",
    "missing_media",
    "normalise",
    "resolve_media",
    "schema_rules",
    "with_media",
]

_HOMES: Final[dict[str, str]] = {
    "Adapted": "_adapted",
    "Adapter": "_adapted",
    "Carrier": "_carrier",
    "HISTORY_RULES": "_history_rules",
    "HistoryProblem": "_history_check",
    "HistoryRules": "_history_rules",
    "MediaNeed": "_media",
    "SchemaNote": "_schema_notes",
    "SchemaRules": "_schema_rules",
    "StowStream": "_carrier",
    "Stowed": "_carrier_stowed",
    "adapt_schema": "_schema",
    "adapt_schemas": "_schema_request",
    "chain": "_adapted",
    "history_problems": "_history_check",
    "missing_media": "_media",
    "normalise": "_history",
    "resolve_media": "_media",
    "schema_rules": "_schema_rules",
    "with_media": "_media",
}
"""Where each public name lives."""

__getattr__: Callable[[str], Any]
__dir__: Callable[[], list[str]]
__getattr__, __dir__ = lazy_names(__name__, __all__, _HOMES)
