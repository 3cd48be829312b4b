"""The configuration: what it may say, and that all that is wrong is told at once."""

from __future__ import annotations

import argparse

import pytest
from hypothesis import given, strategies as st

from modelwire._cli import _serve
from modelwire.adapt import Carrier
from modelwire.codecs import COLLECT, RAISE_ON_ERROR
from modelwire.codecs.openai_chat import PROFILES
from modelwire.errors import LocalError
from modelwire.transports._config import load, parse
from modelwire.transports.asgi import Routes, Rule, Settings

ENV = {
    "UP": "sk-up",
    "KEYS": " k1, k2,,",
    "CARRIER": "c" * 32,
    "EMPTY": "",
    "BLANKS": " ,",
}
UPSTREAMS = {"main": {"vendor": "anthropic", "api_key_env": "UP"}}


def read(**table):
    return parse({"upstreams": UPSTREAMS, **table}, environ=ENV)


def test_the_least():
    config = read()
    assert (config.host, config.port) == ("127.0.0.1", 8080)
    assert config.routes == Routes.to("main")
    assert config.settings == Settings()
    (endpoint,) = config.upstreams.values()
    assert endpoint.auth.pair() == ("x-api-key", "sk-up")
    assert endpoint.base_url == "https://api.anthropic.com"


WHOLE = """
host = "0.0.0.0"
port = 0
grace = 5
client_keys_env = "KEYS"
on_loss = "collect"
origins = ["http://localhost:3000"]
carrier_key_env = "CARRIER"
max_body = 1000
body_patience = 1.5
body_time = 10
send_patience = 2
keepalive = 0
show_losses = false
repair = false

[clients]
openai-chat = "deepseek"

[timeouts]
connect = 1
read = 2.5
total = 60

[upstreams.claude]
vendor = "anthropic"
api_key_env = "UP"
base_url = "https://proxy.test"

[upstreams.azure]
vendor = "azure-openai"
resource = "res"
api_version = "2024-10-21"
api_key_env = "UP"

[upstreams.fast]
vendor = "groq"
api_key_env = "UP"

[upstreams.local]
vendor = "openai-compatible"
base_url = "http://127.0.0.1:8000/v1"
profile = "vllm"
dialects = ["openai-chat", "anthropic-messages"]

[routes]
small = { upstream = "claude", model = "claude-haiku-4-5" }
"gpt-*" = "azure"
"*" = "local"
"""


def test_all_of_it(tmp_path, monkeypatch):
    for name, value in ENV.items():
        monkeypatch.setenv(name, value)
    path = tmp_path / "gateway.toml"
    path.write_text(WHOLE, encoding="utf-8")
    config = load(path)
    assert (config.host, config.port, config.grace) == ("0.0.0.0", 0, 5)
    assert config.routes.rules == (
        Rule("small", "claude", "claude-haiku-4-5"),
        Rule("gpt-*", "azure"),
        Rule("*", "local"),
    )
    settings = config.settings
    assert settings.client_keys == ("k1", "k2")
    assert settings.on_loss == COLLECT
    assert settings.origins == ("http://localhost:3000",)
    assert settings.carrier.key == b"c" * 32
    assert (settings.max_body, settings.body_patience) == (1000, 1.5)
    assert (settings.body_time, settings.send_patience) == (10, 2)
    assert (settings.keepalive, settings.show_losses, settings.repair) == (
        None,
        False,
        False,
    )
    assert settings.profiles == {"openai-chat": PROFILES["deepseek"]}
    timeouts = config.timeouts
    assert (timeouts.connect, timeouts.read, timeouts.total) == (1, 2.5, 60)
    assert set(config.upstreams) == {"claude", "azure", "fast", "local"}
    assert config.upstreams["claude"].base_url == "https://proxy.test"
    assert config.upstreams["azure"].query == (("api-version", "2024-10-21"),)
    local = config.upstreams["local"]
    assert local.dialects == ("openai-chat", "anthropic-messages")
    assert local.profile("openai-chat") == PROFILES["vllm"]
    for secret in ("sk-up", "k1", "c" * 32):
        assert secret not in repr(config)


