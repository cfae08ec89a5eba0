"""JavaScript and TypeScript: template strings, and regular expressions where the character before decides it."""

from seproj_desktop.window.transcript.colours.grammars.c_like import code
from seproj_desktop.window.transcript.colours.grammars.common import (
    BLANKS,
    COMMENT_MODE,
    ESCAPE,
    fields,
    quoted,
    regex,
    string,
    until,
    words,
)
from seproj_desktop.window.transcript.colours.kinds import Kind
from seproj_desktop.window.transcript.colours.rules import Grammar, Mode, Push, Rule

WORDS = words(
    keyword="""as async await break case catch class const constructor continue debugger default delete do else export
        extends finally for from function get if implements import in instanceof interface let new null of package
        private protected public return set static super switch this throw true false try typeof undefined using var
        void while with yield NaN Infinity""",
    type="""AggregateError Array ArrayBuffer BigInt Boolean DataView Date Error EvalError Float32Array Float64Array
        Function Int8Array Int16Array Int32Array Intl JSON Map Math Number Object Promise Proxy RangeError
        ReferenceError Reflect RegExp Set String Symbol SyntaxError TypeError URIError Uint8Array Uint8ClampedArray
        Uint16Array Uint32Array WeakMap WeakRef WeakSet console decodeURI decodeURIComponent document encodeURI
        encodeURIComponent eval exports global globalThis isFinite isNaN module parseFloat parseInt process require
        window""",
)

TYPED_WORDS = WORDS | words(
    keyword="abstract asserts declare enum infer is keyof namespace override readonly satisfies type unique",
    type="any bigint boolean never number object string symbol unknown",
)

NAME = r"[^\W\d][\w$]*+|\$[\w$]*+"


def _code(known: dict[str, Kind]) -> tuple[Rule, ...]:
    return code(
        known.get,
        Rule(r"@[^\W\d][\w.]*+", Kind.META),
        Rule(r"`[^`\\$]*+`", Kind.STRING),
        Rule(r"`", Kind.STRING, move=Push("template")),
        *string('"', "double"),
        # Not the apostrophe in the text of JSX.
        *string("'", "single", r"(?<!\w)"),
        regex(r"[-+*%(,=:\[!&|?;~^]", "=>", "return", "case", "typeof"),
        name=f"(?:{NAME})",
    )


def _grammar(rules: tuple[Rule, ...]) -> Grammar:
    return {
        "code": Mode(rules, skip=BLANKS),
        "double": quoted('"'),
        "single": quoted("'"),
        "template": until("`", Kind.STRING, ESCAPE, Rule(r"\$\{", Kind.ESCAPE, move=Push("field"))),
        **fields(rules),
        **COMMENT_MODE,
    }


JAVASCRIPT: Grammar = _grammar(_code(WORDS))
TYPESCRIPT: Grammar = _grammar(_code(TYPED_WORDS))
