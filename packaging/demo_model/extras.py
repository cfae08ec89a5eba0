"""Parts that may follow the requirements in an answer: code, tables, checklists, nested lists, quotes and formulas."""

from __future__ import annotations

import re
from collections.abc import Sequence
from random import Random

CODE_LEADS = (
    "A first sketch of the {t} in code:",
    "This is how the {t} could look in code:",
    "Here is a short example for the {t}:",
)

PYTHON = (
    """@dataclass
class {Class}:
    id: int
    {part}: str


def create_{name}({part}: str) -> {Class}:
    if not {part}:
        raise ValueError("{part} is missing")
    return {Class}(id=next_id(), {part}={part})""",
    """def test_{name}_is_saved(client):
    answer = client.post("/{path}", json={"{part}": "first"})
    assert answer.status_code == 201
    assert client.get("/{path}").json() != []""",
    '''def load_{name}(path: Path) -> list[str]:
    """Reads the {t} from a file, one entry a line."""
    return path.read_text().splitlines()''',
)

JSON = (
    """{
  "name": "{t}",
  "{part}": "first",
  "limits": {"entries": 100, "seconds": 5}
}""",
    """{
  "id": 1,
  "type": "{name}",
  "{part}": "example",
  "tags": ["new", "open"]
}""",
)

SQL = (
    """CREATE TABLE {name} (
    id INTEGER PRIMARY KEY,
    {part} TEXT NOT NULL,
    changed_at TIMESTAMP NOT NULL
);""",
    """SELECT id, {part}
FROM {name}
WHERE changed_at > '2026-01-01'
ORDER BY {part};""",
)

SHELL = (
    """curl -X POST http://localhost:8000/{path} \\
  -H "Content-Type: application/json" \\
  -d '{"{part}": "first"}'""",
)

CODE = {"python": PYTHON, "json": JSON, "sql": SQL, "bash": SHELL}

CHECKLIST = (
    "The {t} has an owner",
    "The requirements for the {t} are agreed",
    "Errors are written in plain words",
    "Tests run on every change",
    "Somebody else has tried the {t}",
    "The guide has a page about the {t}",
    "Old data still opens",
)

QUOTES = (
    "> **Note:** the {t} can start small and grow with its users.",
    "> Keep the {t} simple; every option has a price.",
    "> *Open question:* who owns the {t} after the first release?",
    "> **Risk:** without an owner the {t} will age quickly.",
)

FORMULAS = (
    "The load of the {t} follows $r = n / t$, with $n$ requests in $t$ seconds.",
    "The error rate of the {t} is\n\n$$e = \\frac{f}{n}$$\n\nwith $f$ failed requests out of $n$.",
    "The availability of the {t} is $a = 1 - d / t$, with $d$ minutes down in $t$ minutes.",
    "The cost of the {t} grows as $O(n \\log n)$ with the number of entries $n$.",
)

STEPS = (
    ("**Prepare** the {t}", ("name an owner", "write down the goal")),
    ("**Build** the smallest {t} that helps", ("one screen", "one store", "no options yet")),
    ("**Try** it with real users", ("watch five people", "note every pause")),
    ("**Release** the {t}", ("switch it on for a few", "watch the numbers")),
    ("**Improve** the {t} each week", ("fix what hurts most", "remove what nobody uses")),
)

QUESTIONS = (
    "Shall I add more requirements for the {t}?",
    "Which of these matters most for the {t}?",
    "Say *as a table* or *shorter* to change the form.",
    "Tell me more about the {t}, and I will refine this.",
)


def identifier(topic: str) -> str:
    """The topic in snake case; a neutral name where no Latin letters are left."""
    return "_".join(re.findall(r"[a-z0-9]+", topic.lower())) or "item"


def code_block(rng: Random, topic: str) -> str:
    """A fenced block whose identifiers are made from the topic."""
    language = rng.choice(tuple(CODE))
    name = identifier(topic)
    fill = {
        "{name}": name,
        "{path}": name.replace("_", "-"),
        "{Class}": "".join(word.capitalize() for word in name.split("_")),
        "{part}": rng.choice(("title", "name", "owner", "status")),
        "{t}": topic,
    }
    text = rng.choice(CODE[language])
    for slot, value in fill.items():
        text = text.replace(slot, value)
    return f"```{language}\n{text}\n```"


def checklist(rng: Random) -> str:
    chosen = rng.sample(CHECKLIST, rng.randint(3, 4))
    return "**Checklist**\n\n" + "\n".join(f"- [{'x' if rng.random() < 0.2 else ' '}] {item}" for item in chosen)


def nested_list(rng: Random) -> str:
    chosen = [STEPS[index] for index in sorted(rng.sample(range(len(STEPS)), rng.randint(2, 3)))]
    return "\n".join(
        f"{number}. {step}\n" + "\n".join(f"   - {detail}" for detail in details)
        for number, (step, details) in enumerate(chosen, 1)
    )


def table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    ruled = [list(header), ["---"] * len(header), *map(list, rows)]
    return "\n".join("| " + " | ".join(row) + " |" for row in ruled)
