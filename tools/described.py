"""What the docstrings under names say, for the pages that are made of them."""

from __future__ import annotations

import ast
import itertools

__all__ = ["described"]


def described(source: str) -> dict[str, str]:
    """
    Give the docstring under each name of a class or a module.

    Args:
        source: Its text; of a module with one class alone, the class counts.

    Returns:
        Name to docstring, on one line.
    """
    body = ast.parse(source).body
    classes = [node for node in body if isinstance(node, ast.ClassDef)]
    if len(classes) == 1:
        body = classes[0].body
    found: dict[str, str] = {}
    for node, below in itertools.pairwise(body):
        match node, below:
            case (
                ast.Assign(targets=[ast.Name(id=name)])
                | ast.AnnAssign(target=ast.Name(id=name)),
                ast.Expr(value=ast.Constant(value=str(text))),
            ):
                found[name] = " ".join(text.split())
    return found
