"""
Everything public pickles and copies; what decodes does so in the middle of a stream.

Classes are found by reflection: a new one is tested, or it fails here until it has a
row of its own or a reason in `NO_VALUES`.
"""

from __future__ import annotations

import copy
import inspect
import pickle
import subprocess
import sys
import threading
import typing

import attrs
import pytest
from tests._samples import make, names_of, public_classes, same, sample
from tests._wires import AM, DIALECTS, Call, Say, Think, wire

from modelwire import codecs, framing, ir, sse
from modelwire.adapt import Carrier
from modelwire.errors import LocalError, ModelwireError, UnsupportedFeatureError
from modelwire.testing import Gate, Received
from modelwire.translate import StreamTap, StreamTranslator
from modelwire.transports import endpoints

CLASSES = public_classes()
COPIERS = {
    "pickle": lambda value: pickle.loads(pickle.dumps(value)),
    "copy": copy.copy,
    "deepcopy": copy.deepcopy,
}
DEEP = {name: COPIERS[name] for name in ("pickle", "deepcopy")}

NO_VALUES = {
    "an open connection": (
        "AsyncChatStream AsyncNativeStream AsyncRawStream "
        "ChatStream NativeStream RawStream"
    ),
    "holds an HTTP client": (
        "AsyncCompletionClient AsyncCompletionModel AsyncProvider AsyncRetryingModel "
        "AsyncUpstream CompletionClient CompletionModel Provider RetryingModel "
        "Upstream Gateway"
    ),
    "a lock around a credential": "TokenAuth",
    "a server": "ScriptedUpstream",
}
"""Why some classes are no values."""
WITHOUT = {name for names in NO_VALUES.values() for name in names.split()}

SPECIAL = {
    "Endpoint": lambda: endpoints.openai_compatible("http://127.0.0.1:1"),
    "Gate": Gate,
    "ModelwireError": lambda: ModelwireError("x"),
    "OperationCodec": lambda: codecs.OPERATIONS["embedding"],
    "Received": lambda: Received("GET", "/", "", (), b"x"),
    "UnsupportedFeatureError": lambda: UnsupportedFeatureError([make(ir.Loss)]),
}
"""What annotations do not say enough of."""

# --- values -------------------------------------------------------------------------


def is_protocol(cls):
    return getattr(cls, "_is_protocol", False)


def values_of(name, cls):
    """Give values of a class: with every field, and with only what it needs."""
    if name in SPECIAL:
        return [SPECIAL[name]()]
    if issubclass(cls, BaseException):
        hints = typing.get_type_hints(cls.__init__, localns=names_of(cls))
        plain, named = [], {}
        for parameter in inspect.signature(cls).parameters.values():
            value = sample(hints[parameter.name], 1)
            if parameter.kind is parameter.KEYWORD_ONLY:
                named[parameter.name] = value
            else:
                plain.append(value)
        return [cls(*plain, **named)]
    if not attrs.has(cls):  # an enum
        return list(cls)
    small = make(cls, full=False)
    try:
        return [small, make(cls)]
    except LocalError:
        return [small]  # fields that exclude each other


def is_a_value(name, cls):
    return not is_protocol(cls) and name not in WITHOUT and name not in MACHINES


def machine_names():
    """Give the classes that the rows of `RUNS` make."""
    return {type(run.start()).__name__ for run in RUNS.values()}


@attrs.frozen
class Run:
    """Something that is fed, and what it is fed with."""

    start: object
    method: str
    inputs: tuple

    def make(self):
        """Give a fresh one."""
        return self.start()

    def feed(self, machine, inputs):
        """Feed it."""
        return [getattr(machine, self.method)(one) for one in inputs]

    def finish(self, machine, inputs):
        """Feed the rest, end it, and give all that it says."""
        given = self.feed(machine, inputs)
        if hasattr(machine, "close"):
            given.append(machine.close())
        return given, {
            name: value
            for name in dir(machine)
            if not name.startswith("_")
            for value in [getattr(machine, name)]
            # Parts that a machine is made of have no equality, and speak through it.
            if not callable(value) and type(value).__eq__ is not object.__eq__
        }


