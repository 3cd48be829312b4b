"""docs/adapt.md: its examples run as they stand, its tables are what the code says."""

from __future__ import annotations

import re

import attrs
import pytest
from tests._paths import REPO

from modelwire import adapt
from modelwire.adapt import HISTORY_RULES
from modelwire.adapt._schema_rules import _ROWS, AS_IS, GEMINI_SCHEMA

PAGE = (REPO / "docs" / "adapt.md").read_text(encoding="utf-8")
# An example, and what it prints, if the page says that.
EXAMPLES = re.findall(
    r"```python\n(.*?)```(?:(?:(?!```).)*?\n```\n(.*?)```)?", PAGE, re.DOTALL
)


def test_there_are_seven_examples():
    assert len(EXAMPLES) == 7
    assert all(printed for _, printed in EXAMPLES)


@pytest.mark.parametrize(("code", "printed"), EXAMPLES)
def test_examples(code, printed, capsys):
    names = {"__name__": "adapt"}
    exec(compile(code, "docs/adapt.md", "exec"), names)
    assert capsys.readouterr().out == printed


def word(value):
    """One value of a row as a cell."""
    if isinstance(value, bool):
        return "yes" if value else "-"
    if isinstance(value, frozenset):
        return ", ".join(map(str, sorted(value))) if value else "-"
    return "any" if value is None else str(value)


def table(rows, corner):
    """One column for each row of rules, one line for each of its fields."""
    fields = [field.name for field in attrs.fields(type(rows[0]))]
    lines = [
        f"| {corner} | {' | '.join(row.name for row in rows)} |",
        "|---" * (1 + len(rows)) + "|",
    ]
    for name in fields:
        if name in ("name", "keywords", "formats"):
            continue
        cells = " | ".join(word(getattr(row, name)) for row in rows)
        lines.append(f"| `{name}` | {cells} |")
    return "\n".join(lines)


def picked():
    """Which row of schema rules is for what."""
    lines = [
        "| target | tools | strict tools | answer | strict answer |",
        "|---|---|---|---|---|",
    ]
    for target in sorted({target for target, _ in _ROWS}):
        names = [
            adapt.schema_rules(target, use, strict=strict).name
            for use in ("tool", "output")
            for strict in (False, True)
        ]
        lines.append(f"| `{target}` | {' | '.join(names)} |")
    return "\n".join(lines)


def schema_rows():
    """Every row once, in the order of use."""
    rows = [row for pair in _ROWS.values() for row in pair if row is not AS_IS]
    return list({row.name: row for row in [*rows, GEMINI_SCHEMA]}.values())


def words(field):
    """What stands in a set that is too long for a cell, one line for each row."""
    lines = [f"| rule | `{field}` |", "|---|---|"]
    for row in schema_rows():
        value = getattr(row, field)
        if value is not None:
            listed = ", ".join(f"`{item}`" for item in sorted(value))
            lines.append(f"| {row.name} | {listed} |")
    return "\n".join(lines)


TABLES = {
    "history rules": lambda: table(list(HISTORY_RULES.values()), "rule"),
    "schema rows": picked,
    "schema rules": lambda: table(schema_rows(), "rule"),
    "schema keywords": lambda: words("keywords"),
    "schema formats": lambda: words("formats"),
}


@pytest.mark.parametrize("name", TABLES)
def test_tables(name):
    assert f"<!-- {name} -->\n\n{TABLES[name]()}\n\n" in PAGE


def test_every_public_name_is_explained():
    # Those of the carrier have a page of their own.
    names = set(adapt.__all__) - {"Stowed", "StowStream"}
    assert {name for name in names if not re.search(rf"\b{name}\b", PAGE)} == set()
