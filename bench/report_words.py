"""The sentences of docs/performance.md."""

from __future__ import annotations

__all__ = [
    "AHEAD",
    "ALL",
    "FOOTPRINT",
    "GENERATED",
    "GOALS",
    "GROWTH",
    "MEMORY",
    "METHOD",
    "PEERS",
    "SPEED",
    "STAGES",
    "TITLE",
    "UNMET",
    "WHY",
]

TITLE = """\
# Performance

What modelwire costs, beside the least that it could cost and beside others. Every
figure is a ratio inside one run, because machines differ; every run was made twice,
at different times, and both are given."""

GENERATED = """\
The page is made by `make performance-docs` from [performance.json](performance.json),
which holds the figures of all four runs."""

GOALS = """\
*x json* is what a loop of `json.loads` over the same payloads costs, which is all
that a program needs to look at a stream without any help; a request also counts
`json.dumps` of what it becomes. At 0.65 x json, bytes become typed chunks in two
thirds of the time in which the standard library only parses their JSON. orjson is
installed unless a row says *stdlib*. Twice any input takes at most 2.3 times as long:
see [Growth](#growth)."""

UNMET = """\
The rows that miss their goal in one of the runs, with the stages that their time goes
to: see [What limits each path](#what-limits-each-path)."""

_ANSWERS = (
    "An answer is mostly one long string, which json.loads copies about as fast as "
    "orjson. The first stages alone, with nothing asked and nothing checked, are most "
    "of the goal or more than it; the rest is the questions that have to be asked of "
    "each value before it is used as it is: 2.8 to 6 us for some fifty of them."
)
_CALLS = (
    "The arguments of eight calls, which are objects on the wire and text everywhere "
    "else, are written back as text: 0.5 to 0.6 x json, and orjson takes 0.5."
)
_LONG = (
    "orjson alone takes 0.6 to 0.7 x json of such a text, in one process and another "
    "with the same bytes; the decoder adds 10 us, whatever the length."
)

WHY: dict[str, str] = {
    "openai-chat response of 7.3 kB -> IR": _ANSWERS,
    "openai-responses response of 10.4 kB -> IR": (
        "Beside the answer stand 34 fields, most of which repeat the request and are "
        "kept as they came: to pick them takes 1.6 us, to look in them for what orjson "
        "reads in its own way (tools and their schemas, value by value) 2.5."
    ),
    "openai-responses long response of 59.0 kB -> IR": _LONG,
    "openai-responses response with calls of 13.1 kB -> IR": (
        "As above, with six calls more, each with an item of its own."
    ),
    "anthropic-messages response of 8.4 kB -> IR": _ANSWERS,
    "anthropic-messages long response of 57.0 kB -> IR": _LONG,
    "anthropic-messages response with calls of 10.3 kB -> IR": _CALLS,
    "gemini-generate response of 8.8 kB -> IR": _ANSWERS,
    "gemini-generate long response of 57.4 kB -> IR": _LONG,
    "gemini-generate response with calls of 12.2 kB -> IR": (
        f"{_CALLS} The ids that calls lack are made."
    ),
}
"""By the name of a row: what is known of it that its stages do not say."""

PEERS = """\
How many times our time others take for the same bytes, with orjson installed for us.
Each is used as its documentation says: the clients over an HTTP transport in memory,
the translators as their gateways use them. All give the text that is in the payload,
which is checked before anything is timed. *modelwire without orjson* is our base
install.

What they give differs, and the notes of the tables below say how: the clients give
pydantic objects, llm-rosetta and httpx-sse give dictionaries, litellm gives its own
chat chunks whatever the upstream, pydantic-ai accumulates on top of the vendor's
client. We give immutable typed chunks that keep what the vendor sent."""

AHEAD = """\
Most of the peak of an answer is orjson's, which holds 14 bytes for each one of the
body while it parses it: 101 KiB for one of 7 kB, of which the standard library needs
29. That of a stream is a read of 16 KiB, which becomes fifty chunks at once, each with
its JSON."""

FOOTPRINT = """\
In a fresh interpreter, CPU time to import what a program needs to read a stream;
*installed* is the base install with all that it needs, without compiled files; *held*
is the most memory of the measuring process, with the payloads of its workloads."""

STAGES = """\
CPU milliseconds of the second run, for 2,000 events, one request or one answer. A stage
that can run alone was timed alone; *the rest* is the whole path less those stages.
Where they cost more alone than the whole path, the rest is 0: a decoder that knows an
event of its stream takes the next ones that differ in their text alone by their bytes,
which neither finds their ends nor parses them.

- *scan* finds the events in the bytes.
- *JSON* is the parser, and the check that it parsed what the standard library would
  have, but of an answer, whose values are checked one by one. Nothing below it can be
  left out: unknown fields are kept, so all is parsed.
- *machine* turns values into chunks: it follows the dialect's rules, and makes an
  immutable object for every delta.
- *encoder* writes the target's bytes from chunks, *translator* joins the two and
  keeps the books of what the target cannot say.
- *objects* makes the values of an answer, all of whose fields are known before;
  *arguments* writes those of its calls where they are objects on the wire."""

SPEED = """\
`pip install 'modelwire[speed]'` installs orjson, and nothing has to be said anywhere:
it is used where it is found, and gives the same values and the same bytes. It is
worth having where many streams or long requests go through one process: a gateway, a
proxy, a worker that replays traffic. A program that waits for one answer at a time
spends its time waiting and needs nothing but the base install."""

GROWTH = """\
How many times as long twice the input takes, the most first; 2.0 is linear."""

MEMORY = """\
The most that Python's allocator held above what it held before, for a long stream
whose reads are made one by one: what decoder, tap and translator need at once. It
does not grow with the stream, with the exceptions that a note explains; those are
bounded by `Limits.max_held_bytes` ([limits.md](limits.md))."""

ALL = """\
All rows of both runs but those of growth and memory, which are above; the last two
columns are of the second run."""

METHOD = """\
- CPU time of the process (`time.process_time`), work and floor in turns, every second
  round backwards; short work is repeated until a timing takes 10 ms (20 ms beside
  peers). A ratio is the least time over the least time; the median is that of the
  ratios of neighbouring rounds.
- The streams have 2,000 events with the fields and sizes of recorded traffic: text,
  thinking where the dialect has it, a tool call whose arguments come in pieces,
  usage. Gemini sends more in fewer chunks, so there is one of 300 as well. The
  request has 200 messages and 40 tools in 130 kB; the same with four images has 4 MB.
- Side by side, every contender is a process in an environment of its own; the driver
  lets them take turns, one timed round each. A contender that takes more than a
  quarter of a second takes part in the first three rounds only.
- Peak memory is what Python's allocator holds. What the clients' compiled parsers
  hold for themselves is not in it, but it is in *process held*.
- Garbage collection is on in all timings.

```
make bench                      # about a minute; ARGS=--full: 100 MB and more rounds
make bench-peers                # beside others, in environments that it makes
make bench-counts               # calls and instructions against the stored counts
make performance-docs           # this page, from the newest two results of each
```

Nothing fails when a goal is missed. What fails is `make bench-counts`, which `make
test` runs too: it counts calls and bytecode instructions of the main workloads, which
are the same on every machine with one minor version of Python, and compares them with
`bench/counts.json`."""