@pytest.mark.parametrize(
    ("table", "carrier"),
    [
        ({}, None),
        ({"carrier": True}, Carrier()),
        ({"carrier_key_env": "CARRIER"}, Carrier(key=b"c" * 32)),
        ({"carrier": False, "carrier_key_env": "CARRIER"}, None),
    ],
)
def test_whether_opaque_state_is_carried(table, carrier):
    found = read(**table).settings.carrier
    assert getattr(found, "key", None) == getattr(carrier, "key", None)
    assert type(found) is type(carrier)


FAULTS = [
    ({"upstreams": {}}, "upstreams: at least one"),
    ({"upstreams": 3}, "upstreams: a table"),
    ({"upstreams": {"a": 3}}, "upstreams.a: a table that names its vendor"),
    ({"upstreams": {"a": {"vendor": "nobody"}}}, "upstreams.a: "),
    ({"upstreams": {"a": {"vendor": "anthropic", "key": "sk"}}},
     "unknown for anthropic: key"),
    ({"upstreams": {"a": {"vendor": "anthropic", "api_key_env": "NONE"}}},
     "api_key_env names a variable that holds no key"),
    ({"upstreams": {"a": {"vendor": "anthropic", "api_key_env": "EMPTY"}}},
     "api_key_env names a variable that holds no key"),
    ({"upstreams": {"a": {"vendor": "anthropic", "api_key_env": "UP",
                          "base_url": 3}}}, "base_url is text"),
    ({"upstreams": {"a": {"vendor": "anthropic", "api_key_env": "UP",
                          "base_url": "http://["}}}, "a base URL begins with"),
    ({"upstreams": {"a": {"vendor": "anthropic", "from_env": "yes"}}},
     "from_env is true or false"),
    ({"upstreams": {"a": {"vendor": "openai-compatible"}}}, "base_url is needed"),
    ({"upstreams": {"a": {"vendor": "openai-compatible", "base_url": "http://h",
                          "dialects": ["x"]}}}, "dialects are of"),
    ({"upstreams": {"a": {"vendor": "openai-compatible", "base_url": "http://h",
                          "dialects": "openai-chat"}}}, "dialects is a list"),
    ({"upstreams": {"a": {"vendor": "openai-compatible", "base_url": "http://h",
                          "profile": "x"}}}, "profile is one of"),
    ({"routes": {"x": "nowhere"}}, "the route 'x' names no upstream"),
    ({"routes": {"x": 3}}, "the route 'x' names an upstream"),
    ({"routes": {"x": {"upstream": "main", "more": 1}}}, "the route 'x' names"),
    ({"routes": []}, "routes: a table"),
    ({"port": "8080"}, "port is a number"),
    ({"port": 70000}, "port is a number"),
    ({"port": True}, "port is a number"),
    ({"host": ""}, "host is a name"),
    ({"grace": -1}, "grace is a number"),
    ({"max_body": 1.5}, "max_body is a number"),
    ({"max_body": 0}, "max_body is a number above 0"),
    ({"keepalive": float("nan")}, "keepalive is a number"),
    ({"repair": 1}, "repair is true or false"),
    ({"on_loss": "never"}, "on_loss is one of"),
    ({"on_loss": []}, "on_loss is one of"),
    ({"origins": "http://x"}, "origins is a list"),
    ({"client_keys_env": "NONE"}, "client_keys_env names a variable"),
    ({"client_keys_env": "KEYS", "forward_credentials": True}, "not both"),
    ({"carrier": "yes"}, "carrier is true or false"),
    ({"carrier_key_env": "NONE"}, "carrier_key_env names a variable"),
    ({"timeouts": {"read": 0}}, "read: one of"),
    ({"timeouts": {"ever": 1}}, "ever: one of"),
    ({"clients": {"openai-chat": "x"}}, "openai-chat is one of"),
    ({"clients": {"x": "deepseek"}}, "x is none of"),
    ({"client_keys_env": "BLANKS"}, "holds no key"),
    ({"carrier": 1}, "carrier is true or false"),
    ({"prot": 1}, "prot: unknown"),
]  # fmt: skip


@pytest.mark.parametrize(("table", "said"), FAULTS)
def test_what_is_wrong_is_said(table, said):
    with pytest.raises(LocalError) as caught:
        read(**table)
    assert said in str(caught.value)
    assert "sk" not in str(caught.value)


