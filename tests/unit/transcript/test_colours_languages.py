"""What the line lexers see in each language, where it takes more than words: strings, nesting, embedded languages."""

import pytest

from seproj_desktop.window.transcript.colours.kinds import Kind
from seproj_desktop.window.transcript.colours.languages import lexer_for

K = Kind

# Language, code, and pieces of the code (their last places) with their kinds.
CASES: list[tuple[str, str, dict[str, Kind]]] = [
    ("python", 'x = r"\\n" b"\\n"', {'r"\\n"': K.STRING, "\\n": K.ESCAPE}),
    ("python", '"""one\ntwo"""\nif', {"one": K.STRING, "two": K.STRING, "if": K.KEYWORD}),
    ("python", "rb'''a\n'''; None", {"a": K.STRING, "None": K.KEYWORD}),
    ("python", "f'{name!r:>{width}} is {'{'}' + if", {"name": K.TEXT, "width": K.TEXT, "is": K.STRING}),
    ("python", 'f"{{no}} {len(x)}"', {"{{": K.ESCAPE, "no": K.STRING, "len": K.TYPE, "(x)": K.TEXT}),
    ("python", "@cached\ndef f(): pass", {"@cached": K.META, "def": K.KEYWORD, "f": K.FUNCTION}),
    ("python", "class Name(Base):", {"class": K.KEYWORD, "Name": K.TYPE, "Base": K.TEXT}),
    ("python", "match point:\n    case (x, y) if x:", {"match": K.KEYWORD, "case": K.KEYWORD}),
    ("python", "match.x(case)", {"match": K.TEXT, "case": K.TEXT}),
    ("python", "type Point = tuple[int, int]", {"type": K.KEYWORD, "Point": K.TEXT}),
    ("python", "x.print + y.class_ + print(1)", {".print": K.TEXT, " print": K.TYPE}),
    ("python", ">>> x = 1\n... + 2", {">>>": K.META, "...": K.META, "2": K.NUMBER}),
    ("python", "'open\nif", {"'open": K.STRING, "if": K.KEYWORD}),
    ("pycon", ">>> if x: 'a\nif 'b", {">>>": K.META, "'a": K.STRING, "if": K.TEXT, "'b": K.TEXT}),
    ("c", "#define A 1 \\\n  + 2\nint x;", {"#define A 1 \\": K.META, "+ 2": K.META, "int": K.TYPE}),
    ("c", "#include <stdio.h> // why", {"#include ": K.META, "<stdio.h>": K.STRING, "// why": K.COMMENT}),
    ("c", "a /* b\nc */ return", {"b": K.COMMENT, "c": K.COMMENT, "return": K.KEYWORD}),
    ("cpp", 'auto s = R"x(a)" \nb)x"; int', {'a)"': K.STRING, 'b)x"': K.STRING, "int": K.TYPE}),
    ("cpp", "1'000'000 + 0x1Fu + 'a'", {"1'000'000": K.NUMBER, "0x1Fu": K.NUMBER, "'a'": K.STRING}),
    ("java", 'var t = """\n  "if"\n  """; @Override int', {'"if"': K.STRING, "@Override": K.META, "int": K.TYPE}),
    (
        "javascript",
        "`a ${b + `c ${d}`} e` if",
        {"a": K.STRING, "${": K.ESCAPE, "c": K.STRING, "e": K.STRING, "if": K.KEYWORD},
    ),
    ("javascript", "`a\nif ${ {x: {}} } b`; if", {"${": K.ESCAPE, "b": K.STRING, " if": K.KEYWORD}),
    ("javascript", 'x = /[/"]+/g.test(y) / 2 / z', {'/[/"]+/g': K.STRING, "2": K.NUMBER, "z": K.TEXT}),
    ("javascript", "return /a b/", {"/a b/": K.STRING}),
    ("javascript", "(a + b) / c / d", {"c": K.TEXT, "d": K.TEXT}),
    ("jsx", "<p>Don't</p>\nreturn 'a'", {"Don't": K.TEXT, "return": K.KEYWORD, "'a'": K.STRING}),
    ("typescript", "let x: number = y as string", {"number": K.TYPE, "as": K.KEYWORD, "string": K.TYPE}),
    ("go", "x := `a\nif` + 'b'", {"a": K.STRING, "if": K.STRING, "'b'": K.STRING}),
    (
        "rust",
        "/* a /* b */ c */ fn f<'a>(x: &'a str)",
        {"c": K.COMMENT, "fn": K.KEYWORD, "'a": K.ATTRIBUTE, "str": K.TYPE},
    ),
    (
        "rust",
        'r##"a"# if\n b"##; b\'x\' if',
        {'a"# if': K.STRING, 'b"##': K.STRING, "b'x'": K.STRING, " if": K.KEYWORD},
    ),
    (
        "rust",
        "#[derive(Debug)]\nprintln!(\"{}\", 'x')",
        {"#[derive(Debug)]": K.META, "println!": K.FUNCTION, "'x'": K.STRING},
    ),
    ("csharp", '@"a\\" + $"b {c:x} \\n" + if', {'@"a\\"': K.STRING, "b": K.STRING, "{": K.ESCAPE, "\\n": K.ESCAPE}),
    ("csharp", '"""\n"if"\n""" + new', {'"if"': K.STRING, "new": K.KEYWORD}),
    ("kotlin", '"a $b ${c(1)} \\n"', {"$b": K.ESCAPE, "c": K.FUNCTION, "1": K.NUMBER, "\\n": K.ESCAPE}),
    ("swift", '"a \\(b(1)) c"', {"\\(": K.ESCAPE, "b": K.FUNCTION, "c": K.STRING}),
    ("scala", 's"a $b" + """c\n"d" """', {"$b": K.ESCAPE, "c": K.STRING, '"d"': K.STRING}),
    ("dart", "'a $b ${c}' + r'$d'", {"$b": K.ESCAPE, "$d": K.STRING}),
    ("php", "<?php\n$a = <<<X\n if $b\nX;\nif", {"<?php": K.META, "$a": K.VARIABLE, "$b": K.ESCAPE, "if": K.KEYWORD}),
    ("php", "echo 1; ?>\n<b>if</b>\n<?php if", {"?>": K.META, "b": K.TAG, "if</": K.TEXT, " if": K.KEYWORD}),
    (
        "bash",
        'x="a $y ${z} $(ls -l) b" # c',
        {"x": K.VARIABLE, "$y": K.VARIABLE, "${": K.ESCAPE, "b": K.STRING, "# c": K.COMMENT},
    ),
    ("bash", "cat <<EOF | wc\nif $x\nEOF\nif", {"EOF": K.STRING, "$x": K.VARIABLE, "if": K.KEYWORD}),
    ("bash", "cat <<'E'\n$x\nE\nfi", {"$x": K.STRING, "fi": K.KEYWORD}),
    ("bash", "echo $((1 << 2)) a#b", {"<<": K.OPERATOR, "a#b": K.TEXT}),
    ("bash", "$ echo 'a\nb'", {"$": K.META, "echo": K.TYPE, "'a": K.STRING, "b'": K.STRING}),
    ("console", "me@host:~$ if x\nif y", {"me@host:~$": K.META, "if": K.TEXT}),
    (
        "sql",
        "SELECT 'it''s' -- x\nfrom t",
        {"SELECT": K.KEYWORD, "'it''s'": K.STRING, "-- x": K.COMMENT, "from": K.KEYWORD},
    ),
    (
        "html",
        '<a href="x" b>if &amp; <!-- c\nd --></a>',
        {"a": K.TAG, "href": K.ATTRIBUTE, '"x"': K.STRING, "if": K.TEXT},
    ),
    ("html", "<style>\n.a { color: red }\n</style>\nred", {"color": K.ATTRIBUTE, ".a": K.TYPE, "red": K.TEXT}),
    ("html", "<script>if (a) '</script>' b", {"if": K.KEYWORD, "b": K.TEXT}),
    ("vue", '<p v-if="a > 1">{{ f("x") }}</p>', {"v-if": K.ATTRIBUTE, "1": K.NUMBER, "f": K.FUNCTION, '"x"': K.STRING}),
    (
        "css",
        "li:hover {\n  color: #fff; /* x\n y */ margin: -1.5em\n}",
        {"li": K.TAG, "color": K.ATTRIBUTE, "#fff": K.NUMBER, "y": K.COMMENT, "-1.5em": K.NUMBER},
    ),
    ("scss", "$a: 1px;\n.b { &:hover { color: $a } }", {"1px": K.NUMBER, "color": K.ATTRIBUTE, "$a": K.VARIABLE}),
    (
        "json",
        '{"a": "b\\n", "c": [true, -1.5e3]}',
        {'"a"': K.TAG, "\\n": K.ESCAPE, "true": K.KEYWORD, "-1.5e3": K.NUMBER},
    ),
    (
        "yaml",
        "a: |\n  b: c\n\n  # d\ng: true # f",
        {"b: c": K.STRING, "# d": K.STRING, "g": K.TAG, "true": K.KEYWORD, "# f": K.COMMENT},
    ),
    ("yaml", "- a: >-\n    b\n  c: 1", {"b": K.STRING, "c": K.TAG, "1": K.NUMBER}),
    (
        "toml",
        '[a.b]\nc = """\nd\n""" # e\nf = 2024-01-02',
        {"[a.b]": K.KEYWORD, "d": K.STRING, "# e": K.COMMENT, "2024-01-02": K.NUMBER},
    ),
    ("ruby", 'x = <<~A + "#{y}"\n  if #{z}\nA\nend', {"#{z}": K.ESCAPE, "end": K.KEYWORD}),
    ("ruby", "a = b / c / d\ne =~ /if/i", {"d": K.TEXT, "/if/i": K.STRING}),
    (
        "lua",
        "--[==[ a ]]\nb ]==] local x = [[c\nd]]",
        {"b": K.COMMENT, "local": K.KEYWORD, "c": K.STRING, "d": K.STRING},
    ),
    ("perl", "$x =~ s/a\\/b/c/g; my @y", {"s/a\\/b/c/g": K.STRING, "my": K.KEYWORD, "@y": K.VARIABLE}),
    ("perl", "=pod\nif\n=cut\nif", {"=cut": K.COMMENT, "if": K.KEYWORD}),
    ("julia", '"a $(f(x)) $b" #= c\nq =# end', {"f": K.FUNCTION, "$b": K.ESCAPE, "q": K.COMMENT, "end": K.KEYWORD}),
    (
        "powershell",
        '@"\n$x\n"@\nGet-Item -Path $y <# a\nb #>',
        {"$x": K.ESCAPE, "Get-Item": K.FUNCTION, "-Path": K.ATTRIBUTE, "$y": K.VARIABLE, "b": K.COMMENT},
    ),
    (
        "diff",
        "--- a\n+++ b\n@@ -1 +1 @@\n-c\n+d\n e",
        {"-c": K.DELETED, "+d": K.INSERTED, "@@ -1 +1 @@": K.META, "e": K.TEXT},
    ),
    (
        "markdown",
        "# a `b`\n```py\nif x: # c\n```\n`d` if",
        {"# a `b`": K.HEADING, "# c": K.COMMENT, "`d`": K.STRING, " if": K.TEXT},
    ),
    ("markdown", "````\n```\nif\n````\n`x`", {"if": K.STRING, "`x`": K.STRING}),
    ("dockerfile", "RUN if a; \\\n  then b\nCOPY then /", {"RUN": K.KEYWORD, "COPY": K.KEYWORD}),
    (
        "makefile",
        "all: a\n\techo $(CC) 'x'\nCC := gcc # y",
        {"all": K.FUNCTION, "$(CC)": K.VARIABLE, "'x'": K.STRING, "# y": K.COMMENT},
    ),
    ("cmake", '#[[ a\nb ]] set(X "${Y}")', {"b": K.COMMENT, "set": K.FUNCTION, "${Y}": K.ESCAPE}),
    (
        "haskell",
        "{- a {- b -} c -} f :: Int -> x'\n-- d",
        {"c": K.COMMENT, "Int": K.TYPE, "x'": K.TEXT, "-- d": K.COMMENT},
    ),
    (
        "elixir",
        '@doc """\nif\n"""\ndef g(x), do: ~w(if) ++ [a: :b]',
        {"@doc": K.META, "g": K.FUNCTION, "~w(if)": K.STRING, ":b": K.STRING},
    ),
]


def kinds(language: str, code: str) -> list[Kind]:
    """The kind of each character; line ends are text."""
    lexer = lexer_for(language)
    assert lexer is not None
    found: list[Kind] = []
    state = lexer.start
    for line in code.split("\n"):
        spans, state = lexer.line(line, state)
        painted = [Kind.TEXT] * len(line)
        for start, length, kind in spans:
            painted[start : start + length] = [kind] * length
        found += [*painted, Kind.TEXT]
    return found


@pytest.mark.parametrize(("language", "code", "expected"), CASES)
def test_pieces_have_their_kinds(language: str, code: str, expected: dict[str, Kind]) -> None:
    painted = kinds(language, code)
    for piece, kind in expected.items():
        start = code.rindex(piece)
        seen = {painted[start + at] for at, letter in enumerate(piece) if not letter.isspace()}
        assert seen == {kind}, piece
