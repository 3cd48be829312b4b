"""Which notes of a rewritten schema show where source and result differ."""

from __future__ import annotations

import pytest

from modelwire.adapt._schema_notes import Notes, visible

SHOWN = [
    # before, after, where notes are, where the ones are that show
    ("a keyword", {"a": 1}, {"a": 2}, ["$.a"], ["$.a"]),
    ("the place nearest to it", {"a": {"b": 1}}, {"a": {"b": 2}}, ["$", "$.a"],
     ["$.a"]),
    ("nothing there", {"a": 1, "ab": 1}, {"a": 1, "ab": 2}, ["$.a"], []),
    ("no note at all", {"a": 1}, {"a": 2}, [], []),
    ("an item of a list", {"a": [1, {"b": 1}]}, {"a": [1, {"b": 2}]},
     ["$.a", "$.a[0]", "$.a[1]"], ["$.a[1]"]),
    ("a list of another length", {"a": [1]}, {"a": [1, 2]}, ["$.a", "$.a[0]"],
     ["$.a"]),
    ("true is not 1", {"a": [True, 1]}, {"a": [1, 1]}, ["$.a[0]", "$.a[1]"],
     ["$.a[0]"]),
    ("numbers that are equal", {"a": float("2.5"), "b": 1}, {"a": float("2.5"), "b": 2},
     ["$.a", "$.b"], ["$.b"]),
    ("all that is dropped", {"a": {"b": {"c": 1}}}, {}, ["$.a.b.c", "$.a"],
     ["$.a.b.c"]),
]  # fmt: skip


@pytest.mark.parametrize(
    ("before", "after", "places", "shown"),
    [c[1:] for c in SHOWN],
    ids=[c[0] for c in SHOWN],
)
def test_notes_that_show(before, after, places, shown):
    notes = Notes()
    for place in places:
        notes.add(place, "repaired", "")
    assert [note.path for note in visible(notes.all(), before, after)] == shown
