"""The schema oracle in its own interpreter: one process for a whole batch."""

from __future__ import annotations

import json
import os
import re
import subprocess
from pathlib import Path
from typing import Any

import attrs
import pytest
from tests._paths import SHARED

__all__ = ["ALLOWED", "Allowed", "Job", "judge", "why_not"]

ORACLE = SHARED / "oracles" / "schema_oracle.py"
DRIVER = Path(__file__).with_name("oracle_driver.py")
NAMES = {"openai-chat": "openai_chat", "anthropic-messages": "anthropic"}
TIMEOUT = 300


@attrs.frozen
class Job:
    """One body to judge."""

    id: str
    kind: str
    dialect: str
    body: Any = attrs.field(repr=False)


def why_not() -> str | None:
    """Say why the oracle cannot be asked; `None`: it can."""
    python = os.environ.get("MODELWIRE_ORACLE_PYTHON")
    if not ORACLE.is_file():
        return "the shared material is not beside the repository"
    if not python:
        return "MODELWIRE_ORACLE_PYTHON names no interpreter"
    if not Path(python).is_file():
        return f"MODELWIRE_ORACLE_PYTHON: there is no {python}"
    return None


def judge(jobs: list[Job]) -> list[list[str]]:
    """Give the problems of each job, numbers in paths included."""
    reason = why_not()
    if reason is not None:
        pytest.skip(reason)
    asked = [
        {"kind": job.kind, "dialect": NAMES[job.dialect], "body": job.body}
        for job in jobs
    ]
    done = subprocess.run(
        [os.environ["MODELWIRE_ORACLE_PYTHON"], str(DRIVER), str(ORACLE)],
        input=json.dumps(asked),
        capture_output=True,
        text=True,
        timeout=TIMEOUT,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-4000:]
    answers = json.loads(done.stdout)
    assert len(answers) == len(jobs)
    raised = [
        (job.id, answer["raised"])
        for job, answer in zip(jobs, answers, strict=True)
        if isinstance(answer, dict)
    ]
    assert not raised, raised
    return answers


@attrs.frozen(kw_only=True)
class Allowed:
    """A finding that is the oracle's own, or the source's."""

    kind: str
    """`request`, `response` or `stream`."""
    dialect: str
    """The dialect of the judged body."""
    pattern: str
    """A regular expression that the whole finding matches, indexes left out."""
    reason: str
    """Why it is not ours."""
    case: str = ".*"
    """A regular expression that the beginning of the job's id matches."""

    def covers(self, job: Job, finding: str) -> bool:
        """Say whether *finding* of *job* is this one."""
        return (
            self.kind == job.kind
            and self.dialect == job.dialect
            and re.match(self.case, job.id) is not None
            and re.fullmatch(self.pattern, finding) is not None
        )


CHAT, ANTHROPIC = "openai-chat", "anthropic-messages"

ALLOWED: tuple[Allowed, ...] = (
    Allowed(
        kind="request",
        dialect=ANTHROPIC,
        pattern=r"\$\.(temperature|top_p): unknown field",
        reason="the types are those of API version 2026-10-21; the default profile "
        "speaks 2023-06-01, which takes them",
    ),
    Allowed(
        kind="response",
        dialect=CHAT,
        pattern=r"\$\.choices\[\]\.finish_reason: None not one of .*",
        case="dd-trace-py__openai-v1-chat-completion-image-input ",
        reason="a preview of 2023 sent `finish_details` instead; null is absent",
    ),
    Allowed(
        kind="stream",
        dialect=CHAT,
        pattern=r"\$\[\]\.usage\.(queue|prompt|completion|total)_time: unknown field",
        case="pydantic-ai__test-groq",
        reason="Groq's own fields; they came in `x_groq.usage`, which is no field of "
        "the types either",
    ),
    Allowed(
        kind="stream",
        dialect=CHAT,
        pattern=r"\$\[\]\.choices\[\]\.finish_reason: 'unknown' not one of .*",
        case="pydantic-ai__test-snowflake",
        reason="the server names no finish reason, and what is not known is never "
        "passed off as success (acceptance rows F06, F07)",
    ),
    Allowed(
        kind="stream",
        dialect=ANTHROPIC,
        pattern=r"seq: no stop_reason in message_delta",
        case="pydantic-ai__test-snowflake",
        reason="the same; here an unknown reason is null",
    ),
    Allowed(
        kind="stream",
        dialect=ANTHROPIC,
        pattern=r"\$\[\]\.usage\.service_tier: unknown field",
        reason="a tier that is known late stands where a gateway was recorded to send "
        "it (rig__anthropic-streaming-gateway-message-delta-metadata)",
    ),
    Allowed(
        kind="stream",
        dialect=CHAT,
        pattern=r"seq\[\]: chunk after the usage chunk",
        case="pydantic-ai__.*-recorded-provider-stream-huggingface-1 ",
        reason="the server measures itself in every event; what has no delta to stand "
        "beside goes out in a chunk without choices, which is not a usage chunk",
    ),
    Allowed(
        kind="stream",
        dialect=CHAT,
        pattern=r"\$\[\]\.choices\[\]\.delta\.annotations: unknown field",
        reason="OpenAI's search models stream annotations there (recorded); the types "
        "lag",
    ),
    Allowed(
        kind="stream",
        dialect=CHAT,
        pattern=r"seq: arguments of tool call \(0, 0\) do not parse",
        case="(anthropic-python__.*-incomplete-partial-json|vercel-ai__anthropic-spliced)",
        reason="the recorded call is cut; its text is handed on as it is",
    ),
    Allowed(
        kind="stream",
        dialect=ANTHROPIC,
        pattern=r"seq\[\]: tool input of block \d+ does not parse",
        case="(anthropic-python__.*-incomplete-partial-json|vercel-ai__anthropic-spliced"
        "|semantic-kernel__.*unction-calls-test)",
        reason="the recorded call is cut, or broken on purpose; its text is handed on "
        "as it is",
    ),
)
