"""
Loss codes: one per concept that dialects express differently, or not at all.

The severity of a loss belongs to (code, source, target, action), not to the code.
"""

from __future__ import annotations

import enum

__all__ = ["LossCode"]


class LossCode(enum.StrEnum):
    """What was lost; the value is the row of the concept matrix."""

    # 1. Instructions and roles
    SYS_LEADING = "sys.leading"
    """Leading system and developer messages become one top-level instruction in
    Anthropic, Bedrock and Gemini, where their boundaries or the developer role do
    not survive."""
    SYS_MID = "sys.mid"
    """Instructions in the middle of a conversation change place or authority where
    the target has no such message, as in Gemini and older Anthropic models."""
    ROLE_DEVELOPER = "role.developer"
    """The developer role is written as system to every target but OpenAI Chat and
    Responses."""
    ROLE_NAME = "role.name"
    """The speaker's name on a message exists only in OpenAI Chat and is dropped
    elsewhere."""
    ROLE_ALTERNATION = "role.alternation"
    """Consecutive messages of one role are merged for targets whose turns alternate:
    Bedrock, and Anthropic on its server."""
    ROLE_PREFILL = "role.prefill"
    """A last assistant message that the model should continue starts a new message
    in OpenAI dialects and is refused by newer Anthropic models."""
    MSG_PHASE = "msg.phase"
    """Whether a message is commentary or the final answer is said only by Responses."""
    # 2. User content
    IN_TEXT = "in.text"
    """Empty user text is left out for Anthropic, Gemini and Bedrock, Ollama joins
    several texts of one message, and a part that only its own dialect knows is
    dropped."""
    IN_IMAGE_URL = "in.image.url"
    """An image behind an address cannot be sent to Bedrock or Ollama, nor to Gemini
    in general, without somebody fetching it."""
    IN_IMAGE_BASE64 = "in.image.base64"
    """An inline image is refused, or loses its media type, where the target takes
    only some, and loses its place among the texts in Ollama."""
    IN_IMAGE_FILE_ID = "in.image.file_id"
    """An image uploaded to one provider cannot be named to another."""
    IN_IMAGE_DETAIL = "in.image.detail"
    """The wanted resolution of an image is said in OpenAI dialects and, in other
    words, in Gemini; elsewhere it is dropped."""
    IN_DOC_BASE64 = "in.doc.base64"
    """A document that is text or parts becomes a text in OpenAI dialects and bytes
    in Gemini, Anthropic takes no other bytes than PDF, and Ollama none at all."""
    IN_DOC_URL = "in.doc.url"
    """A document behind an address exists in Responses, Anthropic and Gemini;
    elsewhere somebody must fetch it."""
    IN_DOC_FILE_ID = "in.doc.file_id"
    """A document uploaded to one provider cannot be named to another."""
    IN_DOC_META = "in.doc.meta"
    """A document's title, context and file name map to each other only in part
    between OpenAI, Anthropic, Gemini and Bedrock."""
    IN_SEARCH_RESULT = "in.search_result"
    """A search result supplied by the caller becomes text, and so cannot be cited,
    for all but Anthropic, Bedrock and Cohere."""
    IN_AUDIO = "in.audio"
    """Audio input is dropped for all but OpenAI Chat, Gemini and Bedrock."""
    IN_VIDEO = "in.video"
    """Video input is dropped for all but Gemini and Bedrock."""
    IN_YOUTUBE_URI = "in.youtube_uri"
    """A video named by its YouTube address is understood only by Gemini."""
    IN_GUARD_CONTENT = "in.guard_content"
    """Bedrock's mark on content for its guardrails is lost elsewhere; the text
    stays."""
    # 3. Assistant content and replay
    OUT_TEXT = "out.text"
    """The boundaries between several texts of an answer are lost where the target
    joins them, as in OpenAI Chat and Ollama."""
    OUT_INTERLEAVING = "out.interleaving"
    """The order of texts and tool calls is lost in OpenAI Chat, Ollama and Cohere,
    which put calls after text."""
    OUT_REFUSAL = "out.refusal"
    """A refusal in its own words becomes text or a finish reason outside OpenAI Chat
    and Responses."""
    OUT_AUDIO = "out.audio"
    """Audio of an answer is dropped for all but OpenAI Chat and Gemini; its
    transcript may stay as text."""
    OUT_AUDIO_REF = "out.audio.ref"
    """A reference to earlier audio output is known only to OpenAI Chat."""
    OUT_IMAGE = "out.image"
    """An image of an answer is dropped or becomes a link for OpenAI Chat, Anthropic,
    Ollama and Cohere."""
    OUT_ANNOTATIONS_CITATIONS = "out.annotations_citations"
    """Citations lose what the target cannot say: offsets in the answer (Anthropic),
    spans in the source (OpenAI), opaque references, file ids."""
    OUT_TOOL_CALL = "out.tool_call"
    """A call's arguments change their spelling, or are wrapped when they are no JSON
    object, on the way from text (OpenAI, Cohere) to objects (Anthropic, Gemini,
    Bedrock, Ollama)."""
    TOOL_CALL_ID = "tool_call.id"
    """A call's id is dropped where the target has none, or rewritten where its
    characters or length are not legal there."""
    TOOL_CALL_THOUGHT_SIGNATURE = "tool_call.thought_signature"
    """Gemini's signature on a call can be replayed only to Gemini."""
    TOOL_CALL_CUSTOM = "tool_call.custom"
    """A free-text call becomes a function call with one text argument outside OpenAI
    Chat and Responses."""
    TOOL_CALL_NAMESPACE_CALLER = "tool_call.namespace_caller"
    """Who or what made a call (namespace, caller, toolset) stays within Responses,
    Anthropic or Bedrock."""
    OUT_TOOL_PLAN = "out.tool_plan"
    """Cohere's plan before its calls becomes text or reasoning elsewhere."""
    TOOL_RESULT_TEXT = "tool_result.text"
    """Tool results change their message or their order between dialects that group
    them in a user turn and those with one message each."""
    TOOL_RESULT_JSON = "tool_result.json"
    """A structured tool result becomes text for all but Gemini and Bedrock."""
    TOOL_RESULT_IMAGE = "tool_result.image"
    """Images of a tool result move to a user message or are dropped for OpenAI Chat,
    Ollama and Cohere."""
    TOOL_RESULT_FILE_DOC = "tool_result.file_doc"
    """Documents of a tool result are dropped or become text for OpenAI Chat, Ollama
    and Cohere."""
    TOOL_RESULT_ERROR_FLAG = "tool_result.error_flag"
    """That a tool failed is said in words instead of a flag to all but Anthropic,
    Gemini and Bedrock."""
    TOOL_RESULT_NAME = "tool_result.name"
    """The tool's name on its result is dropped for all but Gemini and Ollama."""
    TOOL_RESULT_SEARCH_RESULT_TOOL_REFERENCE = (
        "tool_result.search_result_tool_reference"
    )
    """Search results and tool references inside a tool result become text or are
    dropped outside Anthropic, Bedrock and Cohere."""
    # 4. Tools
    TOOL_FUNCTION = "tool.function"
    """A function tool gains an empty schema where the target requires one, or loses
    schema keywords that Gemini or Ollama do not take."""
    TOOL_NAME_CHARSET = "tool.name_charset"
    """A tool's name is rewritten where its characters or length are not legal for
    the target."""
    TOOL_STRICT = "tool.strict"
    """Strict arguments are a switch per tool in OpenAI dialects, Anthropic and
    Bedrock, one for all in Cohere, and missing in Ollama."""
    TOOL_CHOICE_AUTO = "tool.choice.auto"
    """The automatic choice of tools is left unsaid for Ollama and Cohere, and where
    no tool is left to choose from."""
    TOOL_CHOICE_NONE = "tool.choice.none"
    """Forbidding tools is impossible in Bedrock and Ollama but by leaving the tools
    out, and is left unsaid where none is left."""
    TOOL_CHOICE_ANY = "tool.choice.any"
    """Requiring some tool is impossible in Ollama, and where none is left."""
    TOOL_CHOICE_SPECIFIC = "tool.choice.specific"
    """Requiring one named tool is impossible in Ollama, and in Cohere only by
    sending that tool alone."""
    TOOL_CHOICE_SUBSET = "tool.choice.subset"
    """Allowing a subset of the tools exists in OpenAI dialects and Gemini; elsewhere
    the other tools are left out."""
    TOOL_PARALLEL_DISABLE = "tool.parallel.disable"
    """Forbidding several calls in one turn is impossible in Gemini, Ollama and
    Cohere, and in Bedrock but for Claude."""
    TOOL_CUSTOM_GRAMMAR = "tool.custom_grammar"
    """The grammar of a free-text tool exists only in OpenAI Chat and Responses."""
    TOOL_DEFER_SEARCH = "tool.defer_search"
    """Tools that are loaded when searched for exist only in Responses and Anthropic."""
    TOOL_EXAMPLES_OUTPUT_SCHEMA = "tool.examples_output_schema"
    """Example arguments exist only in Anthropic, output schemas only in Responses
    and Gemini."""
    BT_WEB_SEARCH = "bt.web_search"
    """Settings of web search that the target's own tool lacks are dropped, and the
    tool where it has none."""
    BT_WEB_FETCH = "bt.web_fetch"
    """Fetching pages as a tool exists in Anthropic and Gemini, and inside web search
    in Responses."""
    BT_CODE_EXECUTION = "bt.code_execution"
    """The container settings of code execution do not map between Responses,
    Anthropic, Gemini and Bedrock."""
    BT_FILE_SEARCH = "bt.file_search"
    """Searching uploaded files is bound to the provider that holds them."""
    BT_COMPUTER = "bt.computer"
    """Computer use has another vocabulary of actions at each vendor and cannot be
    translated."""
    BT_MCP = "bt.mcp"
    """An MCP server's approval rules and tool filters do not map between Responses,
    Anthropic and Gemini."""
    BT_IMAGE_GENERATION = "bt.image_generation"
    """Image generation as a tool exists only in Responses; Gemini has an output
    modality instead."""
    BT_SHELL_EDITOR_MEMORY_PATCH = "bt.shell_editor_memory_patch"
    """Shell, editor, memory and patch tools of one vendor have no counterpart at
    another."""
    BT_MAPS = "bt.maps"
    """Google Maps as a tool exists only in Gemini."""
    BT_CALL_ITEMS = "bt.call_items"
    """Calls that a provider ran itself can be replayed only to the same vendor."""
    BT_MCP_APPROVAL = "bt.mcp_approval"
    """A request to approve an MCP call, and its answer, exist only in Responses."""
    TOOL_MAX_TOOL_CALLS = "tool.max_tool_calls"
    """A limit on all tool calls exists only in Responses; Anthropic has one per
    tool."""
    # 5. Reasoning
    THINK_EFFORT = "think.effort"
    """Reasoning effort is clamped to the levels that the target has."""
    THINK_BUDGET = "think.budget"
    """A budget of reasoning tokens becomes an effort level in OpenAI dialects, and
    the other way round."""
    THINK_OFF = "think.off"
    """Switching reasoning off becomes the least that the target can do."""
    THINK_ADAPTIVE = "think.adaptive"
    """Leaving the amount of reasoning to the model is the unsaid default in OpenAI
    dialects."""
    THINK_VISIBLE = "think.visible"
    """Whether and how reasoning is shown cannot be chosen in OpenAI Chat, Ollama and
    Cohere."""
    THINK_TEXT = "think.text"
    """Reasoning text is dropped for OpenAI Chat, which has no field for it;
    compatible servers may."""
    THINK_SUMMARY = "think.summary"
    """The boundaries of reasoning summaries are lost where reasoning is one text, as
    in all but Responses."""
    THINK_SIGNATURE = "think.signature"
    """A provider's signature on reasoning is worthless elsewhere, and unsigned
    reasoning is refused by Anthropic."""
    THINK_REDACTED = "think.redacted"
    """Withheld reasoning can be replayed only to the provider, or its kin, that
    encrypted it."""
    THINK_ITEM_ID = "think.item_id"
    """The id of a reasoning item exists only in Responses and is made up or dropped
    elsewhere."""
    THINK_REPLAY_RULE = "think.replay_rule"
    """Reasoning that must stand before the calls it led to moves or disappears where
    the target cannot have it there."""
    THINK_CONTEXT_KEEP = "think.context_keep"
    """How much earlier reasoning stays in context can be said only to Responses and
    Anthropic."""
    THINK_INTERLEAVED = "think.interleaved"
    """Reasoning between tool calls is switched by a header or a mode in Anthropic
    and Bedrock, and by nothing elsewhere."""
    # 6. Sampling and limits
    PARAM_MAX_TOKENS = "param.max_tokens"
    """The output limit is made up for Anthropic, which requires one, and raised
    where the target has a minimum."""
    PARAM_TEMPERATURE = "param.temperature"
    """Temperature is clamped to 1 for Anthropic and Bedrock, and dropped for newer
    Anthropic models."""
    PARAM_TOP_P = "param.top_p"
    """Nucleus sampling is clamped for Cohere and dropped for newer Anthropic models."""
    PARAM_TOP_K = "param.top_k"
    """Top-k sampling does not exist in OpenAI Chat and Responses."""
    PARAM_MIN_P_TYPICAL_P_REPETITION = "param.min_p_typical_p_repetition"
    """Minimum probability, typical probability and repetition penalty exist only in
    Ollama and compatible servers."""
    PARAM_SEED = "param.seed"
    """The seed is dropped for Responses, Anthropic and Bedrock, and cut to 32 bits
    for Gemini."""
    PARAM_FREQ_PRESENCE_PENALTY = "param.freq_presence_penalty"
    """Frequency and presence penalties are dropped for Responses, Anthropic and
    Bedrock, and clamped for Cohere."""
    PARAM_STOP = "param.stop"
    """Stop sequences are dropped for Responses, and cut to the number that OpenAI
    Chat, Gemini or Cohere take."""
    PARAM_LOGIT_BIAS = "param.logit_bias"
    """A bias per token exists only in OpenAI Chat and belongs to one tokenizer."""
    PARAM_LOGPROBS = "param.logprobs"
    """Asking for token log probabilities is impossible in Anthropic and Bedrock."""
    PARAM_N = "param.n"
    """More than one candidate can be asked for only in OpenAI Chat and Gemini."""
    PARAM_VERBOSITY = "param.verbosity"
    """Verbosity exists only in OpenAI Chat and Responses."""
    PARAM_PREDICTION = "param.prediction"
    """Predicted output exists only in OpenAI Chat."""
    PARAM_MODALITIES = "param.modalities"
    """Output modalities and voices exist only in OpenAI Chat and Gemini, and voices
    are not portable."""
    PARAM_MEDIA_IMAGE_CONFIG = "param.media_image_config"
    """Settings of generated or read images exist only in Gemini and in Responses'
    image tool."""
    PARAM_TRUNCATION = "param.truncation"
    """What happens to a context that is too long can be said only to Responses and
    Ollama."""
    PARAM_NUM_CTX_KEEP_ALIVE = "param.num_ctx_keep_alive"
    """Context size and how long a model stays loaded exist only in Ollama."""
    # 7. Output format
    FMT_TEXT = "fmt.text"
    """Asking for plain text is left unsaid where it is the only default: Anthropic,
    Bedrock and Ollama."""
    FMT_JSON_OBJECT = "fmt.json_object"
    """JSON without a schema cannot be asked for in Anthropic and Bedrock."""
    FMT_JSON_SCHEMA = "fmt.json_schema"
    """The name, description or strictness of an answer's schema is dropped for
    Anthropic, Gemini, Ollama and Cohere."""
    FMT_ENUM = "fmt.enum"
    """Gemini's answer from a list of words becomes a schema elsewhere."""
    FMT_GRAMMAR_REGEX = "fmt.grammar_regex"
    """An answer that follows a grammar or a regular expression exists only in
    compatible servers."""
    # 8. Caching, service, identity, storage
    CACHE_BREAKPOINT = "cache.breakpoint"
    """Cache breakpoints are dropped for Gemini, Ollama and Cohere, and on tools for
    OpenAI Chat and Responses."""
    CACHE_TTL = "cache.ttl"
    """The lifetime of a cache entry becomes the nearest one that the target has."""
    CACHE_AUTO = "cache.auto"
    """Automatic caching can be switched only in OpenAI dialects and Anthropic."""
    CACHE_KEY = "cache.key"
    """The key that routes requests to one cache exists only in OpenAI Chat and
    Responses."""
    CACHE_RETENTION = "cache.retention"
    """How long cache entries are kept as a request setting exists only in OpenAI
    Chat and Responses."""
    CACHE_RESOURCE = "cache.resource"
    """Gemini's cached content is a resource of its provider and cannot be named to
    another."""
    SVC_SERVICE_TIER = "svc.service_tier"
    """Service tiers have other names and meanings at each provider, and none in
    Ollama."""
    SAFETY_SETTINGS = "safety.settings"
    """Safety and moderation settings have no common vocabulary."""
    META_USER = "meta.user"
    """The end user's id is dropped for Gemini, Ollama and Cohere."""
    META_KV = "meta.kv"
    """The caller's labels, and request fields without a concept of their own, are
    dropped for targets that lack them."""
    SVC_STORE = "svc.store"
    """Whether the provider keeps the exchange is said only in OpenAI dialects and
    Gemini, with other defaults."""
    STATE_PREVIOUS = "state.previous"
    """Continuing a stored response needs the provider that stored it."""
    STATE_CONVERSATION = "state.conversation"
    """Continuing a stored conversation is possible only in Responses."""
    PROMPT_TEMPLATE = "prompt.template"
    """A stored prompt with variables belongs to Responses or Bedrock."""
    SVC_BACKGROUND = "svc.background"
    """Answering in the background exists only in Responses and, as another
    operation, in Bedrock."""
    SVC_BATCH = "svc.batch"
    """The envelope of a batch is another at each vendor."""
    CTX_COMPACTION = "ctx.compaction"
    """Settings and opaque results of compaction stay with the vendor that made them:
    Responses or Anthropic."""
    CTX_CLEAR_TOOLS = "ctx.clear_tools"
    """Clearing old tool uses from the context exists only in Anthropic."""
    SVC_TASK_BUDGET = "svc.task_budget"
    """A token budget for a whole task exists only in Anthropic."""
    SVC_CONTAINER_SKILLS = "svc.container_skills"
    """Containers and skills exist only in Responses and Anthropic, each with its own
    ids."""
    SVC_FALLBACK_MODELS = "svc.fallback_models"
    """Fallback models exist only in Anthropic and OpenRouter."""
    SVC_GEO = "svc.geo"
    """Where inference runs is a field only in Anthropic."""
    SVC_INCLUDE_USAGE_OBFUSCATION = "svc.include_usage_obfuscation"
    """Whether a stream ends with usage, and whether it is padded, are choices only
    in OpenAI dialects."""
    # 9. Response envelope
    RESP_ID = "resp.id"
    """A response id is made up where the source gave none, and dropped for Ollama
    and Bedrock."""
    RESP_MODEL = "resp.model"
    """The answering model is dropped for Bedrock and Cohere, and filled in from the
    request when they are the source."""
    RESP_CREATED = "resp.created"
    """The time of the answer is dropped for Anthropic, Bedrock and Cohere, and made
    up for OpenAI dialects."""
    RESP_ROLE_OBJECT = "resp.role_object"
    """Constants of the envelope (role, object, type) are written as the target wants
    them."""
    RESP_FINGERPRINT = "resp.fingerprint"
    """The system fingerprint, and response fields without a concept of their own,
    stay in their dialect."""
    RESP_TIER = "resp.tier"
    """The tier that was used has other names in each dialect, and none in Ollama and
    Cohere."""
    RESP_SAFETY = "resp.safety"
    """Ratings, filters and moderation results of an answer stay in their dialect."""
    RESP_GROUNDING = "resp.grounding"
    """Search queries, search entry points and grounding supports of an answer stay
    in their dialect."""
    RESP_LATENCY = "resp.latency"
    """Durations that Bedrock, Ollama and compatible servers report stay there."""
    RESP_LOGPROBS = "resp.logprobs"
    """Token log probabilities of an answer are dropped for Anthropic and Bedrock,
    and lose bytes or token ids between the others."""
    RESP_COST = "resp.cost"
    """What an answer cost is reported only by OpenRouter, Perplexity and Cohere."""
    RESP_CHOICES_N_1 = "resp.choices_n_1"
    """All choices but the first are dropped for dialects with one answer: all but
    OpenAI Chat and Gemini."""
    # 10. Finish reasons
    FINISH_STOP = "finish.stop"
    """The wire's own word for an ordinary end is replaced by the target's."""
    FINISH_STOP_SEQUENCE = "finish.stop_sequence"
    """That, and which, stop sequence ended the answer is said only by Anthropic,
    Bedrock and Cohere; elsewhere it is an ordinary stop."""
    FINISH_LENGTH = "finish.length"
    """The wire's own word for reaching the output limit is replaced by the target's."""
    FINISH_CONTEXT_LENGTH = "finish.context_length"
    """A full context window is told apart from the output limit only by Anthropic
    and Bedrock."""
    FINISH_TOOL_USE = "finish.tool_use"
    """Ending with tool calls has no reason of its own in Responses, Gemini and
    Ollama, where the calls say it."""
    FINISH_CONTENT_FILTER = "finish.content_filter"
    """The exact reason of a filter (Gemini has a dozen) becomes the target's one
    word, or an ordinary stop in Ollama."""
    FINISH_REFUSAL = "finish.refusal"
    """A refusal as the reason of the end exists in Anthropic; elsewhere it is a
    filter or an ordinary stop."""
    FINISH_PROMPT_BLOCKED = "finish.prompt_blocked"
    """A blocked prompt is an answer without candidates in Gemini and an error or a
    filter elsewhere."""
    FINISH_PAUSE = "finish.pause"
    """A turn that pauses to be continued exists only in Anthropic and becomes an
    ordinary stop."""
    FINISH_MALFORMED_TOOL = "finish.malformed_tool"
    """A tool call that the model failed to write has a reason only in Gemini and
    Bedrock."""
    FINISH_COMPACTION = "finish.compaction"
    """An answer that is a compaction has a reason only in Anthropic."""
    FINISH_ERROR_CANCELLED = "finish.error_cancelled"
    """A cancelled or failed answer has a reason in Responses, Gemini and Cohere, and
    is an error elsewhere."""
    FINISH_STEERED_MAX_MESSAGES = "finish.steered_max_messages"
    """A steered answer, and one that reached its number of messages, are told apart
    only by Responses."""
    FINISH_UNKNOWN = "finish.unknown"
    """A reason that nobody here knows is written as the target's nearest word."""
    # 11. Usage
    USAGE_INPUT_TOTAL = "usage.input_total"
    """The count of all input tokens is made of its parts in Anthropic, or made up
    where the source gave none."""
    USAGE_INPUT_UNCACHED = "usage.input_uncached"
    """Uncached input is counted apart only by Anthropic and Bedrock, and computed
    elsewhere."""
    USAGE_CACHE_READ = "usage.cache_read"
    """Tokens read from the cache are not counted by Ollama."""
    USAGE_CACHE_WRITE = "usage.cache_write"
    """Tokens written to the cache lose their split by lifetime in OpenAI Chat, and
    are not counted by Gemini, Ollama and Cohere."""
    USAGE_OUTPUT_TOTAL = "usage.output_total"
    """The count of all output tokens is made up where the source gave none and the
    target requires it."""
    USAGE_REASONING = "usage.reasoning"
    """Reasoning tokens are not counted apart by Bedrock, Ollama and Cohere."""
    USAGE_AUDIO_IMAGE_TEXT_SPLIT = "usage.audio_image_text_split"
    """Counts by modality are dropped for Anthropic, Bedrock, Ollama and Cohere."""
    USAGE_PREDICTION = "usage.prediction"
    """Accepted and rejected prediction tokens are counted only by OpenAI Chat."""
    USAGE_TOOL_PROMPT = "usage.tool_prompt"
    """Tokens that server tools put into the prompt are counted apart only by Gemini."""
    USAGE_SERVER_TOOLS = "usage.server_tools"
    """Counts of server tool requests are given only by Anthropic, Responses and
    Cohere."""
    USAGE_TOTAL = "usage.total"
    """The sum of input and output is written where the target has it, whatever the
    source said."""
    # 12. Stream deltas
    STREAM_START = "stream.start"
    """What the first event says of the response arrives later, or not at all, in a
    dialect without a start event."""
    STREAM_TEXT_START = "stream.text_start"
    """The start of a text has no event in OpenAI Chat, Gemini, Bedrock and Ollama."""
    STREAM_TEXT_DELTA = "stream.text_delta"
    """How a text was cut into deltas changes where the target holds or joins them."""
    STREAM_TEXT_END = "stream.text_end"
    """The end of a text has no event in OpenAI Chat, Gemini and Ollama."""
    STREAM_REASONING_DELTA = "stream.reasoning_delta"
    """Reasoning that streams has no event in OpenAI Chat, which has no field for it."""
    STREAM_REASONING_SIGNATURE = "stream.reasoning_signature"
    """A signature that streams has no event in OpenAI Chat, Ollama and Cohere."""
    STREAM_REDACTED_REASONING = "stream.redacted_reasoning"
    """Withheld reasoning has no event in OpenAI Chat, Gemini, Ollama and Cohere."""
    STREAM_TOOL_START = "stream.tool_start"
    """A call's start is held until its arguments are whole for Gemini and Ollama."""
    STREAM_TOOL_ARGS_DELTA = "stream.tool_args_delta"
    """Arguments that stream arrive at once in Gemini and Ollama, and one call after
    the other in Anthropic, Bedrock and Cohere."""
    STREAM_TOOL_END = "stream.tool_end"
    """The end of a call has no event in OpenAI Chat, Gemini and Ollama."""
    STREAM_REFUSAL_DELTA = "stream.refusal_delta"
    """A refusal that streams becomes text outside OpenAI Chat and Responses."""
    STREAM_CITATION_DELTA = "stream.citation_delta"
    """A citation arrives with its text, or only at the end, as the target's events
    allow."""
    STREAM_AUDIO_DELTA = "stream.audio_delta"
    """Audio that streams is dropped for all but OpenAI Chat, Responses and Gemini."""
    STREAM_IMAGE_DELTA = "stream.image_delta"
    """Partial images are shown only by Responses."""
    STREAM_BUILTIN_PROGRESS = "stream.builtin_progress"
    """The progress of a server tool is told only by Responses."""
    STREAM_LOGPROBS = "stream.logprobs"
    """Log probabilities that stream are dropped for Anthropic and Bedrock."""
    STREAM_USAGE = "stream.usage"
    """Usage is left out where the client did not ask for it, or counted as zero
    where the target's event requires it before it is known."""
    STREAM_FINISH = "stream.finish"
    """The end of a choice and the end of the stream are one event in Responses,
    Ollama and Cohere."""
    STREAM_END = "stream.end"
    """The end of a stream is an event, a marker or the end of the bytes, as the
    target has it."""
    STREAM_KEEP_ALIVE = "stream.keep_alive"
    """Pings and comments are not carried over where the target has none."""
    STREAM_ERROR = "stream.error"
    """An error inside a stream takes the target's shape, and its details may not
    fit."""
