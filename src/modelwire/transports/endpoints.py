"""
Endpoints of the vendors, one function each.

    endpoints.openai("sk-…")
    endpoints.anthropic(from_env=True)
    endpoints.compatible("groq", from_env=True)
    endpoints.openai_compatible("http://127.0.0.1:8000/v1", name="local")

A key is an argument.  The environment is read only where the caller says
`from_env=True`; each function names the variables, which are those of the vendor's own
client.  A key that is given wins over one of the environment.

Source:
    wire/auth_and_urls.md, wire/openai_compatible.md section 1, and the clients openai
    3.52, anthropic 2.11 and google-genai 3.4 for the variables, read 2026-11-21.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

import attrs

from modelwire.errors import LocalError
from modelwire.transports._auth import Auth, KeyAuth, TokenAuth, TokenProvider, bearer
from modelwire.transports._endpoint import Endpoint

if TYPE_CHECKING:
    from modelwire.codecs import Profile

__all__ = [
    "COMPATIBLE",
    "Compatible",
    "anthropic",
    "azure_openai",
    "compatible",
    "gemini",
    "openai",
    "openai_compatible",
    "vertex",
]

_CHAT: Final = "openai-chat"
_RESPONSES: Final = "openai-responses"
_ANTHROPIC: Final = "anthropic-messages"
_GEMINI: Final = "gemini-generate"

_SEGMENT: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
"""A resource, project or region: one label of a host or path."""


def openai(
    api_key: str | None = None,
    *,
    base_url: str | None = None,
    organization: str | None = None,
    project: str | None = None,
    token_provider: TokenProvider | None = None,
    from_env: bool = False,
) -> Endpoint:
    """
    Give OpenAI's API: chat completions and Responses.

    Args:
        api_key: The key.
        base_url: Another address of the same API.
        organization: The organisation that is billed.
        project: The project that is billed.
        token_provider: Gives short-lived tokens in place of a key.
        from_env: Read what is not given from `OPENAI_API_KEY`, `OPENAI_BASE_URL`,
            `OPENAI_ORG_ID` and `OPENAI_PROJECT_ID`.

    Returns:
        The endpoint.

    Raises:
        LocalError: There is no key.
    """
    env = _env(from_env=from_env)
    base_url = base_url or env.get("OPENAI_BASE_URL") or "https://api.openai.com"
    organization = organization or env.get("OPENAI_ORG_ID")
    project = project or env.get("OPENAI_PROJECT_ID")
    named = (("openai-organization", organization), ("openai-project", project))
    return Endpoint(
        name="openai",
        base_url=base_url,
        dialects=(_CHAT, _RESPONSES),
        auth=_proof("openai", api_key or env.get("OPENAI_API_KEY"), token_provider),
        headers=tuple((name, value) for name, value in named if value),
    )


def azure_openai(
    resource: str | None = None,
    api_key: str | None = None,
    *,
    base_url: str | None = None,
    api_version: str | None = None,
    token_provider: TokenProvider | None = None,
    from_env: bool = False,
) -> Endpoint:
    """
    Give an Azure OpenAI resource.

    Args:
        resource: The resource's name, from which the host is made.
        api_key: The resource's key, sent as `api-key`.
        base_url: The resource's address in place of *resource*.
        api_version: A date chooses the classic surface, which names the deployment in
            the path and speaks chat completions only; `None`: the v1 surface, where
            the model of the body is the deployment.
        token_provider: Gives Entra tokens in place of a key.
        from_env: Read what is not given from `AZURE_OPENAI_API_KEY`,
            `AZURE_OPENAI_ENDPOINT` and `OPENAI_API_VERSION`.

    Returns:
        The endpoint.

    Raises:
        LocalError: There is no address or no key.
    """
    env = _env(from_env=from_env)
    if resource is not None:
        base_url = f"https://{_segment(resource)}.openai.azure.com"
    base_url = base_url or env.get("AZURE_OPENAI_ENDPOINT")
    if not base_url:
        msg = "azure_openai needs a resource or a base URL"
        raise LocalError(msg)
    key = api_key or env.get("AZURE_OPENAI_API_KEY")
    auth: Auth = (
        TokenAuth(token_provider)
        if token_provider is not None
        else KeyAuth(header="api-key", scheme="", secret=_needed("azure_openai", key))
    )
    api_version = api_version or env.get("OPENAI_API_VERSION")
    if api_version is None:
        below = "" if base_url.rstrip("/").endswith("/openai/v1") else "/openai/v1"
        return Endpoint(
            name="azure-openai",
            base_url=base_url.rstrip("/") + below,
            dialects=(_CHAT, _RESPONSES),
            auth=auth,
            profiles=_profiles(_CHAT, "azure"),
        )
    return Endpoint(
        name="azure-openai",
        base_url=base_url,
        dialects=(_CHAT,),
        auth=auth,
        root="/openai/deployments/{model}",
        query=(("api-version", api_version),),
        profiles=_profiles(_CHAT, "azure"),
    )


def anthropic(
    api_key: str | None = None,
    *,
    base_url: str | None = None,
    auth_token: str | None = None,
    token_provider: TokenProvider | None = None,
    from_env: bool = False,
) -> Endpoint:
    """
    Give Anthropic's API.

    Args:
        api_key: The key, sent as `x-api-key`.
        base_url: Another address of the same API.
        auth_token: A token in place of a key, sent as `Authorization: Bearer`.
        token_provider: Gives such tokens.
        from_env: Read what is not given from `ANTHROPIC_API_KEY`,
            `ANTHROPIC_AUTH_TOKEN` and `ANTHROPIC_BASE_URL`.

    Returns:
        The endpoint; version and beta headers come from the codec.

    Raises:
        LocalError: There is neither key nor token.
    """
    env = _env(from_env=from_env)
    token = auth_token or (None if api_key else env.get("ANTHROPIC_AUTH_TOKEN"))
    key = api_key or env.get("ANTHROPIC_API_KEY")
    auth: Auth
    if token is not None or token_provider is not None:
        auth = _proof("anthropic", token, token_provider)
    else:
        secret = _needed("anthropic", key)
        auth = KeyAuth(header="x-api-key", scheme="", secret=secret)
    return Endpoint(
        name="anthropic",
        base_url=base_url
        or env.get("ANTHROPIC_BASE_URL")
        or "https://api.anthropic.com",
        dialects=(_ANTHROPIC,),
        auth=auth,
        # For bytes that are forwarded untouched; the codec's own version goes over it.
        headers=(("anthropic-version", "2023-06-01"),),
    )


def gemini(
    api_key: str | None = None,
    *,
    base_url: str | None = None,
    from_env: bool = False,
) -> Endpoint:
    """
    Give the Gemini Developer API.

    Args:
        api_key: The key, sent as `x-goog-api-key` and never in the URL.
        base_url: Another address of the same API.
        from_env: Read what is not given from `GOOGLE_API_KEY`, `GEMINI_API_KEY` (the
            first that is set) and `GOOGLE_GEMINI_BASE_URL`.

    Returns:
        The endpoint.

    Raises:
        LocalError: There is no key.
    """
    env = _env(from_env=from_env)
    key = api_key or env.get("GOOGLE_API_KEY") or env.get("GEMINI_API_KEY")
    return Endpoint(
        name="gemini",
        base_url=base_url
        or env.get("GOOGLE_GEMINI_BASE_URL")
        or "https://generativelanguage.googleapis.com",
        dialects=(_GEMINI,),
        auth=KeyAuth(header="x-goog-api-key", scheme="", secret=_needed("gemini", key)),
    )


def vertex(
    project: str,
    location: str,
    token_provider: TokenProvider,
    *,
    base_url: str | None = None,
) -> Endpoint:
    """
    Give Gemini on Vertex AI.

    Args:
        project: The project's id.
        location: A region, a multi-region (`us`, `eu`) or `global`.
        token_provider: Gives OAuth access tokens.
        base_url: Another address in place of the location's.

    Returns:
        The endpoint.

    Raises:
        LocalError: *project* or *location* is no name.
    """
    project, location = _segment(project), _segment(location)
    if location == "global":
        host = "https://aiplatform.googleapis.com"
    elif location in ("us", "eu"):
        host = f"https://aiplatform.{location}.rep.googleapis.com"
    else:
        host = f"https://{location}-aiplatform.googleapis.com"
    return Endpoint(
        name="vertex",
        base_url=base_url or host,
        dialects=(_GEMINI,),
        auth=TokenAuth(token_provider),
        root=f"/v1/projects/{project}/locations/{location}/publishers/google",
        profiles=_profiles(_GEMINI, "vertex"),
        # It has `:predict` for them, with bodies of another shape
        # (wire/modalities.md section 4).
        lacks=frozenset({"batch_embeddings"}),
    )


@attrs.frozen
class Compatible:
    """Where a server that speaks OpenAI's dialects is."""

    base_url: str
    """Its usual address, version included."""
    variable: str | None
    """The environment variable of its key; `None`: it needs none."""
    dialects: tuple[str, ...] = (_CHAT,)
    """What it speaks."""
    root: str | None = None
    """As `Endpoint.root`."""


