"""What is measured of the transcript, in full or quickly: orders for its children, by the names that are shown."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from benchmarks.corpus_hostile import HOSTILE
from benchmarks.transcript_orders import HostileOrder, OpenOrder, Order, StreamOrder, View

KINDS = ("paragraph", "list", "code", "table")
ONE = "one answer"
FOUR = "four answers at once"
NAIVE = "naive: "
LONG_ANSWER = 100_000
CONVERSATIONS = (100, 1_000, 10_000)


@dataclass(frozen=True, slots=True)
class Plan:
    """All orders; ours are carried out `rounds` times, the naive ones once."""

    rounds: int
    marks: tuple[int, ...]
    streams: Mapping[str, StreamOrder]
    kinds: Mapping[str, StreamOrder]
    conversations: Mapping[str, OpenOrder]
    hostile: Mapping[str, HostileOrder]

    @classmethod
    def of(cls, *, quick: bool) -> "Plan":
        marks = (1_000, 5_000) if quick else (1_000, 5_000, 20_000)
        few = 1_500 if quick else marks[-1]
        return cls(
            rounds=1 if quick else 3,
            marks=marks,
            streams=_streams(marks, few),
            kinds=_kinds(few, 1 if quick else 5),
            conversations=_conversations(CONVERSATIONS[:2] if quick else CONVERSATIONS, 0.2 if quick else 1.0),
            hostile={name: HostileOrder(name, 700 if quick else 5_000) for name in HOSTILE},
        )

    def orders(self) -> Iterator[tuple[str, Order]]:
        yield from self.streams.items()
        yield from self.kinds.items()
        yield from self.conversations.items()
        yield from self.hostile.items()


def is_naive(order: Order) -> bool:
    return not isinstance(order, HostileOrder) and order.view == "naive"


def _streams(marks: tuple[int, ...], few: int) -> dict[str, StreamOrder]:
    return {
        ONE: StreamOrder("ours", marks[-1]),
        f"{ONE}, all selected": StreamOrder("ours", few, beside="selection"),
        f"{ONE}, a word searched": StreamOrder("ours", few, beside="search"),
        f"{ONE}, scale factor 2": StreamOrder("ours", few, scale=2),
        FOUR: StreamOrder("ours", marks[-1], panes=4),
        f"{NAIVE}{ONE}": StreamOrder("naive", marks[-1], marks=marks),
        f"{NAIVE}{FOUR}": StreamOrder("naive", marks[-1], panes=4, marks=marks, sampled=10),
    }


def _kinds(tokens: int, sampled: int) -> dict[str, StreamOrder]:
    ours = {kind: StreamOrder("ours", tokens, kind) for kind in KINDS}
    marks = (tokens,)
    return ours | {f"{NAIVE}{kind}": StreamOrder("naive", tokens, kind, marks=marks, sampled=sampled) for kind in KINDS}


def _conversations(sizes: tuple[int, ...], steps: float) -> dict[str, OpenOrder]:
    views: Mapping[str, View] = {"": "ours", NAIVE: "naive"}
    found: dict[str, OpenOrder] = {}
    for mark, view in views.items():
        for size in CONVERSATIONS if view == "ours" else sizes:
            found[f"{mark}{size:,} messages"] = OpenOrder(view, messages=size, steps=steps)
        found[f"{mark}one answer of {LONG_ANSWER:,} tokens"] = OpenOrder(view, tokens=LONG_ANSWER, steps=steps)
    return found
