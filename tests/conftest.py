"""Options of the whole suite."""

import pytest
from hypothesis import HealthCheck, settings

from modelwire.codecs import _json

# What lands must not depend on luck: the same examples every time.  New ones are
# looked for with `--hypothesis-profile=explore` and by `make fuzz`.
settings.register_profile(
    "steady",
    derandomize=True,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)
settings.register_profile("explore", settings.get_profile("steady"), derandomize=False)
settings.load_profile("steady")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--json-backend",
        choices=["orjson", "stdlib"],
        default=None,
        help="who goes first in modelwire.codecs._json (default: orjson if installed)",
    )
    parser.addoption(
        "--megabytes",
        type=int,
        default=1,
        help="how long the streams of tests/limits are",
    )


def pytest_configure(config: pytest.Config) -> None:
    chosen = config.getoption("--json-backend")
    if chosen is not None:
        _json._use(chosen)


def pytest_report_header() -> str:
    return f"modelwire JSON back end: {_json.BACKEND}"