_ALL: Final = (_CHAT, _RESPONSES, _ANTHROPIC)

COMPATIBLE: Final[Mapping[str, Compatible]] = {
    "deepseek": Compatible("https://api.deepseek.com/v1", "DEEPSEEK_API_KEY"),
    "groq": Compatible("https://api.groq.com/openai/v1", "GROQ_API_KEY"),
    "xai": Compatible("https://api.x.ai/v1", "XAI_API_KEY", _ALL),
    "mistral": Compatible("https://api.mistral.ai/v1", "MISTRAL_API_KEY"),
    "openrouter": Compatible("https://openrouter.ai/api/v1", "OPENROUTER_API_KEY"),
    "together": Compatible("https://api.together.ai/v1", "TOGETHER_API_KEY"),
    "fireworks": Compatible(
        "https://api.fireworks.ai/inference/v1",
        "FIREWORKS_API_KEY",
        (_CHAT, _ANTHROPIC),
    ),
    "perplexity": Compatible(
        "https://api.perplexity.ai", "PERPLEXITY_API_KEY", root=""
    ),
    "moonshot": Compatible("https://api.moonshot.ai/v1", "MOONSHOT_API_KEY"),
    "zai": Compatible("https://api.z.ai/api/paas/v4", "ZAI_API_KEY"),
    "qwen": Compatible(
        "https://dashscope-intl.aliyuncs.com/compatible-mode/v1", "DASHSCOPE_API_KEY"
    ),
    "vllm": Compatible("http://localhost:8000/v1", None, _ALL),
    "llamacpp": Compatible("http://localhost:8080/v1", None, _ALL),
    "lmstudio": Compatible("http://localhost:1234/v1", None, _ALL),
    "ollama": Compatible("http://localhost:11434/v1", None),
}
"""Known compatible servers; the names are those of the profiles of `openai-chat`."""


