"""The command line: the window, `serve`, `ask`, `doctor`, and what is done with the conversations that are kept.

Exit codes: 0 done, 1 failed with a message, 2 wrong usage. The console script imports this module, and so may
vLLM's children: it imports nothing heavy, and importing it does nothing.
"""

import argparse
import logging
import logging.handlers
import os
import sys
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from seproj_desktop import __version__
from seproj_desktop.display import display_problem
from seproj_desktop.errors import ErrorReporter, UserError
from seproj_desktop.paths import Paths

if TYPE_CHECKING:
    from seproj_desktop.app import App
    from seproj_desktop.settings import LoadedSettings

PROGRAM = "seproj-desktop"
LOG_BYTES = 5_000_000


def main(arguments: Sequence[str] | None = None) -> int:
    """The program: one command, and then the end of the process."""
    return _leave(run_command(arguments))


def run_command(arguments: Sequence[str] | None = None) -> int:
    """Runs one command and gives back its exit code."""
    parser = build_parser()
    options = parser.parse_args(arguments)
    paths = Paths.find(os.environ, options.data_dir)
    try:
        loaded = _load_settings(parser, options, paths)
        if options.command == "doctor":
            return _doctor(paths, loaded)
        paths.create()
        _set_up_logging(paths, verbose=options.verbose)
        command = COMMANDS.get(options.command, _window)
        return command(options, paths, loaded)
    except UserError as error:
        _complain(str(error))
    except OSError as error:
        _complain(f"{error.strerror or error}: {error.filename or ''}")
    except KeyboardInterrupt:
        pass  # the person has asked for it
    return 1


def build_parser() -> argparse.ArgumentParser:
    common = argparse.ArgumentParser(add_help=False)
    _add_common(common, default=argparse.SUPPRESS)
    parser = argparse.ArgumentParser(
        prog=PROGRAM, description="A chat window for developers, with vLLM inside it. Without a command: the window."
    )
    parser.add_argument("--version", action="version", version=f"{PROGRAM} {__version__}")
    _add_common(parser, default=None)
    parser.add_argument("--persona", metavar="ID", help="the persona chosen at start")
    parser.add_argument("--serve", action="store_true", help="switch the server on at start")
    _add_address(parser)
    commands = parser.add_subparsers(dest="command", metavar="COMMAND")

    serve = commands.add_parser("serve", parents=[common], help="the HTTP server alone")
    _add_address(serve)
    serve.add_argument("--lazy", action="store_true", help="load the model at the first request")

    ask = commands.add_parser("ask", parents=[common], help="one answer to standard output")
    ask.add_argument("--persona", metavar="ID", default=argparse.SUPPRESS, help="who answers (default: assistant)")
    ask.add_argument("question", help='the question; "-" reads it from standard input')

    commands.add_parser("doctor", parents=[common], help="what was found on this machine, and what is wrong")
    _add_archive(commands, common)
    _add_keys(commands, common)
    return parser


def _add_archive(commands: Any, common: argparse.ArgumentParser) -> None:
    """What can be done with the conversations that are kept."""

    def add(name: str, words: str, file: str) -> argparse.ArgumentParser:
        parser: argparse.ArgumentParser = commands.add_parser(name, parents=[common], help=words, description=words)
        parser.add_argument("file", metavar="FILE", type=Path, help=file)
        return parser

    backup = add("backup", "copy all conversations to a file, also while the program runs", "the copy")
    backup.add_argument("--force", action="store_true", help="replace the file if it exists")
    add("restore", "put a backup in the place of all conversations, which are set aside", "the backup")
    export = add("export", "write conversations out to be read, also while the program runs", "where to")
    export.add_argument("--format", choices=("markdown", "json", "html"), help="otherwise FILE's name tells it")
    which = export.add_mutually_exclusive_group()
    which.add_argument("--all", action="store_true", help="every conversation, as without this option")
    which.add_argument(
        "--conversation", metavar="C", action="append", default=[], help="one of this title or id; can be repeated"
    )
    export.add_argument("--force", action="store_true", help="replace the file if it exists")
    add("import", "take in conversations of this program, ChatGPT or Open WebUI", "a .json file or ChatGPT's .zip")