def test_all_that_is_wrong_is_said_at_once():
    with pytest.raises(LocalError) as caught:
        read(port=-1, on_loss="x", odd=1, timeouts={"read": "x"}, routes={"a": "b"})
    for said in ("port is", "on_loss is", "odd: unknown", "read: one of", "route 'a'"):
        assert said in str(caught.value)


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=9),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner)
    ),
    max_leaves=9,
)
NAMES = st.sampled_from(
    "host port grace upstreams routes clients timeouts client_keys_env on_loss origins "
    "carrier carrier_key_env max_body keepalive repair forward_credentials".split()
)
ROWS = st.dictionaries(
    st.sampled_from(
        "vendor base_url api_key_env from_env dialects profile root name resource "
        "api_version".split()
    ),
    VALUES
    | st.sampled_from(["anthropic", "openai-compatible", "azure-openai", "groq", "UP"]),
)


@given(table=st.dictionaries(NAMES, VALUES), row=ROWS)
def test_a_table_is_read_or_refused(table, row):
    for given_ in (
        table,
        {**table, "upstreams": {"main": row}},
        {"upstreams": {"m": row}},
    ):
        said = ""
        try:
            parse(given_, environ=ENV)
        except LocalError as error:
            said = str(error)
        assert "sk-up" not in said


@pytest.mark.parametrize("text", ["port = ", "\x00", "[a]\n[a]"])
def test_a_file_that_is_no_toml(tmp_path, text):
    path = tmp_path / "x.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(LocalError, match="cannot be read"):
        load(path)
    with pytest.raises(LocalError, match="cannot be read"):
        load(tmp_path / "none.toml")


# --- flags --------------------------------------------------------------------------


def flags(*given):
    parser = argparse.ArgumentParser()
    _serve.add_arguments(parser)
    return _serve.config_of(parser.parse_args(list(given)))


def test_flags_alone(monkeypatch):
    monkeypatch.setenv("ANTHROPIC_API_KEY", "sk-up")
    monkeypatch.setenv("K", "k1")
    config = flags(
        "--upstream", "anthropic", "--from-env", "--port", "0",
        "--client-keys-env", "K",
        "--upstream", "openai-compatible=http://127.0.0.1:8000/v1",
        "--route", "fast=anthropic:claude-haiku-4-5", "--route", "*=openai-compatible",
        "--on-loss", "content", "--grace", "3",
    )  # fmt: skip
    assert config.routes.rules == (
        Rule("fast", "anthropic", "claude-haiku-4-5"),
        Rule("*", "openai-compatible"),
    )
    assert (config.port, config.grace) == (0, 3)
    assert config.settings.client_keys == ("k1",)
    assert config.settings.on_loss.severities == {"error", "content"}
    assert config.upstreams["openai-compatible"].auth is None


def test_flags_go_over_the_file(tmp_path, monkeypatch):
    monkeypatch.setenv("UP", "sk-up")
    path = tmp_path / "x.toml"
    path.write_text(
        'port = 1\nhost = "::1"\n[upstreams.a]\nvendor = "anthropic"\n'
        'api_key_env = "UP"\n[routes]\nx = "a"\ny = "a"\n',
        encoding="utf-8",
    )
    config = flags(
        "--config", str(path), "--port", "2", "--upstream", "ollama", "--route",
        "x=ollama", "--route", "z=a:m",
    )  # fmt: skip
    assert (config.host, config.port) == ("::1", 2)
    assert config.routes.rules == (
        Rule("x", "ollama"),
        Rule("z", "a", "m"),
        Rule("y", "a"),
    )
    assert config.settings.on_loss == RAISE_ON_ERROR


@pytest.mark.parametrize("route", ["x", "=a", "x=", "x=:m"])
def test_a_route_that_is_none(route):
    with pytest.raises(LocalError, match="PATTERN=UPSTREAM"):
        flags("--upstream", "ollama", "--route", route)


@pytest.mark.parametrize(
    ("host", "is_loopback"),
    [("127.0.0.1", True), ("localhost", True), ("::1", True), ("127.1.2.3", True),
     ("0.0.0.0", False), ("::", False), ("127.evil.test", False), ("10.0.0.1", False)],
)  # fmt: skip
def test_who_can_reach_an_address(host, is_loopback):
    assert _serve.is_loopback(host) == is_loopback