def compatible(
    vendor: str,
    api_key: str | None = None,
    *,
    base_url: str | None = None,
    from_env: bool = False,
) -> Endpoint:
    """
    Give a known server that is compatible with OpenAI.

    Args:
        vendor: A name of `COMPATIBLE`.
        api_key: The key.
        base_url: Another address, as for a server of one's own.
        from_env: Read a key that is not given from the vendor's variable.

    Returns:
        The endpoint, with the vendor's profile.

    Raises:
        LookupError: The vendor is not known; use `openai_compatible`.
        LocalError: It needs a key and there is none.
    """
    row = COMPATIBLE.get(vendor)
    if row is None:
        msg = f"unknown vendor {vendor!r}; known: {', '.join(COMPATIBLE)}"
        raise LookupError(msg)
    env = _env(from_env=from_env)
    key = api_key or (env.get(row.variable) if row.variable else None)
    if row.variable is not None:
        key = _needed(vendor, key)
    return Endpoint(
        name=vendor,
        base_url=base_url or row.base_url,
        dialects=row.dialects,
        auth=bearer(key) if key else None,
        root=row.root,
        profiles=_profiles(_CHAT, vendor),
    )


def openai_compatible(
    base_url: str,
    api_key: str | None = None,
    *,
    name: str = "openai-compatible",
    dialects: tuple[str, ...] = (_CHAT,),
    profile: Profile | None = None,
    root: str | None = None,
) -> Endpoint:
    """
    Give any server that is compatible with OpenAI.

    Args:
        base_url: Its address, as its documentation gives it for OpenAI's client.
        api_key: The key; `None`: none is sent.
        name: What to call it.
        dialects: What it speaks, the preferred dialect first.
        profile: Its variant of the dialect that the profile names.
        root: See `Endpoint.root`; `""` for a server without a version in its paths.

    Returns:
        The endpoint.
    """
    return Endpoint(
        name=name,
        base_url=base_url,
        dialects=dialects,
        auth=bearer(api_key) if api_key else None,
        root=root,
        profiles={profile.dialect: profile} if profile is not None else {},
    )


def _env(*, from_env: bool) -> Mapping[str, str]:
    return os.environ if from_env else {}


def _needed(vendor: str, key: str | None) -> str:
    if not key:
        msg = f"{vendor} needs a key: give one, or say from_env=True"
        raise LocalError(msg)
    return key


def _proof(vendor: str, key: str | None, provider: TokenProvider | None) -> Auth:
    return TokenAuth(provider) if provider is not None else bearer(_needed(vendor, key))


def _segment(name: str) -> str:
    if not _SEGMENT.fullmatch(name):
        msg = "a resource, project or location is one plain name"
        raise LocalError(msg)
    return name


def _profiles(dialect: str, name: str) -> dict[str, Profile]:
    from modelwire import codecs  # noqa: PLC0415

    return {dialect: codecs.get(dialect).PROFILES[name]}
