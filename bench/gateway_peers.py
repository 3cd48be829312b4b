"""
How each gateway of the measurement is set up: ours, and those of others.

The others live in environments of their own, one a peer (`make bench-gateway` makes
them; see PEERS there); one that is not installed is left out.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import attrs

__all__ = ["PEERS", "Peer", "ours"]


@attrs.frozen
class Peer:
    """A gateway that can be started."""

    name: str
    command: Callable[[Path, int, int], list[str]]
    """Takes a folder to write in, the upstream's port and its own."""
    pairs: frozenset[tuple[str, str]]
    """The dialects of client and upstream that it serves."""
    environ: Mapping[str, str] = attrs.field(factory=dict)


_LITELLM = {
    "LITELLM_LOCAL_MODEL_COST_MAP": "True",
    "LITELLM_DANGEROUSLY_PERMIT_WEAK_OR_UNSET_MASTER_KEY": "true",
}
ALL = frozenset({("chat", "chat"), ("chat", "anthropic"), ("anthropic", "chat")})


def ours(folder: Path, upstream: int, port: int) -> list[str]:
    """Give the command of `modelwire serve`."""
    config = folder / "modelwire.toml"
    config.write_text(
        f"""
port = {port}

[upstreams.chat]
vendor = "openai-compatible"
base_url = "http://127.0.0.1:{upstream}/v1"

[upstreams.anthropic]
vendor = "anthropic"
base_url = "http://127.0.0.1:{upstream}"
api_key_env = "BENCH_KEY"

[routes]
m-chat = "chat"
m-anthropic = "anthropic"
"""
    )
    return [sys.executable, "-m", "modelwire", "serve", "--config", str(config)]


def _litellm(bin_: Path) -> Callable[[Path, int, int], list[str]]:
    def command(folder: Path, upstream: int, port: int) -> list[str]:
        rows = [
            {
                "model_name": "m-chat",
                "litellm_params": {
                    "model": "openai/m-chat",
                    "api_base": f"http://127.0.0.1:{upstream}/v1",
                    "api_key": "sk-bench",
                },
            },
            {
                "model_name": "m-anthropic",
                "litellm_params": {
                    "model": "anthropic/m-anthropic",
                    "api_base": f"http://127.0.0.1:{upstream}",
                    "api_key": "sk-bench",
                },
            },
        ]
        settings = {"use_chat_completions_url_for_anthropic_messages": True}
        config = folder / "litellm.yaml"
        # JSON is YAML.
        config.write_text(
            json.dumps({"model_list": rows, "litellm_settings": settings})
        )
        flags = ["--host", "127.0.0.1", "--port", str(port), "--num_workers", "1"]
        return [str(bin_ / "litellm"), "--config", str(config), *flags]

    return command


def _rosetta(bin_: Path) -> Callable[[Path, int, int], list[str]]:
    def command(folder: Path, upstream: int, port: int) -> list[str]:
        config = folder / "rosetta.jsonc"
        providers = {
            "openai_chat": {
                "api_key": "sk-bench",
                "base_url": f"http://127.0.0.1:{upstream}/v1",
            },
            "anthropic": {
                "api_key": "sk-bench",
                "base_url": f"http://127.0.0.1:{upstream}",
            },
        }
        models = {"m-chat": "openai_chat", "m-anthropic": "anthropic"}
        server = {"host": "127.0.0.1", "port": port, "open_on_no_keys": True}
        config.write_text(
            json.dumps({"providers": providers, "models": models, "server": server})
        )
        flags = ["--no-banner", "--log-level", "error", "--data-dir", str(folder)]
        return [str(bin_ / "llm-rosetta-gateway"), "--config", str(config), *flags]

    return command


def _ai_proxy(bin_: Path) -> Callable[[Path, int, int], list[str]]:
    def command(folder: Path, upstream: int, port: int) -> list[str]:
        config = folder / "ai_proxy.toml"
        config.write_text(
            f"""
host = "127.0.0.1"
port = {port}

[connections.chat]
api_type = "open_ai"
api_base = "http://127.0.0.1:{upstream}/v1/"
api_key = "sk-bench"

[connections.anthropic]
api_type = "anthropic"
api_base = "http://127.0.0.1:{upstream}"
api_key = "sk-bench"

[routing]
"m-chat" = "chat.m-chat"
"m-anthropic" = "anthropic.m-anthropic"

[groups.default]
api_keys = ["sk-bench"]
"""
        )
        return [str(bin_ / "ai-proxy-server"), "--config", str(config)]

    return command


def PEERS(envs: Path) -> list[Peer]:  # noqa: N802 - a table, once it knows the folder
    """Give the gateways that are installed, ours first."""
    rows = (
        ("litellm", "litellm", _litellm, ALL, _LITELLM),
        ("llm-rosetta", "llm-rosetta-gateway", _rosetta, ALL, {}),
        (
            "ai-proxy-server",
            "ai-proxy-server",
            _ai_proxy,
            ALL - {("anthropic", "chat")},
            {},
        ),
    )
    found = [Peer("modelwire", ours, ALL, {"BENCH_KEY": "sk-bench"})]
    for name, program, command, pairs, environ in rows:
        bin_ = (envs / f"peer-{name}" / "bin").absolute()
        if (bin_ / program).exists():
            found.append(Peer(name, command(bin_), pairs, environ))
    return found
