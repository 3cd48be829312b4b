"""The contenders of `make bench-peers`, and the process that each of them is."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import attrs

__all__ = ["CONTENDERS", "Contender", "Failed", "Worker", "import_seconds", "started"]

HERE = Path(__file__).parent
WORKER = HERE / "peer_works" / "worker.py"


class Failed(Exception):  # noqa: N818 - it says what happened to a contender
    """A contender is not installed, or could not do what it was asked."""


@attrs.frozen
class Contender:
    """Who is measured."""

    name: str
    module: str
    """Of `peer_works`."""
    packages: tuple[str, ...]
    """What one installs to have it."""
    imports: str
    """What a program imports to read a stream of OpenAI, or of the peer's vendor."""

    def python(self, envs: Path) -> Path:
        """The interpreter of its environment; ours is the driver's."""
        if self.module == "with_modelwire":
            return Path(sys.executable)
        return envs / f"beside-{self.name}" / "bin" / "python"


CONTENDERS = (
    Contender(
        "modelwire",
        "with_modelwire",
        ("modelwire",),
        "from modelwire.codecs import openai_chat; openai_chat.stream_decoder",
    ),
    Contender("openai", "with_openai", ("openai",), "from openai import OpenAI"),
    Contender(
        "anthropic", "with_anthropic", ("anthropic",), "from anthropic import Anthropic"
    ),
    Contender(
        "google-genai",
        "with_google_genai",
        ("google-genai",),
        "from google import genai",
    ),
    Contender(
        "httpx-sse", "with_httpx_sse", ("httpx-sse", "httpx"), "import httpx_sse, json"
    ),
    Contender(
        "llm-rosetta",
        "with_llm_rosetta",
        ("llm-rosetta",),
        "from llm_rosetta import OpenAIChatConverter",
    ),
    Contender("lm15", "with_lm15", ("lm15",), "from lm15 import OpenAIChatLM"),
    Contender(
        "litellm", "with_litellm", ("litellm",), "from litellm import completion"
    ),
    Contender(
        "pydantic-ai",
        "with_pydantic_ai",
        ("pydantic-ai-slim[openai,anthropic,google]",),
        "from pydantic_ai.models.openai import OpenAIChatModel",
    ),
)


@attrs.frozen
class Worker:
    """A contender that runs."""

    process: subprocess.Popen[str]
    versions: dict[str, str]

    def ask(self, **what: Any) -> Any:
        """
        Ask one thing and wait for the answer.

        Raises:
            Failed: It says that it could not, or it is gone.
        """
        assert self.process.stdin is not None
        with contextlib.suppress(BrokenPipeError):
            self.process.stdin.write(json.dumps(what) + "\n")
            self.process.stdin.flush()
        return _answer(self.process)["is"]


def _answer(process: subprocess.Popen[str]) -> dict[str, Any]:
    assert process.stdout is not None
    line = process.stdout.readline()
    if not line:
        msg = f"it ended with {process.wait()}"
        raise Failed(msg)
    answer: dict[str, Any] = json.loads(line)
    if "failed" in answer:
        raise Failed(answer["failed"])
    return answer


@contextlib.contextmanager
def started(contender: Contender, envs: Path, folder: Path) -> Iterator[Worker]:
    """
    Run the worker of a contender until the block ends.

    Raises:
        Failed: Its environment is not there, or it does not start.
    """
    python = contender.python(envs)
    if not python.exists():
        msg = f"there is no environment {envs.name}/beside-{contender.name}"
        raise Failed(msg)
    process = subprocess.Popen(
        [python, str(WORKER), contender.module, str(folder)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        # A proxy of this machine's would be one more thing that a client reads.
        env={k: v for k, v in os.environ.items() if "proxy" not in k.lower()},
    )
    try:
        yield Worker(process, _answer(process)["versions"])
    finally:
        _end(process)


def _end(process: subprocess.Popen[str]) -> None:
    assert process.stdin is not None
    assert process.stdout is not None
    with contextlib.suppress(BrokenPipeError):
        process.stdin.close()  # the end of what it reads is the end of its work
    try:
        process.wait(10)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    process.stdout.close()


def import_seconds(python: Path, code: str) -> float:
    """Time an import in a fresh interpreter."""
    script = f"import time; t = time.process_time(); {code}; "
    script += "print(time.process_time() - t)"
    done = subprocess.run(
        [python, "-I", "-c", script], capture_output=True, text=True, check=True
    )
    return float(done.stdout.split()[-1])
