"""PHP, from its first line on; what stands outside its tags is HTML."""

import re

from seproj_desktop.window.transcript.colours.grammars.common import (
    BLANKS,
    COMMENT_MODE,
    COMMENTS,
    ESCAPE,
    NAME,
    NUMBER,
    OPERATOR,
    defined,
    folded,
    names,
    string,
    until,
    words,
)
from seproj_desktop.window.transcript.colours.kinds import Kind
from seproj_desktop.window.transcript.colours.rules import Grammar, Mode, Push, Rule, whole_line

WORDS = words(
    keyword="""abstract and array as break callable case catch class clone const continue declare default die do echo
        else elseif empty enddeclare endfor endforeach endif endswitch endwhile enum eval exit extends final finally
        fn for foreach from function global goto if implements include include_once instanceof insteadof interface
        isset list match namespace new or parent print private protected public readonly require require_once return
        self static switch this throw trait try unset use var while xor yield true false null __class__ __dir__
        __file__ __function__ __line__ __method__ __namespace__""",
    type="bool float int iterable mixed never object string void",
)

_VARIABLE = Rule(r"\${1,4}[^\W\d]\w*+", Kind.VARIABLE)
_FIELDS = (Rule(_VARIABLE.pattern, Kind.ESCAPE), Rule(r"\{(?=\$)|\$\{", Kind.ESCAPE))

_OPENING = re.compile(r"<\?(?:php\b|=)?")


def _php_begins(text: str, position: int, _word: str) -> tuple[int, int] | None:
    match = _OPENING.search(text, position)
    return match.span() if match else None


def _heredoc_word(opening: str) -> str:
    return opening.strip("< \t'\"")


_RULES = (
    _VARIABLE,
    defined("class interface trait enum"),
    *names(folded(WORDS), rf"\\?{NAME}"),
    Rule(r"<\?(?:php\b|=)?", Kind.META),
    Rule(r"\?>", Kind.META, move=Push("outside")),
    Rule(r"<<<\s*+'\w++'", Kind.STRING, move=Push("rest", word=_heredoc_word, below="nowdoc")),
    Rule(r"<<<\s*+\"?+[^\W\d]\w*+\"?+", Kind.STRING, move=Push("rest", word=_heredoc_word, below="heredoc")),
    *string('"', "double", without="$"),
    *string("'", "single"),
    Rule(r"#\[", Kind.META),
    Rule(r"#.*", Kind.COMMENT),
    *COMMENTS,
    NUMBER,
    OPERATOR,
)

PHP: Grammar = {
    "code": Mode(_RULES, skip=BLANKS),
    "rest": Mode(_RULES, skip=BLANKS, ends_with_line=True),
    "double": until('"', Kind.STRING, ESCAPE, *_FIELDS),
    "single": until("'", Kind.STRING, Rule(r"\\[\\']", Kind.ESCAPE)),
    "heredoc": Mode((ESCAPE, *_FIELDS), Kind.STRING, closer=whole_line),
    "nowdoc": Mode(kind=Kind.STRING, closer=whole_line),
    "outside": Mode(kind=Kind.META, closer=_php_begins, guest="html"),
    **COMMENT_MODE,
}
