"""Loss codes are the rows of the concept matrix, each with a docstring."""

from __future__ import annotations

import ast
import inspect
import re

from tests._paths import SHARED, needs_shared

from modelwire.ir import LossCode, _loss_codes

_IDENT = re.compile(r"^\| ([a-z_]+\.[a-z0-9_.]+) ", re.MULTILINE)


@needs_shared
def test_the_codes_are_the_rows_of_the_matrix():
    text = (SHARED / "wire" / "mapping.md").read_text(encoding="utf-8")
    rows = _IDENT.findall(text)
    assert len(rows) == len(set(rows)) == 181
    assert rows == [code.value for code in LossCode]


def test_names_follow_from_values():
    for code in LossCode:
        assert code.name == code.value.replace(".", "_").upper()


def test_each_code_says_what_is_lost():
    tree = ast.parse(inspect.getsource(_loss_codes))
    body = next(n for n in tree.body if isinstance(n, ast.ClassDef)).body[1:]
    texts = set()
    for assignment, doc in zip(body[::2], body[1::2], strict=True):
        assert isinstance(assignment, ast.Assign)
        name = assignment.targets[0].id
        text = " ".join(doc.value.value.split())
        assert text.endswith("."), name
        assert text[0].isupper(), name
        assert ". " not in text.removesuffix("."), f"{name}: more than one sentence"
        texts.add(text)
    assert len(texts) == len(LossCode)
