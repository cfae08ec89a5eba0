"""Parts thinking from answer in a stream of text: what stands between `<think>` and `</think>` at its beginning.

Works on text, so a tag may be split anywhere between two pieces; at most a tag's length less one character is held
back.
"""

OPEN, CLOSE = "<think>", "</think>"
LONGEST_GAP = 8
"""Blank characters that may stand before an opening tag; more of them are the answer's."""


class ThinkSplitter:
    """Feeds pieces through; each call returns the (reasoning, answer) text that has become certain."""

    def __init__(self, *, inside: bool = False) -> None:
        self._state = "thinking" if inside else "start"
        self._held = ""
        self._has_thought = False

    @property
    def is_answering(self) -> bool:
        """Whether the thinking is over: every further piece is the answer's, as it is."""
        return self._state == "answer"

    def feed(self, piece: str) -> tuple[str, str]:
        if self.is_answering:
            return "", piece
        text, self._held = self._held + piece, ""
        if self._state == "start":
            return self._begin(text)
        if self._state == "gap":
            return "", self._after_gap(text)
        return self._think(text)

    def finish(self) -> tuple[str, str]:
        """What was still held back when the stream ended."""
        held, self._held = self._held, ""
        return (held, "") if self._state == "thinking" else ("", held)

    def _begin(self, text: str) -> tuple[str, str]:
        start = text.lstrip()
        if start.startswith(OPEN):
            self._state = "thinking"
            return self._think(start[len(OPEN) :])
        if OPEN.startswith(start) and len(text) - len(start) <= LONGEST_GAP:
            self._held = text
            return "", ""
        self._state = "answer"
        return "", text

    def _think(self, text: str) -> tuple[str, str]:
        if not self._has_thought:
            text = text.lstrip("\n")
            self._has_thought = bool(text)
        reasoning, closed, answer = text.partition(CLOSE)
        if closed:
            self._state = "gap"
            return reasoning.rstrip("\n"), self._after_gap(answer)
        keep = _overlap(text, CLOSE)
        self._held = text[len(text) - keep :]
        return text[: len(text) - keep], ""

    def _after_gap(self, text: str) -> str:
        """The blank lines between the thinking and the answer belong to neither."""
        text = text.lstrip("\n")
        if text:
            self._state = "answer"
        return text


def _overlap(text: str, tag: str) -> int:
    """The length of the longest end of `text` that could begin `tag`."""
    return next((n for n in range(min(len(tag) - 1, len(text)), 0, -1) if text.endswith(tag[:n])), 0)


def opens_thinking(prompt_tail: str) -> bool:
    """Whether a rendered prompt ends inside a thinking section that the template has opened."""
    return prompt_tail.rfind(OPEN) > prompt_tail.rfind(CLOSE)
