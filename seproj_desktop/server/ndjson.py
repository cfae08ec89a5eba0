"""The lines of a streamed answer, as bytes, written for speed: no model, no dictionary and one escape per token.

JSON escapes text character by character, so the text so far is kept escaped and grows by the escaped piece: a token
costs what its own text costs, plus one copy of what the contract repeats. No I/O here.
"""

import re

import msgspec

NDJSON = b"application/x-ndjson"

encode_json = msgspec.json.Encoder().encode

_LONE_SURROGATES = re.compile("[\ud800-\udfff]")
# Valid inside JSON strings, and yet line ends for readers that split as Unicode does (`str.splitlines`, httpx).
_LINE_ENDS = ((b"\xc2\x85", b"\\u0085"), (b"\xe2\x80\xa8", b"\\u2028"), (b"\xe2\x80\xa9", b"\\u2029"))


def escape(text: str) -> bytes:
    """The text as the inside of a JSON string; half a surrogate pair, which UTF-8 cannot hold, becomes U+FFFD."""
    try:
        escaped = encode_json(text)[1:-1]
    except UnicodeEncodeError:
        escaped = encode_json(_LONE_SURROGATES.sub("\ufffd", text))[1:-1]
    if not escaped.isascii():
        for raw, harmless in _LINE_ENDS:
            escaped = escaped.replace(raw, harmless)
    return escaped


class AnswerLines:
    """One answer's lines; every piece goes through `token` once, in order."""

    def __init__(self, request_id: str, *, cumulative: bool) -> None:
        self._said = bytearray()
        self._cumulative = cumulative
        self._tail = b'","request_id":"' + escape(request_id) + b'"}\n'

    def said(self) -> str:
        """The text so far; it is unescaped for this, so not for every token."""
        return msgspec.json.decode(b'"' + self._said + b'"', type=str)

    def token(self, text: str) -> bytes:
        piece = escape(text)
        self._said += piece
        if self._cumulative:
            return b"".join((b'{"type":"token","delta":"', piece, b'","content":"', self._said, self._tail))
        return b"".join((b'{"type":"token","delta":"', piece, self._tail))

    def done(self, reason: str) -> bytes:
        parts = (b'{"type":"done","content":"', self._said, b'","finish_reason":"', escape(reason), self._tail)
        return b"".join(parts)

    def error(self, message: str) -> bytes:
        return b"".join((b'{"type":"error","message":"', escape(message), self._tail))

    def whole(self, reason: str) -> bytes:
        """The same answer as the one JSON object of `"stream": false`."""
        return b"".join((b'{"output":"', self._said, b'","finish_reason":"', escape(reason), self._tail)).rstrip(b"\n")
