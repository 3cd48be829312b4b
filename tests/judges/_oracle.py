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
NAMES = {
    "openai-chat": "openai_chat",
    "openai-responses": "openai_responses",
    "anthropic-messages": "anthropic",
    "gemini-generate": "gemini",
}
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
RESPONSES = "openai-responses"
GEMINI = "gemini-generate"


def _lagging(kind: str, message: str, field: str, reason: str) -> Allowed:
    """Allow a field that google-genai has and the older published protobuf lacks."""
    return Allowed(
        kind=kind,
        dialect=GEMINI,
        pattern=rf'(?s)proto: .*Message type "[\w.]*\b{message}" has no field named '
        rf'"{field}" at .*\[proto only; google\.genai accepts\]',
        reason=reason,
    )


_ENUM_NUMBERS = "openinference__langchain-test-instrumentor-test-gemini-token-counts"

_STORED = "openinference__agent-framework-test-processor-test-"

ALLOWED: tuple[Allowed, ...] = (
    Allowed(
        kind="request",
        dialect=ANTHROPIC,
        pattern=r"\$\.(temperature|top_p|top_k): unknown field",
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
        case="(anthropic-python__.*-incomplete-partial-json|vercel-ai__anthropic-spliced"
        "|rig__openai-streaming-grammar-incomplete-mid-tool-call)",
        reason="the recorded call is cut; its text is handed on as it is",
    ),
    Allowed(
        kind="stream",
        dialect=ANTHROPIC,
        pattern=r"seq\[\]: tool input of block \d+ does not parse",
        case="(anthropic-python__.*-incomplete-partial-json|vercel-ai__anthropic-spliced"
        "|rig__openai-streaming-grammar-incomplete-mid-tool-call"
        "|semantic-kernel__.*unction-calls-test)",
        reason="the recorded call is cut, or broken on purpose; its text is handed on "
        "as it is",
    ),
    # openai-responses, as a source and as a target.
    Allowed(
        kind="request",
        dialect=ANTHROPIC,
        pattern=r"\$\.messages\[\]: tool_result without a tool_use in the previous .*",
        case=_STORED,
        reason="the calls stand in a stored response (`previous_response_id`), which "
        "is a loss of severity error",
    ),
    Allowed(
        kind="request",
        dialect=CHAT,
        pattern=r"\$\.messages\[\]: tool message without a preceding tool_call '\w+'",
        case=_STORED,
        reason="the same",
    ),
    Allowed(
        kind="response",
        dialect=ANTHROPIC,
        pattern=r"\$\.usage\.server_tool_use\.web_fetch_requests: missing .*",
        reason="Responses counts searches only, and Anthropic itself was recorded to "
        "leave the other count out (11 of 23)",
    ),
    Allowed(
        kind="stream",
        dialect=ANTHROPIC,
        pattern=r"\$\[\]\.usage\.server_tool_use\.web_fetch_requests: missing .*",
        reason="the same",
    ),
    Allowed(
        kind="response",
        dialect=CHAT,
        pattern=r"\$\.choices\[\]\.message\.annotations\[\]\.url_citation\."
        r"(title|start_index|end_index): missing required field",
        case="vercel-ai__xai-responses-fixtures-xai-x-search-tool-1 ",
        reason="xAI's citations have an address and nothing else, in Chat, too",
    ),
    Allowed(
        kind="response",
        dialect=CHAT,
        pattern=r"\$\.choices\[\]\.finish_reason: None not one of .*",
        case="pydantic-ai__.*test-background-mode-vcr-1 ",
        reason="the response is queued: nothing has been said, and no end is made up",
    ),
    Allowed(
        kind="stream",
        dialect=CHAT,
        pattern=r"seq\[\]: chunk after the usage chunk",
        case="pydantic-ai__test-openai-responses-.*-moderation-stream ",
        reason="a moderation chunk follows it, as OpenAI was recorded to send it "
        "(observed.md section 1)",
    ),
    Allowed(
        kind="stream",
        dialect=CHAT,
        pattern=r"\$\[\]\.choices\[\]\.delta\.tool_calls\[\]\.(custom: unknown field"
        r"|type: 'custom' not one of .*)|seq\[\]: first delta of tool call .* lacks .*",
        case="agentgateway__crates-llm-response-responses-stream-custom-tool ",
        reason="a custom tool's call in the shape that whole answers have; the types "
        "of the stream have functions only",
    ),
    Allowed(
        kind="response",
        dialect=RESPONSES,
        pattern=r"\$\.(frequency|presence)_penalty: unknown field",
        reason="OpenAI sends them (79 of the recorded objects) and the Open Responses "
        "standard requires them; the vendor's types have no such fields",
    ),
    Allowed(
        kind="stream",
        dialect=RESPONSES,
        pattern=r"\$\[\]\.response\.(frequency|presence)_penalty: unknown field",
        reason="the same",
    ),
    Allowed(
        kind="stream",
        dialect=RESPONSES,
        pattern=r"\$\[\]\.logprobs\[\]\.(top_logprobs\[\]\.)?bytes: unknown field",
        reason="OpenAI sends them (chatlas__vcr-test-provider-openai-test-openai-"
        "logprobs); the types of the stream lag behind those of the item",
    ),
    Allowed(
        kind="stream",
        dialect=RESPONSES,
        pattern=r"\$\[\]\.error: unknown field|seq\[\]: 1 events after error",
        reason="recorded so (observed.md section 3): the error is nested, and "
        "response.failed follows; OpenAI's own client raises for the nested form only",
    ),
    Allowed(
        kind="stream",
        dialect=RESPONSES,
        pattern=r"\$\[\]\.item\.action: missing required field",
        case="mirascope__input-test-web-search-tool-stream-openai-gpt-4o-responses-1 ",
        reason="what a search is begun with is given at the end of its item; others "
        "were recorded to be added without it",
    ),
    # gemini-generate: the published protobuf is older than the SDK.
    _lagging(
        "request",
        "Part",
        "mediaResolution",
        "documented for Gemini 3; it is where `detail` of an image goes",
    ),
    _lagging(
        "request",
        "GenerateContentRequest",
        "(serviceTier|store)",
        "documented fields of the Developer API",
    ),
    _lagging(
        "request",
        "ThinkingConfig",
        "thinkingLevel",
        "documented for Gemini 3; it is where an effort goes",
    ),
    _lagging(
        "response",
        "GenerateContentResponse",
        "createTime",
        "Vertex sends it (recorded); it is where the time goes",
    ),
    _lagging(
        "stream",
        "GenerateContentResponse",
        "createTime",
        "Vertex sends it (recorded); it is where the time goes",
    ),
    _lagging(
        "response",
        "UsageMetadata",
        "trafficType",
        "Vertex sends it (recorded); it is where the tier goes",
    ),
    _lagging(
        "stream",
        "UsageMetadata",
        "trafficType",
        "Vertex sends it (recorded); it is where the tier goes",
    ),
    Allowed(
        kind="response",
        dialect=GEMINI,
        pattern=r"genai: \$\.(candidates\[\]\.finishReason|usageMetadata\.(trafficType|"
        r"\w+Details\[\]\.modality)): 1 not in enum \w+",
        case=_ENUM_NUMBERS,
        reason="the client asked for enums as numbers (`enum-encoding=int`), and the "
        "recorded answer is an array, which the oracle does not read as a response",
    ),
    Allowed(
        kind="response",
        dialect=GEMINI,
        pattern=r'(?s)proto: .*has no field named "(trafficType|createTime)" at .*',
        case=_ENUM_NUMBERS,
        reason="the same answer: the protobuf lacks what Vertex sent, as above",
    ),
    Allowed(
        kind="response",
        dialect=GEMINI,
        pattern=r"(genai: \$\.usageMetadata\.serviceTier: unknown field|(?s:proto: .*"
        r'UsageMetadata" has no field named "serviceTier" at .*))',
        case="llm-gemini__",
        reason="recorded, and newer than the types; joined events move where it stands",
    ),
    Allowed(
        kind="response",
        dialect=CHAT,
        pattern=r"\$\.usage\.completion_tokens_details\.image_tokens: unknown field",
        case="ellmer__testthat-vcr-google-image-gen ",
        reason="tokens of a generated image; compatible servers were recorded to send "
        "them there, the types of OpenAI lag",
    ),
    Allowed(
        kind="response",
        dialect=CHAT,
        pattern=r"\$\.choices\[\]\.finish_reason: 'error' not one of .*",
        case="pydantic-ai__test-multimodal-tool-returns.*-google-vertex ",
        reason="UNEXPECTED_TOOL_CALL is never passed off as success (row F07)",
    ),
    Allowed(
        kind="stream",
        dialect=CHAT,
        pattern=r"\$\[\]\.choices\[\]\.finish_reason: 'error' not one of .*",
        case="semantic-kernel__google-unitchat-stream-finish-reason-other",
        reason="OTHER is no success (rows F06, F07)",
    ),
    Allowed(
        kind="stream",
        dialect=ANTHROPIC,
        pattern=r"\$\[\]\.delta\.stop_reason: 'OTHER' not one of .*",
        case="semantic-kernel__google-unitchat-stream-finish-reason-other",
        reason="the same; here the reason is handed on as it is",
    ),
    Allowed(
        kind="stream",
        dialect=GEMINI,
        pattern=r"seq: usageMetadata missing on the last chunk",
        case="(openinference__instructor|semantic-kernel__)",
        reason="the recorded source says nothing of usage, and nothing is made up",
    ),
    Allowed(
        kind="stream",
        dialect=GEMINI,
        pattern=r'(?s)proto: .*(CodeExecutionResult" has no field named "id"|Part" has '
        r'no field named "toolResponse") at .*\[proto only; google\.genai accepts\]',
        case="(rig__gemini-code-execution|pydantic-ai__test-google-.*file-search)",
        reason="recorded so; joined events move what the oracle names first",
    ),
)
