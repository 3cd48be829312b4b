"""Who imports whom, and that nothing but transports touches the outside world."""

from __future__ import annotations

import ast
import importlib.util
from pathlib import Path

import pytest
from tests._fresh import run_fresh

PACKAGE = Path(importlib.util.find_spec("modelwire").origin).parent

# Layer -> what it may import of ours.
BASE = {"_lazy", "_node", "errors", "ir", "sse", "framing", "codecs"}
ALLOWED = {
    "_lazy": set(),
    "_node": set(),
    "errors": {"_node"},
    "ir": {"_lazy", "_node", "errors", "ir"},
    "sse": {"_lazy", "_node", "errors", "sse"},
    "framing": {"_lazy", "errors", "framing"},
    "codecs": BASE,
    "adapt": {"_lazy", "errors", "ir", "codecs", "adapt"},
    "_watch": {"errors", "ir"},
    "translate": {"errors", "ir", "codecs", "adapt", "_watch"},
    "translate_operations": {"errors", "ir", "codecs", "translate"},
    "testing": BASE | {"adapt", "translate", "testing"},
    "transports": BASE | {"adapt", "translate", "translate_operations", "transports"},
    "_cli": BASE | {"adapt", "translate", "testing", "transports", "_cli"},
    "__init__": {
        "errors",
        "ir",
        "sse",
        "codecs",
        "adapt",
        "translate",
        "translate_operations",
    },
    "__main__": {"_cli"},
}

# The one upward call, see docs/decisions/0002: the accumulator parses partial tool
# arguments on demand, and imports the parser when it is asked to.
EXCEPTIONS = {("ir/_accumulate.py", "framing"), ("ir/_blocks.py", "framing")}

OUTSIDE_WORLD = [
    "socket",
    "ssl",
    "asyncio",
    "selectors",
    "http.client",
    "httpx",
]


def modules():
    return sorted(PACKAGE.rglob("*.py"))


def imported(path: Path):
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            if node.module == "modelwire":
                yield from (f"modelwire.{alias.name}" for alias in node.names)
            else:
                yield node.module
                yield from (f"{node.module}.{alias.name}" for alias in node.names)


def layer_of(path: Path) -> str:
    first = path.relative_to(PACKAGE).parts[0]
    return first.removesuffix(".py")


@pytest.mark.parametrize("path", modules(), ids=lambda p: str(p.relative_to(PACKAGE)))
def test_imports_point_downwards(path):
    relative = path.relative_to(PACKAGE).as_posix()
    for name in imported(path):
        if not name.startswith("modelwire."):
            continue
        target = name.split(".")[1]
        if target == "__version__":
            continue
        allowed = target in ALLOWED[layer_of(path)]
        assert allowed or (relative, target) in EXCEPTIONS, f"{relative}: {name}"


@pytest.mark.parametrize("path", modules(), ids=lambda p: str(p.relative_to(PACKAGE)))
def test_dialects_never_import_each_other(path):
    parts = path.relative_to(PACKAGE).parts
    dialects = {p.name for p in (PACKAGE / "codecs").iterdir() if p.is_dir()}
    if parts[0] != "codecs" or parts[1] not in dialects:
        return
    for name in imported(path):
        pieces = name.split(".")
        if pieces[:2] == ["modelwire", "codecs"] and len(pieces) > 2:
            assert pieces[2] not in dialects - {parts[1]}, f"{parts}: {name}"


def pure_modules() -> list[str]:
    names = []
    for path in modules():
        layer = layer_of(path)
        if layer in ("transports", "_cli", "__main__", "testing"):
            continue
        dotted = ".".join(path.relative_to(PACKAGE).with_suffix("").parts)
        names.append(f"modelwire.{dotted}".removesuffix(".__init__"))
    return [n for n in names if n != "modelwire"] + ["modelwire"]


def test_nothing_pure_loads_the_outside_world():
    code = (
        "import importlib, sys\n"
        f"for name in {pure_modules()!r}:\n"
        "    importlib.import_module(name)\n"
        f"print([m for m in {OUTSIDE_WORLD!r} if m in sys.modules])\n"
    )
    assert run_fresh(code).strip() == "[]"


DIALECTS = ["openai_chat", "openai_responses", "anthropic_messages", "gemini_generate"]

# Import time is a goal (DESIGN.md, section 7), and a value class costs 0.15 ms.
NOT_FOR_DECODING = (
    "ir._request",
    "ir._tools",
    "ir._response",
    "codecs._encoded",
    "sse._decoder",
)
NOT_BEFORE_A_CALL = (
    *("_embeddings", "_images", "_models_list", "_moderations"),
    *("_speech", "_token_count", "_transcriptions", "_uploads"),
)


@pytest.mark.parametrize("dialect", DIALECTS)
def test_stream_decoder_does_not_load_the_request_model(dialect):
    code = (
        "import sys\n"
        f"from modelwire.codecs import {dialect}\n"
        f"{dialect}.stream_decoder().feed(b'')\n"
        f"print([m for m in sys.modules if m.endswith({NOT_FOR_DECODING!r})"
        " or m.startswith('cattr')])\n"
    )
    assert run_fresh(code).strip() == "[]"


@pytest.mark.parametrize("dialect", DIALECTS)
def test_values_of_an_operation_load_when_it_is_called(dialect):
    late = tuple(f"modelwire.ir.{name}" for name in NOT_BEFORE_A_CALL)
    code = (
        "import sys\n"
        f"from modelwire.codecs import {dialect} as codec\n"
        "for name in dir(codec):\n"
        "    getattr(codec, name)\n"
        f"print([m for m in sys.modules if m in {late!r}"
        " or m.startswith('modelwire.framing.')])\n"
    )
    assert run_fresh(code).strip() == "[]"


def test_import_modelwire_loads_no_codec():
    code = (
        "import sys, modelwire\n"
        "print([m for m in sys.modules if m.startswith('modelwire.')])\n"
    )
    assert run_fresh(code).strip() == "[]"