ITEMS = (
    Think("Hm", "m", proof="c2ln"),
    Say("Hel", "lo."),
    Call("c1", "f", '{"a"', ":1}"),
    Call("c2", "g", '{"b"', ":2}"),
)


def data_of(dialect):
    return b"".join(wire(dialect, *ITEMS).pieces)


def cut(data, size=97):
    return tuple(data[start : start + size] for start in range(0, len(data), size))


def decoded(decoder, data):
    return (*decoder.feed(data), *decoder.close())


def form():
    parts = [framing.FormPart(name="a", data=b"x" * 50) for _ in range(3)]
    return framing.encode_multipart(parts, boundary="b")


def runs():
    """Give everything that is fed, by name."""
    found = {}
    for dialect in DIALECTS:
        codec, data = codecs.get(dialect), data_of(dialect)
        chunks = decoded(codec.stream_decoder(), data)
        events = decoded(codec.event_decoder(), data)
        found |= {
            f"{dialect} decoder": Run(codec.stream_decoder, "feed", cut(data)),
            f"{dialect} event decoder": Run(codec.event_decoder, "feed", cut(data)),
            f"{dialect} encoder": Run(codec.stream_encoder, "encode", chunks),
            f"{dialect} event encoder": Run(codec.event_encoder, "encode", events),
            f"{dialect} checker": Run(codec.StreamChecker, "feed", events),
            f"{dialect} accumulator": Run(ir.Accumulator, "feed", chunks),
            f"{dialect} tap": Run(lambda d=dialect: StreamTap(d), "feed", cut(data)),
            f"{dialect} carrier": Run(
                lambda d=dialect: Carrier().stow_stream(client=d), "feed", chunks
            ),
        }
        for target in DIALECTS:
            found[f"{dialect} to {target}"] = Run(
                lambda d=dialect, t=target: StreamTranslator(d, t), "feed", cut(data)
            )
    headers = (framing.AWSHeader(":event-type", "x", "string"),)
    message = framing.encode_message(headers, b'{"a":1}')
    found |= {
        "sse": Run(sse.SSEDecoder, "feed", cut(b": x\nid: 1\n" + data_of(AM), 41)),
        "json array": Run(
            framing.JSONArrayDecoder, "feed", cut(b'[{"a":[1,2]}, {"b":"]"}]', 5)
        ),
        "json array encoder": Run(
            framing.JSONArrayEncoder, "encode", (b'{"a":1}', b"{}", b"[]")
        ),
        "ndjson": Run(framing.NDJSONDecoder, "feed", cut(b'{"a":1}\n{"b":2}\n{', 5)),
        "aws": Run(framing.AWSEventStreamDecoder, "feed", cut(message * 3, 31)),
        "multipart": Run(
            lambda: framing.MultipartDecoder("b"), "feed", cut(form(), 23)
        ),
        "partial json": Run(framing.PartialJSON, "feed", ('{"a"', ": [1, tr", "ue]}")),
    }
    return found


RUNS = runs()
MACHINES = machine_names()
VALUES = {
    name: cls
    for name, cls in CLASSES.items()
    if is_a_value(name.rpartition(".")[2], cls)
}


def test_every_class_is_spoken_for():
    names = {name.rpartition(".")[2] for name in CLASSES}
    assert not WITHOUT - names, "reasons for classes that do not exist"
    assert not set(SPECIAL) - names
    for name in VALUES:
        cls = CLASSES[name]
        known = attrs.has(cls) or issubclass(cls, BaseException)
        assert known or hasattr(cls, "__members__") or cls is Gate, f"{name}: no row"


@pytest.mark.parametrize("name", VALUES)
def test_values(name):
    for value in values_of(name.rpartition(".")[2], VALUES[name]):
        for how, copied in COPIERS.items():
            assert same(copied(value), value), how
        for protocol in range(2, pickle.HIGHEST_PROTOCOL + 1):
            assert same(pickle.loads(pickle.dumps(value, protocol)), value)