def _add_keys(commands: Any, common: argparse.ArgumentParser) -> None:
    words = "the server's API keys; a program that runs takes notice at once"
    keys = commands.add_parser("keys", parents=[common], help=words, description=words)
    verbs = keys.add_subparsers(dest="verb", metavar="VERB")
    verbs.add_parser("list", parents=[common], help="names, days and last characters, as without a verb")
    for verb, deed in (("create", "make a key and show it, this once"), ("revoke", "let a key open nothing more")):
        verbs.add_parser(verb, parents=[common], help=deed).add_argument("name", metavar="NAME")


def _add_common(parser: argparse.ArgumentParser, default: Any) -> None:
    parser.add_argument("--model", metavar="M", default=default, help='"demo", a folder, or a hub id')
    parser.add_argument("--data-dir", metavar="DIR", type=Path, default=default, help="keep everything in this folder")
    parser.add_argument("--verbose", action="store_true", default=default or False, help="log to standard error too")


def _add_address(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--host", metavar="H", default=argparse.SUPPRESS, help="the server's address (127.0.0.1)")
    parser.add_argument("--port", metavar="N", type=int, default=argparse.SUPPRESS, help="the server's port (8765)")


def _load_settings(parser: argparse.ArgumentParser, options: argparse.Namespace, paths: Paths) -> "LoadedSettings":
    from seproj_desktop.settings import load_settings

    engine = {"model": options.model} if options.model is not None else {}
    server = {name: getattr(options, name) for name in ("host", "port") if hasattr(options, name)}
    loaded = load_settings(paths.settings_file, os.environ, {"engine": engine, "server": server})
    for problem in loaded.problems:
        if problem.where.startswith("--"):
            parser.error(f"{problem.where}: {problem.reason}")
        _complain(str(problem))
    return loaded


def _assembler(
    paths: Paths, loaded: "LoadedSettings", reporter: ErrorReporter, *, keeps: bool = False
) -> "Callable[[], App]":
    """`keeps`: with the conversations of the data folder."""

    def assembled() -> "App":
        from seproj_desktop.app import assemble
        from seproj_desktop.storage.memory import open_memory

        memory = open_memory(paths.data, paths.runtime) if keeps else None
        return assemble(loaded.settings, paths, reporter, memory=memory)

    return assembled


def _window(options: argparse.Namespace, paths: Paths, loaded: "LoadedSettings") -> int:
    if problem := display_problem(os.environ):
        _complain(f"{problem} Serving without a window instead.")
        return _serve(options, paths, loaded)
    if options.model is None:
        loaded = _without_bad_model(loaded, paths)
    from seproj_desktop.window.run import run_window

    reporter = ErrorReporter()
    reporter.install()
    return run_window(
        _assembler(paths, loaded, reporter, keeps=True),
        reporter,
        loaded.settings,
        persona=options.persona,
        start_server=options.serve or loaded.settings.server.start,
        problems=[str(problem) for problem in loaded.problems],
    )


def _without_bad_model(loaded: "LoadedSettings", paths: Paths) -> "LoadedSettings":
    """A configured model that is none does not keep the window from opening: there another can be chosen."""
    from seproj_desktop.engine.catalog import resolve_model
    from seproj_desktop.settings import LoadedSettings, SettingProblem

    settings = loaded.settings
    try:
        if settings.engine.model is not None:
            resolve_model(settings.engine.model, paths.demo_model)
    except UserError as error:
        engine = settings.engine.model_copy(update={"model": None})
        problem = SettingProblem("engine.model", str(error))
        return LoadedSettings(settings.model_copy(update={"engine": engine}), (*loaded.problems, problem))
    return loaded


def _serve(options: argparse.Namespace, paths: Paths, loaded: "LoadedSettings") -> int:
    from seproj_desktop.headless import serve

    return _run(paths, loaded, lambda app: serve(app, sys.stdout, lazy=getattr(options, "lazy", False)))


def _ask(options: argparse.Namespace, paths: Paths, loaded: "LoadedSettings") -> int:
    from seproj_desktop.headless import ask

    question = sys.stdin.read() if options.question == "-" else options.question
    if not question.strip():
        raise UserError("The question is empty.", 'Give it as an argument, or "-" and standard input.')
    persona = options.persona or "assistant"
    return _run(paths, loaded, lambda app: ask(app, question, persona, sys.stdout, sys.stderr))


def _backup(options: argparse.Namespace, paths: Paths, _loaded: "LoadedSettings") -> int:
    from seproj_desktop.archive import back_up

    return back_up(paths.data, options.file, sys.stdout, sys.stderr, may_replace=options.force)


def _restore(options: argparse.Namespace, paths: Paths, _loaded: "LoadedSettings") -> int:
    from seproj_desktop.archive import restore

    return restore(options.file, paths.data, sys.stdout)


def _export(options: argparse.Namespace, paths: Paths, _loaded: "LoadedSettings") -> int:
    import asyncio

    from seproj_desktop.archive import export

    work = export(
        paths.data,
        options.file,
        sys.stdout,
        sys.stderr,
        kind=options.format,
        wanted=options.conversation,
        may_replace=options.force,
    )
    return asyncio.run(work)


def _import(options: argparse.Namespace, paths: Paths, loaded: "LoadedSettings") -> int:
    import asyncio

    from seproj_desktop.archive import take_in

    persona = loaded.settings.window.persona
    return asyncio.run(take_in(paths.data, options.file, sys.stdout, sys.stderr, persona=persona))


def _keys(options: argparse.Namespace, paths: Paths, _loaded: "LoadedSettings") -> int:
    import asyncio

    from seproj_desktop.key_commands import change_keys

    name = getattr(options, "name", "")
    return asyncio.run(change_keys(paths.api_keys, options.verb or "list", name, sys.stdout, sys.stderr))


def _run(paths: Paths, loaded: "LoadedSettings", command: "Callable[[App], Any]") -> int:
    """One command on an asyncio loop of its own."""
    import asyncio

    from seproj_desktop.app import new_loop

    reporter = ErrorReporter()
    reporter.install()
    assemble = _assembler(paths, loaded, reporter)

    async def run() -> int:
        app = assemble()
        for problem in app.personas.problems:
            _complain(f"persona skipped: {problem}")
        code: int = await command(app)
        return code

    with asyncio.Runner(loop_factory=new_loop) as runner:
        return runner.run(run())


def _doctor(paths: Paths, loaded: "LoadedSettings") -> int:
    from seproj_desktop.doctor import examine

    findings = examine(paths, loaded, os.environ)
    for finding in findings:
        print(finding)
    return 1 if any(finding.is_broken for finding in findings) else 0


COMMANDS = {
    "serve": _serve,
    "ask": _ask,
    "backup": _backup,
    "restore": _restore,
    "export": _export,
    "import": _import,
    "keys": _keys,
}
"""What each word runs once the folders are there; without one it is the window."""


def _set_up_logging(paths: Paths, *, verbose: bool) -> None:
    file = logging.handlers.RotatingFileHandler(
        paths.logs / f"{PROGRAM}.log", maxBytes=LOG_BYTES, backupCount=2, encoding="utf-8"
    )
    file.setFormatter(logging.Formatter("%(asctime)s %(levelname)-7s %(name)s: %(message)s"))
    root = logging.getLogger()
    root.addHandler(file)
    root.setLevel(logging.INFO)
    if verbose:
        root.addHandler(logging.StreamHandler(sys.stderr))


def _complain(text: str) -> None:
    print(f"{PROGRAM}: {text}", file=sys.stderr, flush=True)


def _leave(code: int) -> int:
    """Ends the process at once if vLLM was imported, or is being imported: by now everything of ours is closed.

    Python would take seconds to free a million objects one by one, and cannot interrupt an import in another thread.
    """
    if "torch" in sys.modules or any(thread.name == "engine loader" for thread in threading.enumerate()):
        logging.shutdown()
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)
    return code
