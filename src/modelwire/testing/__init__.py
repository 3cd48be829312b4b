"""
Tools to prove that a translation is right, for users and for our own tests.

- `fold_equivalent`, `canonical`, `compare`: when two values say the same, and what
  differs.
- `assert_accounted`: whether the losses of a translation of given bytes are the truth
  and the whole truth; `assert_losses` (`differences`, `uncovered`, `unsound`,
  `bad_paths`): the same for values and losses that anybody made.
- `check_chunks`, `check_stream` (`stream_violations`), `assert_chunk_invariant`: the
  laws of streams: the IR's, a dialect's, a decoder's.
- `ScriptedUpstream`: a provider of any dialect that plays a script (`Answer`,
  `Failure`, `NoAnswer`, with `Gate`s as pauses), faults included, in memory or on a
  socket; `refusing`: one that is not there.
- `pytest_plugin`: fixtures; pytest finds it by itself.
- `strategies`: Hypothesis strategies for IR values, chunk sequences and bytes; the
  only module that needs Hypothesis (extra `testing`).

The names load when they are first used, so that pytest does not pay for a plugin that
a test run does not need.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from modelwire._lazy import lazy_names

if TYPE_CHECKING:
    from collections.abc import Callable

    from modelwire.testing import strategies as strategies
    from modelwire.testing._accounting import (
        WIRE_ONLY as WIRE_ONLY,
        assert_losses as assert_losses,
        bad_paths as bad_paths,
        differences as differences,
        uncovered as uncovered,
        unsound as unsound,
    )
    from modelwire.testing._canonical import (
        canonical as canonical,
    )
    from modelwire.testing._chunking import (
        Feedable as Feedable,
        assert_chunk_invariant as assert_chunk_invariant,
        run_decoder as run_decoder,
    )
    from modelwire.testing._compare import (
        Added as Added,
        Changed as Changed,
        Difference as Difference,
        Removed as Removed,
        compare as compare,
    )
    from modelwire.testing._folding import (
        fold_equivalent as fold_equivalent,
        sorted_parts as sorted_parts,
    )
    from modelwire.testing._grammar import (
        check_stream as check_stream,
        stream_violations as stream_violations,
    )
    from modelwire.testing._order import (
        check_chunks as check_chunks,
    )
    from modelwire.testing._script import (
        Answer as Answer,
        Ending as Ending,
        Failure as Failure,
        Gate as Gate,
        NoAnswer as NoAnswer,
        Reply as Reply,
    )
    from modelwire.testing._translated import (
        assert_accounted as assert_accounted,
    )
    from modelwire.testing._upstream import (
        Received as Received,
        ScriptedUpstream as ScriptedUpstream,
        refusing as refusing,
    )

_HOMES: Final[dict[str, str]] = {
    "Added": "_compare",
    "Answer": "_script",
    "Changed": "_compare",
    "Difference": "_compare",
    "Ending": "_script",
    "Failure": "_script",
    "Feedable": "_chunking",
    "Gate": "_script",
    "NoAnswer": "_script",
    "Received": "_upstream",
    "Removed": "_compare",
    "Reply": "_script",
    "ScriptedUpstream": "_upstream",
    "WIRE_ONLY": "_accounting",
    "assert_accounted": "_translated",
    "assert_chunk_invariant": "_chunking",
    "assert_losses": "_accounting",
    "bad_paths": "_accounting",
    "canonical": "_canonical",
    "check_chunks": "_order",
    "check_stream": "_grammar",
    "compare": "_compare",
    "differences": "_accounting",
    "fold_equivalent": "_folding",
    "refusing": "_upstream",
    "run_decoder": "_chunking",
    "sorted_parts": "_folding",
    "stream_violations": "_grammar",
    "uncovered": "_accounting",
    "unsound": "_accounting",
}
"""Where each public name lives."""

__all__ = [
    "WIRE_ONLY",
    "Added",
    "Answer",
    "Changed",
    "Difference",
    "Ending",
    "Failure",
    "Feedable",
    "Gate",
    "NoAnswer",
    "Received",
    "Removed",
    "Reply",
    "ScriptedUpstream",
    "assert_accounted",
    "assert_chunk_invariant",
    "assert_losses",
    "bad_paths",
    "canonical",
    "check_chunks",
    "check_stream",
    "compare",
    "differences",
    "fold_equivalent",
    "refusing",
    "run_decoder",
    "sorted_parts",
    "strategies",
    "stream_violations",
    "uncovered",
    "unsound",
]

__getattr__: Callable[[str], Any]
__dir__: Callable[[], list[str]]
__getattr__, __dir__ = lazy_names(__name__, __all__, _HOMES)
