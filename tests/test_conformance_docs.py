"""docs/conformance.md counts the vectors that there are."""

from __future__ import annotations

import json
import re

import pytest
from tests._paths import REPO, SHARED, needs_shared

ROW = re.compile(r"^\| `(\w+)` \| (\d+) \| (\d+)", re.MULTILINE)
PAGE = (REPO / "docs" / "conformance.md").read_text("utf-8")


@needs_shared
def test_every_set_is_counted():
    rows = {name: int(count) for name, count, _ in ROW.findall(PAGE)}
    sets = {
        path.stem: json.loads(path.read_bytes())["count"]
        for path in (SHARED / "conformance").glob("*.json")
    }
    assert rows == sets


@pytest.mark.parametrize(("name", "count", "passed"), ROW.findall(PAGE))
def test_all_of_them_pass(name, count, passed):
    assert count == passed


def test_its_tests_are_there():
    for path in re.findall(r"tests/[\w/]+\.py", PAGE):
        assert (REPO / path).is_file(), path
