"""
The events of built-in tools and of audio in a Responses stream.

Their calls have their results inside, and only their item's end has the whole: what
comes before is progress and previews.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, ClassVar, Final

from modelwire.codecs.openai_responses._stream_parts import PartMachine
from modelwire.ir._chunks import (
    AudioDelta,
    BlockStart,
    ImageDelta,
    PartDelta,
    ServerToolProgress,
    StreamChunk,
)
from modelwire.ir._parts import (
    AudioPart,
    ServerToolCallPart,
    ServerToolResultPart,
    ToolCallPart,
)

if TYPE_CHECKING:
    from modelwire.ir._base import JSONObject

__all__ = ["ToolMachine"]

_CALLS: Final = (ToolCallPart, ServerToolCallPart)


class ToolMachine(PartMachine):
    """What built-in tools do; see `ItemMachine` for arguments."""

    # --- built-in tools -------------------------------------------------------------

    def _preview(
        self, data: JSONObject, out: list[StreamChunk], field: str, key: str, text: Any
    ) -> None:
        """Give a piece of what only the item's end has whole."""
        item = self._find(data)
        block = item.blocks[0] if item is not None and item.blocks else None
        fits = False
        if block is not None:
            part = block.part
            if field == "arguments":
                fits = isinstance(part, _CALLS)
            else:
                fits = type(part) is ServerToolResultPart and part.content is None
        if block is None or not fits or type(text) is not str:
            self._unknown(data, out, item)
        elif text:
            raw = data if self.keep_raw else None
            out.append(PartDelta(block.index, field, key, text, raw))

    def _code_delta(self, data: JSONObject, out: list[StreamChunk]) -> None:
        self._preview(data, out, "arguments", "code", data.get("delta"))

    def _diff_delta(self, data: JSONObject, out: list[StreamChunk]) -> None:
        self._preview(data, out, "arguments", "diff", data.get("delta"))

    def _command_delta(self, data: JSONObject, out: list[StreamChunk]) -> None:
        key = f"commands[{_number(data.get('command_index'))}]"
        text = data.get("delta", data.get("command"))
        self._preview(data, out, "arguments", key, text)

    def _output_delta(self, data: JSONObject, out: list[StreamChunk]) -> None:
        delta = data.get("delta")
        number = _number(data.get("command_index"))
        if type(delta) is not dict:
            self._unknown(data, out, self._find(data))
            return
        for name, text in delta.items():
            self._preview(data, out, "content", f"output[{number}].{name}", text)

    def _repeated(self, data: JSONObject, out: list[StreamChunk]) -> None:
        """Take the end of a preview: the item's own end has the whole."""
        if self._find(data) is None:
            self._unknown(data, out)

    def _image(self, data: JSONObject, out: list[StreamChunk]) -> None:
        item = self._find(data)
        image = data.get("partial_image_b64")
        block = item.blocks[0] if item is not None and item.blocks else None
        if (
            block is None
            or type(image) is not str
            or type(block.part) is not ServerToolCallPart
        ):
            self._unknown(data, out, item)
            return
        form = data.get("output_format")
        number = data.get("partial_image_index")
        out.append(
            ImageDelta(
                block.index,
                image,
                f"image/{form}" if type(form) is str else None,
                number if type(number) is int else None,
                data if self.keep_raw else None,
            )
        )

    def _progress(self, kind: str, data: JSONObject, out: list[StreamChunk]) -> bool:
        """Take `response.<item type>.<status>`; say whether it was one."""
        item = self._find(data)
        if item is None or not item.kind:
            return False
        stem, _, status = kind.rpartition(".")
        if stem != f"response.{item.kind}" or not item.blocks:
            return False
        block = item.blocks[0]
        if type(block.part) is not ServerToolCallPart:
            return False
        block.status = status
        raw = data if self.keep_raw else None
        out.append(ServerToolProgress(block.index, status, raw))
        return True

    def _audio_delta(self, data: JSONObject, out: list[StreamChunk]) -> None:
        self._hear(data, out, transcript=False)

    def _transcript_delta(self, data: JSONObject, out: list[StreamChunk]) -> None:
        self._hear(data, out, transcript=True)

    def _hear(
        self, data: JSONObject, out: list[StreamChunk], *, transcript: bool
    ) -> None:
        """Take audio: in the union of events, and in no recording."""
        text = data.get("delta")
        if type(text) is not str:
            self._unknown(data, out)
            return
        raw = data if self.keep_raw else None
        self.start(out, raw=raw)
        if self._audio is None:
            self._audio = self.new_index()
            out.append(BlockStart(self._audio, 0, AudioPart(), raw))
        if transcript:
            out.append(AudioDelta(self._audio, "", text, None, raw))
        else:
            out.append(AudioDelta(self._audio, text, "", None, raw))

    def _audio_done(self, data: JSONObject, out: list[StreamChunk]) -> None:
        """Take the end of audio or transcript; the stream's end ends their block."""
        if self._audio is None:
            self._unknown(data, out)

    HANDLERS: ClassVar[dict[str, Callable[[Any, JSONObject, Any], None]]] = {
        **PartMachine.HANDLERS,
        "response.code_interpreter_call_code.delta": _code_delta,
        "response.code_interpreter_call_code.done": _repeated,
        "response.apply_patch_call_operation_diff.delta": _diff_delta,
        "response.apply_patch_call_operation_diff.done": _repeated,
        "response.shell_call_command.added": _command_delta,
        "response.shell_call_command.delta": _command_delta,
        "response.shell_call_command.done": _repeated,
        "response.shell_call_output_content.delta": _output_delta,
        "response.shell_call_output_content.done": _repeated,
        "response.image_generation_call.partial_image": _image,
        "response.audio.delta": _audio_delta,
        "response.audio.done": _audio_done,
        "response.audio.transcript.delta": _transcript_delta,
        "response.audio.transcript.done": _audio_done,
    }
    """What each event means."""


def _number(value: Any) -> int:
    return value if type(value) is int else 0
