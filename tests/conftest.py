"""Options of the whole suite."""

import pytest

from modelwire.codecs import _json


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--json-backend",
        choices=["orjson", "stdlib"],
        default=None,
        help="who goes first in modelwire.codecs._json (default: orjson if installed)",
    )


def pytest_configure(config: pytest.Config) -> None:
    chosen = config.getoption("--json-backend")
    if chosen is not None:
        _json._use(chosen)


def pytest_report_header() -> str:
    return f"modelwire JSON back end: {_json.BACKEND}"
