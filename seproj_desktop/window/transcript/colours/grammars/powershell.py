"""PowerShell: here-strings, variables, cmdlets, the escapes with backticks."""

from seproj_desktop.window.transcript.colours.grammars.common import NUMBER, fields, folded, until, words
from seproj_desktop.window.transcript.colours.kinds import Kind
from seproj_desktop.window.transcript.colours.rules import Grammar, Mode, Pop, Push, Rule

WORDS = words(
    keyword="""begin break catch class continue data default do dynamicparam else elseif end enum exit filter finally
        for foreach from function if in param parallel process return sequence switch throw trap try until using while
        workflow mandatory parameter""",
)
OPERATORS = """and as band bnot bor bxor ccontains ceq cge cgt cle clike clt cmatch cne cnotcontains cnotlike
        cnotmatch contains creplace csplit eq f ge gt icontains ieq ige igt ile ilike ilt imatch in ine inotcontains
        inotlike inotmatch ireplace is isnot isplit join le like lt match ne not notcontains notin notlike notmatch or
        replace shl shr split xor"""

_NAME = r"[$@](?:\{[^}]*+\}|(?:\w++:(?!:))?+\w++|[$?^])"
VARIABLE = Rule(_NAME, Kind.VARIABLE)
INSIDE = Rule(_NAME, Kind.ESCAPE)
ESCAPE = Rule(r"`.", Kind.ESCAPE)
FIELD = Rule(r"\$\(", Kind.ESCAPE, move=Push("field"))

RULES = (
    Rule(rf"(?i:-(?:{'|'.join(OPERATORS.split())})\b)", Kind.OPERATOR),
    Rule(r"-[^\W\d]\w*+:?", Kind.ATTRIBUTE),
    Rule(r"(?<=[^.]\.)\w++"),
    Rule(r"(?i:(function|filter|class|enum)(\s++)([\w:-]++))", (Kind.KEYWORD, Kind.TEXT, Kind.FUNCTION)),
    Rule(r"[^\W\d]\w*+-\w++(?:-\w++)*", Kind.FUNCTION),
    Rule(r"[^\W\d]\w*+", Kind.TEXT, folded(WORDS)),
    Rule(r'@"\s*+$', Kind.STRING, move=Push("here")),
    Rule(r"@'\s*+$", Kind.STRING, move=Push("raw here")),
    VARIABLE,
    FIELD,
    Rule(r'"[^"`$]*+"', Kind.STRING),
    Rule(r'"', Kind.STRING, move=Push("double")),
    Rule(r"'[^']*+'", Kind.STRING),
    Rule(r"'", Kind.STRING, move=Push("single")),
    Rule(r"<#.*?#>", Kind.COMMENT),
    Rule(r"<#", Kind.COMMENT, move=Push("comment")),
    Rule(r"#.*", Kind.COMMENT),
    Rule(r"(\[)([^\W\d][\w.]*+(?:\[\])?)(\])", (Kind.TEXT, Kind.TYPE, Kind.TEXT)),
    NUMBER,
    ESCAPE,
    Rule(r"[-+*/%=<>!&|?]++", Kind.OPERATOR),
)

POWERSHELL: Grammar = {
    "code": Mode((Rule(r"^(PS [^>]*+>|PS>)", (Kind.META,)), *RULES), skip=r"\s(){},;:"),
    "double": until('"', Kind.STRING, Rule(r'""', Kind.ESCAPE), ESCAPE, INSIDE, FIELD),
    "single": until("'", Kind.STRING, Rule(r"''", Kind.ESCAPE)),
    "here": Mode((Rule(r'^"@', Kind.STRING, move=Pop()), ESCAPE, INSIDE, FIELD), Kind.STRING),
    "raw here": Mode((Rule(r"^'@", Kind.STRING, move=Pop()),), Kind.STRING),
    "comment": until("#>", Kind.COMMENT),
    **fields(RULES, r"\s{},;:", r"\( \)"),
}
