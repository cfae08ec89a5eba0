"""The lexer for a language as a fence names it. No Qt; any thread."""

from collections.abc import Callable, Iterator
from functools import cache, partial
from importlib import import_module

from seproj_desktop.window.transcript.colours import grammars
from seproj_desktop.window.transcript.colours.line_lexer import LineLexer
from seproj_desktop.window.transcript.colours.rules import Grammar

# Where each grammar stands among the modules of `grammars`; they are imported when they are needed.
GRAMMARS = {
    "bash": "shell.SHELL",
    "c": "c_like.C",
    "cmake": "build_files.CMAKE",
    "console": "shell.CONSOLE",
    "cpp": "c_like.CPP",
    "csharp": "csharp.CSHARP",
    "css": "styles.STYLES",
    "dart": "swift_dart.DART",
    "diff": "documents.DIFF",
    "dockerfile": "build_files.DOCKERFILE",
    "elixir": "functional.ELIXIR",
    "go": "go_rust.GO",
    "groovy": "jvm.GROOVY",
    "haskell": "functional.HASKELL",
    "html": "markup.HTML",
    "ini": "data.INI",
    "java": "jvm.JAVA",
    "javascript": "javascript.JAVASCRIPT",
    "json": "data.JSON",
    "julia": "science.JULIA",
    "kotlin": "jvm.KOTLIN",
    "lua": "lua.LUA",
    "makefile": "build_files.MAKEFILE",
    "markdown": "documents.MARKDOWN",
    "objectivec": "c_like.OBJECTIVE_C",
    "perl": "perl.PERL",
    "php": "php.PHP",
    "powershell": "powershell.POWERSHELL",
    "pycon": "python.SESSION",
    "python": "python.PYTHON",
    "r": "science.R",
    "ruby": "ruby.RUBY",
    "rust": "go_rust.RUST",
    "scala": "jvm.SCALA",
    "sql": "sql.SQL",
    "swift": "swift_dart.SWIFT",
    "toml": "data.TOML",
    "typescript": "javascript.TYPESCRIPT",
    "vue": "markup.VUE",
    "xml": "markup.XML",
    "yaml": "data.YAML",
}

WARM_LINE = 'x = f("a")  # b'

_ALIASES = {
    "bash": "sh shell zsh fish ksh dash shellscript",
    "c": "h",
    "console": "shell-session shellsession sh-session bash-session terminal sessions",
    "cpp": "c++ cc cxx hpp h++ hxx cuda cu arduino ino glsl hlsl opencl metal",
    "csharp": "c# cs dotnet",
    "css": "scss less postcss",
    "diff": "patch udiff",
    "dockerfile": "docker containerfile",
    "elixir": "ex exs",
    "go": "golang",
    "groovy": "gradle jenkinsfile",
    "haskell": "hs",
    "html": "htm xhtml jinja jinja2 django handlebars hbs ejs",
    "ini": "cfg conf config properties dotenv env editorconfig gitconfig desktop systemd service",
    "javascript": "js jsx mjs cjs node nodejs react ecmascript",
    "json": "jsonc json5 jsonl ndjson geojson webmanifest",
    "julia": "jl",
    "kotlin": "kt kts",
    "makefile": "make mk gnumake bsdmake",
    "markdown": "md mdx rmd qmd",
    "objectivec": "objective-c objc obj-c mm",
    "perl": "pl pm",
    "powershell": "ps ps1 psm1 pwsh posh",
    "pycon": "python-console python-repl doctest ipython-console",
    "python": "py py3 python2 python3 pyi pyx cython ipython starlark bazel sage gyp",
    "r": "rlang splus",
    "ruby": "rb rake gemspec podfile vagrantfile rbs",
    "rust": "rs",
    "scala": "sc sbt",
    "sql": "mysql postgres postgresql psql plpgsql sqlite sqlite3 tsql mssql mariadb plsql oracle bigquery duckdb",
    "toml": "lock cargo",
    "typescript": "ts tsx mts cts",
    "vue": "svelte astro",
    "xml": "svg xsl xslt xsd rss atom plist xaml wsdl csproj qrc",
    "yaml": "yml",
}
_NAMES = {alias: name for name, aliases in _ALIASES.items() for alias in aliases.split()} | {
    name: name for name in GRAMMARS
}


def language_name(language: str) -> str:
    """Our name of a language, or what was given in lower case: `Py` is python, `{.rust}` rust, `c++17` unknown."""
    plain = language.strip().strip("{}").lstrip(".").lower()
    return _NAMES.get(plain, plain)


def lexer_for(language: str) -> LineLexer | None:
    """The lexer for a name or alias in any case."""
    name = language_name(language)
    return _lexer(name) if name in GRAMMARS else None


def warm_up(language: str) -> None:
    """Imports and compiles what the first line of code in a language would have to wait for: 1 to 4 ms."""
    lexer = lexer_for(language)
    if lexer is not None:
        lexer.line(WARM_LINE, lexer.start)


def warming_steps() -> Iterator[Callable[[], object]]:
    """Has every language ready, all its modes, in steps of a few milliseconds; 200 ms and 2 MB in all."""
    for name in GRAMMARS:
        yield partial(_lexer, name)
        lexer = _lexer(name)
        yield from (partial(lexer.prepare, mode) for mode in lexer.modes)


def grammar_of(name: str) -> Grammar:
    """The grammar for one of our names."""
    module, _, constant = GRAMMARS[name].partition(".")
    grammar: Grammar = getattr(import_module(f"{grammars.__name__}.{module}"), constant)
    return grammar


@cache
def _lexer(name: str) -> LineLexer:
    return LineLexer(grammar_of(name), lexer_for)
