"""Dockerfiles, Makefiles and CMake; the commands in the first two are read as shell."""

from seproj_desktop.window.transcript.colours.grammars.common import ESCAPE, HASH_COMMENT, NUMBER, folded, until, words
from seproj_desktop.window.transcript.colours.grammars.shell import COMMANDS, SHELL, SKIP
from seproj_desktop.window.transcript.colours.kinds import Kind
from seproj_desktop.window.transcript.colours.rules import Grammar, Mode, Push, Rule, find_word

_INSTRUCTIONS = "FROM|MAINTAINER|LABEL|EXPOSE|ENV|ADD|COPY|VOLUME|USER|WORKDIR|ARG|ONBUILD|STOPSIGNAL|SHELL|HEALTHCHECK"
_LINE_COMMENT = Rule(r"^(\s*+)(#.*)", (Kind.TEXT, Kind.COMMENT))

DOCKERFILE: Grammar = {
    "instruction": Mode(
        (
            _LINE_COMMENT,
            Rule(r"^(\s*+)((?i:RUN|CMD|ENTRYPOINT))(?=\s)", (Kind.TEXT, Kind.KEYWORD), move=Push("command")),
            Rule(rf"^(\s*+)((?i:{_INSTRUCTIONS}))(?=\s)", (Kind.TEXT, Kind.KEYWORD), move=Push("arguments")),
            *COMMANDS,
        ),
        skip=SKIP,
    ),
    **SHELL,
    "command": Mode((_LINE_COMMENT, *COMMANDS), skip=SKIP, ends_with_line=True),
    "arguments": Mode(
        (
            _LINE_COMMENT,
            Rule(r"(?<=\s)(?i:AS|CMD|NONE)(?=\s|$)", Kind.KEYWORD),
            Rule(r"\"(?:[^\"\\$]|\\.){0,400}\"|'[^']*+'", Kind.STRING),
            *COMMANDS,
        ),
        skip=SKIP,
        ends_with_line=True,
    ),
}

_DIRECTIVES = "-?include|sinclude|ifeq|ifneq|ifdef|ifndef|else|endif|define|endef|export|unexport|override|vpath"
_MAKE_VARIABLE = Rule(r"\$(?:\((?:[^()$]|\$[@<^*])*+\)|\{[^{}]*+\}|[@<^*?+%|])", Kind.VARIABLE)
_MAKE_CALL = Rule(r"(\$\()([a-z-]++)(?=\s)", (Kind.VARIABLE, Kind.FUNCTION))
_MAKE_RULES = (
    _MAKE_CALL,
    _MAKE_VARIABLE,
    Rule(r"\$\$", Kind.ESCAPE),
    Rule(r"\"(?:[^\"\\$]|\\.){0,400}\"|'[^'$]*+'", Kind.STRING),
)
MAKEFILE: Grammar = {
    "line": Mode(
        (
            Rule(r"^\t", move=Push("recipe")),
            Rule(
                rf"^(\s*+)({_DIRECTIVES})\b",
                (Kind.TEXT, Kind.META),
            ),
            Rule(r"^(\s*+)([\w.-]++)(?=\s*+(?:[:+?!]{0,3}=))", (Kind.TEXT, Kind.VARIABLE)),
            Rule(r"^([^\s:#=$][^:#=$]*+)(::?)(?!=)", (Kind.FUNCTION, Kind.OPERATOR)),
            *_MAKE_RULES,
            HASH_COMMENT,
            Rule(r"[:+?!]{0,3}=", Kind.OPERATOR),
            Rule(r"[^\W\d][\w./%-]*+"),
        ),
        skip=r"\s(),;",
    ),
    **SHELL,
    "recipe": Mode((*_MAKE_RULES, *COMMANDS), skip=SKIP, ends_with_line=True),
}

CMAKE_WORDS = words(
    keyword="""if elseif else endif foreach endforeach while endwhile function endfunction macro endmacro return break
        continue block endblock""",
)


def _long_end(opening: str) -> str:
    return opening[1:].replace("[", "]")


CMAKE: Grammar = {
    "code": Mode(
        (
            Rule(r"[^\W\d]\w*+(?=\s*+\()", Kind.FUNCTION, folded(CMAKE_WORDS)),
            Rule(r"[^\W\d][\w.:/+-]*+"),
            Rule(r"#\[=*+\[", Kind.COMMENT, move=Push("long comment", word=_long_end)),
            HASH_COMMENT,
            Rule(r"\$(?:ENV|CACHE)?\{[^{}]*+\}", Kind.VARIABLE),
            Rule(r"\$<", Kind.VARIABLE),
            Rule(r'"[^"\\$]*+"', Kind.STRING),
            Rule(r'"', Kind.STRING, move=Push("double")),
            NUMBER,
        ),
        skip=r"\s(){};",
    ),
    "double": until('"', Kind.STRING, ESCAPE, Rule(r"\$(?:ENV)?\{[^{}]*+\}", Kind.ESCAPE)),
    "long comment": Mode(kind=Kind.COMMENT, closer=find_word),
}
