"""A query's filters as SQL: conditions and the values for their places. Nothing typed gets into the SQL itself. Pure.

The conditions speak of a conversation `c` and, among messages, of a place `p` in the index and of who spoke there, `s`.
An answer belongs to the persona and the model that made it, the person's own words to the conversation's persona and to
no model.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from seproj_desktop.storage.query import Named, Phrase, Query

Value = str | int | float

_IS_LIKE = "LIKE ? ESCAPE '\\'"


@dataclass(frozen=True, slots=True)
class Condition:
    """SQL that is true or false of a row, and the values of its places in order."""

    sql: str
    values: tuple[Value, ...] = ()

    def negated(self) -> "Condition":
        return Condition(f"NOT coalesce(({self.sql}), 0)", self.values)


def all_of(conditions: Iterator[Condition]) -> Condition:
    found = list(conditions)
    values = tuple(value for condition in found for value in condition.values)
    return Condition(" AND ".join(f"({condition.sql})" for condition in found) or "1", values)


def message_conditions(query: Query) -> Iterator[Condition]:
    """Whether a message is in the bin with its branch is not among them: only the tree tells."""
    yield from _common_conditions(query)
    if query.flags.get("deleted"):
        yield Condition(
            "c.deleted IS NOT NULL OR c.id IN (SELECT conversation FROM messages WHERE deleted IS NOT NULL)"
        )
    yield from _time_conditions(query, "p.created")
    speaker = f"coalesce(nullif(s.persona, ''), c.persona) {_IS_LIKE} OR s.persona_name {_IS_LIKE}"
    yield from _name_conditions(query, {"persona": speaker, "model": f"s.model {_IS_LIKE}"})


def requirements(query: Query) -> Iterator[Condition]:
    """What must be true of the whole file for anything to pass: seen at once, where a search would read every match."""
    common = all_of(_common_conditions(query))
    yield Condition(f"EXISTS (SELECT 1 FROM conversations AS c WHERE {common.sql})", common.values)  # noqa: S608
    speaker = f"EXISTS (SELECT 1 FROM speakers WHERE persona {_IS_LIKE} OR persona_name {_IS_LIKE})"  # noqa: S608
    persona = f"{speaker} OR EXISTS (SELECT 1 FROM conversations WHERE persona {_IS_LIKE})"  # noqa: S608
    model = f"EXISTS (SELECT 1 FROM speakers WHERE model {_IS_LIKE})"  # noqa: S608
    made, changed = (all_of(_time_conditions(query, column)) for column in ("created", "changed"))
    messages = f"EXISTS (SELECT 1 FROM messages WHERE {made.sql})"  # noqa: S608
    conversations = f"EXISTS (SELECT 1 FROM conversations WHERE {changed.sql})"  # noqa: S608
    yield Condition(f"{messages} OR {conversations}", made.values + changed.values)
    wanted = replace(query, names=tuple(named for named in query.names if not named.is_excluded))
    yield from _name_conditions(wanted, {"persona": persona, "model": model})


def conversation_conditions(query: Query) -> Iterator[Condition]:
    yield from _common_conditions(query)
    if query.flags.get("deleted"):
        yield Condition("c.deleted IS NOT NULL")
    yield from _time_conditions(query, "c.changed")
    inside = "EXISTS (SELECT 1 FROM messages AS m WHERE m.conversation = c.id AND"
    speaker = f"{inside} (m.persona {_IS_LIKE} OR m.persona_name {_IS_LIKE}))"
    persona = f"c.persona {_IS_LIKE} OR {speaker}"
    yield from _name_conditions(query, {"persona": persona, "model": f"{inside} m.model {_IS_LIKE})"})


def match_expression(phrases: tuple[Phrase, ...], excluded: tuple[Phrase, ...] = ()) -> str:
    """FTS5's own language; a phrase holds letters and digits only. Phrases side by side must all be there."""
    return " NOT ".join([" ".join(_quoted(phrase) for phrase in phrases), *(_quoted(phrase) for phrase in excluded)])


def _quoted(phrase: Phrase) -> str:
    return f'"{" ".join(phrase.words)}"' + (" *" if phrase.is_open else "")


def _common_conditions(query: Query) -> Iterator[Condition]:
    if not query.flags.get("deleted"):
        yield Condition("c.deleted IS NULL")
    for flag, column in (("pinned", "c.is_pinned"), ("archived", "c.is_archived")):
        if flag in query.flags:
            yield Condition(f"{column} = ?", (int(query.flags[flag]),))
    if query.in_title:
        title = "c.id IN (SELECT rowid FROM title_search WHERE title_search MATCH ?)"
        yield Condition(title, (match_expression(query.in_title),))
    folder = f"EXISTS (SELECT 1 FROM folders AS f WHERE f.id = c.folder AND f.name {_IS_LIKE})"  # noqa: S608
    yield from _name_conditions(query, {"in": folder})


def _time_conditions(query: Query, column: str) -> Iterator[Condition]:
    if query.since is not None:
        yield Condition(f"{column} >= ?", (query.since,))
    if query.until is not None:
        yield Condition(f"{column} < ?", (query.until,))


def _name_conditions(query: Query, templates: dict[str, str]) -> Iterator[Condition]:
    for named in query.names:
        template = templates.get(named.place)
        if template is not None:
            condition = Condition(template, (_pattern(named),) * template.count("?"))
            yield condition.negated() if named.is_excluded else condition


def _pattern(named: Named) -> str:
    """For LIKE, which knows upper and lower case of ASCII only: any other letter stands for every letter."""
    return "%" + "".join("\\" + c if c in "%_\\" else c if c.isascii() else "_" for c in named.name) + "%"
