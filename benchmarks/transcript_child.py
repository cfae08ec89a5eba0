"""One scenario in a process of its own: told in one line of JSON, answered in one line. Started by the run.

On the main thread, which is Qt's here.
"""

import sys
import traceback
from pathlib import Path
from typing import assert_never

import msgspec

from benchmarks.transcript_moves import go_through
from benchmarks.transcript_orders import HostileOrder, OpenOrder, Order, Outcome, StreamOrder
from benchmarks.transcript_panes import make_pane
from benchmarks.transcript_stage import Stage
from benchmarks.transcript_streams import endure, stream
from benchmarks.wire import say, say_error
from seproj_desktop.window.transcript.workshop.workshop import Workshop


def carry_out(stage: Stage, workshop: Workshop, order: Order) -> Outcome:
    view = "ours" if isinstance(order, HostileOrder) else order.view
    count = order.panes if isinstance(order, StreamOrder) else 1
    panes = [make_pane(view, stage.theme, workshop) for _ in range(count)]
    stage.show([pane.area for pane in panes])
    match order:
        case StreamOrder():
            return stream(stage, panes, order)
        case OpenOrder():
            return go_through(stage, panes[0], order)
        case HostileOrder():
            return endure(stage, panes[0], order)
    assert_never(order)


def place(error: Exception) -> str:
    """Where it came from: a hostile text may find what nobody thought of."""
    last = traceback.extract_tb(error.__traceback__)[-1]
    return f"{last.name}, {Path(last.filename).name}:{last.lineno}"


def main() -> None:
    order = msgspec.json.decode(sys.argv[1], type=Order)
    stage = Stage()
    workshop = Workshop(stage.application)
    try:
        outcome = carry_out(stage, workshop, order)
    except Exception as error:  # noqa: BLE001  the parent says it
        error.args = (f"{error} ({place(error)})",)
        say_error(error)
        return
    finally:
        workshop.close()
        stage.close()
    say(msgspec.to_builtins(outcome))


if __name__ == "__main__":
    main()
