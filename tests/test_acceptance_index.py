"""Every reported bug between the dialects that exist has a test named after its row."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from tests._paths import REPO, SHARED, needs_shared

# Rows whose dialects exist.  A row that needs another dialect joins with it.
ROWS = (
    "T03 T05 T06 T09 T10 T11 T12 T15 T16 T17 T23 "
    "F01 F06 F09 F11 U01 U03 U04 U05 U06 U08 "
    "S03 S04 S05 R02 R05 R13 D01 D08 "
    "E01 E02 E03 E04 E05 E07 B04 B05 B06 "
    "L01 L04 L06 L08 L10 L14 L15 L20 L24 L34 "
    "L25 L26 L27 L28 L29 L30 L31 L32 L33 "
    "T20 T21 T22 F07 F08 S06 R06 R07 R08 R09 R11 D06 L02 L03 L12 L22 "
    "U02 S11 S13 R04 P01 P04 P05 R15 R16 M03 M04"
).split()


def named_tests() -> set[str]:
    found: set[str] = set()
    for path in (REPO / "tests").rglob("test_*.py"):
        if path == Path(__file__).resolve():
            continue  # the list above is no test
        text = path.read_text(encoding="utf-8")
        # Either a function per row, or a row of a table whose id starts with it.
        for rows in re.findall(r"def test_((?:[A-Z]\d\d_)+)", text):
            found.update(rows.rstrip("_").split("_"))
        found.update(re.findall(r"[\"']([A-Z]\d\d)[ _][^\"']*[\"']", text))
    return found


@pytest.mark.parametrize("row", ROWS)
def test_row_has_a_test(row):
    assert row in named_tests()


@needs_shared
def test_rows_are_real():
    text = (SHARED / "acceptance.md").read_text(encoding="utf-8")
    assert not [row for row in ROWS if not re.search(rf"\b{row}\b", text)]