def test_sameness_sees_what_equality_leaves_out():
    one = ir.TextDelta(0, "x", raw={"a": 1})
    other = ir.TextDelta(0, "x", raw={"a": 2})
    assert one == other
    assert not same(one, other)


def test_singletons_stay_what_they_are():
    assert pickle.loads(pickle.dumps(framing.ABSENT)) is framing.ABSENT
    assert copy.deepcopy(framing.ABSENT) is framing.ABSENT


def test_a_gate_is_copied_as_it_stands():
    gate = Gate()
    shut = copy.deepcopy(gate)
    gate.open()
    assert not shut.is_open
    assert copy.copy(gate).is_open


# --- in the middle of a stream ------------------------------------------------------


@pytest.mark.parametrize("how", DEEP)
@pytest.mark.parametrize("name", RUNS)
def test_copied_in_the_middle_both_go_on(name, how):
    run = RUNS[name]
    expected = run.finish(run.make(), run.inputs)
    step = max(1, len(run.inputs) // 6)
    for place in range(0, len(run.inputs) + 1, step):
        machine = run.make()
        given = run.feed(machine, run.inputs[:place])
        twin = DEEP[how](machine)
        # The copy first: were anything shared, the original would feel it.
        for one in (twin, machine):
            rest, state = run.finish(one, run.inputs[place:])
            assert same([given + rest, state], list(expected)), f"{how} at {place}"


@pytest.mark.parametrize("name", RUNS)
def test_two_of_a_kind_share_nothing(name):
    """One is fed whole between any two inputs of the other."""
    run = RUNS[name]
    expected = run.finish(run.make(), run.inputs)
    machine, given = run.make(), []
    for one in run.inputs:
        other = run.make()
        run.feed(other, run.inputs[: len(run.inputs) // 2])
        given += run.feed(machine, [one])
    rest, state = run.finish(machine, ())
    assert same([given + rest, state], list(expected))


@pytest.fixture
def hasty():
    """Let threads take turns as often as the interpreter can."""
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(interval)


@pytest.mark.usefixtures("hasty")
def test_threads_do_not_disturb_each_other():
    """Every run in several threads at once gives what it gives alone."""
    expected = {name: run.finish(run.make(), run.inputs) for name, run in RUNS.items()}
    wrong = []
    start = threading.Barrier(4)

    def work(names):
        start.wait(10)
        for name in names:
            run = RUNS[name]
            if not same(list(run.finish(run.make(), run.inputs)), list(expected[name])):
                wrong.append(name)

    names = list(RUNS)
    orders = [names, names[::-1], names[20:] + names[:20], names]
    threads = [threading.Thread(target=work, args=(order,)) for order in orders]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert not any(thread.is_alive() for thread in threads)
    assert not wrong


FIRST_USE = """
import sys, threading
sys.setswitchinterval(1e-6)
from modelwire import codecs, ir
start, found = threading.Barrier(4), []
data = b'data: {"id":"c","object":"chat.completion.chunk","created":1,"model":"m",' \\
    b'"choices":[{"index":0,"delta":{"content":"x"},"finish_reason":"stop"}]}\\n\\n'
def work():
    start.wait(10)
    decoder = codecs.get("openai-chat").stream_decoder()
    found.append(ir.fold([*decoder.feed(data), *decoder.close()]).text)
threads = [threading.Thread(target=work) for _ in range(4)]
[thread.start() for thread in threads]
[thread.join(30) for thread in threads]
print(found)
"""


def test_first_use_in_several_threads():
    """Names that load lazily are whole for whoever asks first."""
    done = subprocess.run(
        [sys.executable, "-c", FIRST_USE], capture_output=True, text=True, check=False
    )
    assert done.stdout.strip() == "['x', 'x', 'x', 'x']", done.stderr
