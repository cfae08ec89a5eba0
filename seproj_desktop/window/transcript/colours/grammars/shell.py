"""The shells (sh, bash, zsh, fish) and console sessions: expansions in strings, here-documents, prompts."""

from seproj_desktop.window.transcript.colours.grammars.common import until, words
from seproj_desktop.window.transcript.colours.kinds import Kind
from seproj_desktop.window.transcript.colours.rules import Grammar, Mode, Pop, Push, Rule, whole_line

WORDS = words(
    keyword="""if then else elif fi for while until do done case esac in select function return break continue end
        switch begin and or not time coproc""",
    type="""alias bg bind builtin caller cd command compgen complete declare dirs disown echo enable eval exec exit
        export false fc fg getopts hash help history jobs kill let local logout popd printf pushd pwd read readonly
        set shift shopt source suspend test times trap true type typeset ulimit umask unalias unset wait setopt
        autoload string math count contains""",
)

# Without the bracket that may open an expression; where brackets are counted, without the other one too.
SKIP = r"\s){}\[\];,"
COUNTED = r"\s{}\[\];,"
VARIABLE = Rule(r"\$(?:[^\W\d]\w*+|[\d@*#?$!_-])", Kind.VARIABLE)
EXPANSIONS = (
    VARIABLE,
    Rule(r"\$\{", Kind.ESCAPE, move=Push("parameter")),
    Rule(r"\$\(\(", Kind.OPERATOR, move=Push("arithmetic")),
    Rule(r"\$\(", Kind.OPERATOR, move=Push("substitution")),
)
STRINGS = (
    Rule(r"'[^']*+'", Kind.STRING),
    Rule(r"\$'", Kind.STRING, move=Push("escapes")),
    Rule(r"'", Kind.STRING, move=Push("single")),
    Rule(r'"[^"\\$`]*+"', Kind.STRING),
    Rule(r'"', Kind.STRING, move=Push("double")),
    Rule(r"`", Kind.STRING, move=Push("backticks")),
)


def _heredoc_word(opening: str) -> str:
    return opening.lstrip("<-~ ").strip("'\"")


COMMANDS = (
    Rule(r"(?<![-\w./])[^\W\d]\w*+(?:\[[^\]]*+\])?(?=\+?=)", Kind.VARIABLE),
    Rule(r"(function)(\s++)([^\s()]++)", (Kind.KEYWORD, Kind.TEXT, Kind.FUNCTION)),
    Rule(r"[^\W\d][\w.-]*+(?=\s*+\(\s*+\))", Kind.FUNCTION),
    Rule(r"[^\W\d][\w.,/:@%+-]*+", Kind.TEXT, WORDS.get),
    *EXPANSIONS,
    *STRINGS,
    Rule(r"(?<![^\s;(|&)`])#.*", Kind.COMMENT),
    Rule(r"(?<![^\s=<>(])\d++(?![\w.:/%,-])", Kind.NUMBER),
    Rule(r"[-\w.,/:@%+~]++"),
    Rule(r"\\(?:.|$)", Kind.ESCAPE),
    Rule(r"<<[-~]?\s*+(?:'\w++'|\"\w++\"|\\\w++)", Kind.STRING, move=Push("rest", _heredoc_word, "plain heredoc")),
    Rule(r"<<[-~]?\s*+[^\W\d]\w*+", Kind.STRING, move=Push("rest", _heredoc_word, "heredoc")),
    Rule(r"\(\(", Kind.OPERATOR, move=Push("arithmetic")),
    Rule(r"[&|<>=!]++", Kind.OPERATOR),
)
DEEPER = Rule(r"\(", move=Push("deeper"))

PROMPT = Rule(r"^(\s*+)([$%❯➜])(?=\s)", (Kind.TEXT, Kind.META))

ARITHMETIC = (
    Rule(r"\(", move=Push("arithmetic bracket")),
    *EXPANSIONS,
    Rule(r"\d\w*+", Kind.NUMBER),
    Rule(r"[^\W\d]\w*+", Kind.VARIABLE),
    Rule(r"[-+*/%<>=!&|^~?:]++", Kind.OPERATOR),
)

SHELL: Grammar = {
    "code": Mode((PROMPT, *COMMANDS), skip=SKIP),
    "rest": Mode(COMMANDS, skip=SKIP, ends_with_line=True),
    "single": until("'", Kind.STRING),
    "escapes": until("'", Kind.STRING, Rule(r"\\.", Kind.ESCAPE)),
    "double": until('"', Kind.STRING, Rule(r"\\.", Kind.ESCAPE), *EXPANSIONS, Rule(r"`[^`]*+`", Kind.STRING)),
    "backticks": Mode((Rule(r"`", Kind.STRING, move=Pop()), *COMMANDS), skip=SKIP),
    "parameter": until(r"\}", Kind.ESCAPE, Rule(r"[^\W\d]\w*+", Kind.VARIABLE), *EXPANSIONS, *STRINGS),
    "substitution": Mode((Rule(r"\)", Kind.OPERATOR, move=Pop()), DEEPER, *COMMANDS), skip=COUNTED),
    "deeper": Mode((Rule(r"\)", move=Pop()), DEEPER, *COMMANDS), skip=COUNTED),
    "arithmetic": Mode((Rule(r"\)\)", Kind.OPERATOR, move=Pop()), *ARITHMETIC), skip=r"\s,"),
    "arithmetic bracket": Mode((Rule(r"\)", move=Pop()), *ARITHMETIC), skip=r"\s,"),
    "heredoc": Mode((Rule(r"\\.", Kind.ESCAPE), VARIABLE), Kind.STRING, closer=whole_line),
    "plain heredoc": Mode(kind=Kind.STRING, closer=whole_line),
}

# Only what follows a prompt is code; the rest is what the commands said.
CONSOLE: Grammar = {
    "output": Mode(
        (
            Rule(
                r"^(?:\([\w.-]+\)\s?)?(?:\[?[\w.-]+@[\w.-]+[^$#%]{0,80}\]?)?[$#%>❯➜](?=\s)",
                Kind.META,
                move=Push("command"),
            ),
        )
    ),
    **SHELL,
    "command": Mode(COMMANDS, skip=SKIP, ends_with_line=True),
}
