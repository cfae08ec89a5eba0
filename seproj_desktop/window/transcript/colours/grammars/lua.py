"""Lua: long brackets in strings and comments."""

from seproj_desktop.window.transcript.colours.grammars.common import (
    DASH_COMMENT,
    NUMBER,
    OPERATOR,
    names,
    quoted,
    string,
    words,
)
from seproj_desktop.window.transcript.colours.kinds import Kind
from seproj_desktop.window.transcript.colours.rules import Grammar, Mode, Push, Rule, find_word

WORDS = words(
    keyword="""and break do else elseif end false for function goto if in local nil not or repeat return then true
        until while""",
    variable="self _G _ENV _VERSION",
    type="""assert collectgarbage coroutine debug dofile error getmetatable io ipairs load loadfile loadstring math
        next os package pairs pcall print rawequal rawget rawlen rawset require select setmetatable string table
        tonumber tostring type unpack utf8 xpcall""",
)


def _long_end(opening: str) -> str:
    return opening.lstrip("-").replace("[", "]")


LUA: Grammar = {
    "code": Mode(
        (
            *names(WORDS.get),
            Rule(r"--\[=*+\[", Kind.COMMENT, move=Push("long comment", word=_long_end)),
            DASH_COMMENT,
            *string('"', "double"),
            *string("'", "single"),
            Rule(r"\[=*+\[", Kind.STRING, move=Push("long string", word=_long_end)),
            Rule(r"::\w++::", Kind.VARIABLE),
            NUMBER,
            OPERATOR,
        ),
        # A bracket may begin a long string.
        skip=r"\s()\]{},;:",
    ),
    "double": quoted('"'),
    "single": quoted("'"),
    "long comment": Mode(kind=Kind.COMMENT, closer=find_word),
    "long string": Mode(kind=Kind.STRING, closer=find_word),
}
