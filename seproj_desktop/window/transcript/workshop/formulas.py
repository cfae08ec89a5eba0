"""Pictures of formulas, in the colour and for the screen that they are wanted for; the workshop sets them.

On the Qt thread. A picture is there, or it is told when it will be: nothing waits. The least recently used are dropped.
"""

from collections import OrderedDict
from dataclasses import dataclass
from typing import TypeAlias

from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtGui import QColor

from seproj_desktop.window.transcript.workshop.formula_picture import DrawnFormula, FormulaPicture, is_harmless
from seproj_desktop.window.transcript.workshop.orders import FormulaOrder, Refusal, SetFormula, is_too_long
from seproj_desktop.window.transcript.workshop.workshop import Workshop

MAX_BYTES = 16 << 20
FRAME = 16
"""Milliseconds between two tellings of what has arrived."""


@dataclass(frozen=True, slots=True)
class Refused:
    """There will be no picture: the source is shown."""


REFUSED = Refused()
Look: TypeAlias = tuple[QColor, float]
"""Colour, and the screen's pixels for a logical one."""


class Formulas(QObject):
    """What has been set, what has been refused, and what is on order."""

    arrived = Signal(object)
    """A frozenset of the TeX that has been set or refused since the last frame."""

    def __init__(self, workshop: Workshop, parent: QObject | None = None, *, max_bytes: int = MAX_BYTES) -> None:
        super().__init__(parent)
        self._workshop = workshop
        self._max_bytes = max_bytes
        self._known: OrderedDict[FormulaOrder, DrawnFormula | Refused] = OrderedDict()
        self._ordered: dict[FormulaOrder, Look] = {}
        self._new: set[str] = set()
        self._bytes = 0
        self._timer = QTimer(self, interval=FRAME, singleShot=True)
        self._timer.timeout.connect(self._tell)
        workshop.formula_arrived.connect(self._on_formula)

    @property
    def bytes_used(self) -> int:
        return self._bytes

    def picture(
        self, tex: str, *, is_display: bool, size: float, colour: QColor, ratio: float
    ) -> FormulaPicture | Refused | None:
        """For a font's size in pixels; None while it is being set, and `arrived` tells when to ask again."""
        order = FormulaOrder(tex, is_display, round(size, 2))
        known = REFUSED if is_too_long(order) else self._known.get(order)
        if known is None:
            self._order(order, (colour, ratio))
        if known is None or isinstance(known, Refused):
            return known
        self._known.move_to_end(order)
        return self._draw(known, (colour, ratio))

    def _order(self, order: FormulaOrder, look: Look) -> None:
        is_new = order not in self._ordered
        self._ordered[order] = look
        if is_new:
            self._workshop.order_formula(order.tex, is_display=order.is_display, size=order.size)

    def _draw(self, formula: DrawnFormula, look: Look) -> FormulaPicture | Refused:
        before = formula.size
        picture = formula.picture(*look)
        self._bytes += formula.size - before
        self._drop()
        return picture or REFUSED

    def _on_formula(self, order: FormulaOrder, answer: SetFormula | Refusal) -> None:
        look = self._ordered.pop(order, None)
        formula = DrawnFormula(answer) if isinstance(answer, SetFormula) and is_harmless(answer) else None
        self._known[order] = formula or REFUSED
        self._bytes += _size(order, formula or REFUSED)
        if formula is not None and look is not None:
            # At once, as formulas arrive one by one, and will be painted many at a time.
            self._draw(formula, look)
        self._drop()
        self._new.add(order.tex)
        if not self._timer.isActive():
            self._timer.start()

    def _drop(self) -> None:
        while self._bytes > self._max_bytes and len(self._known) > 1:
            order, known = self._known.popitem(last=False)
            self._bytes -= _size(order, known)

    def _tell(self) -> None:
        new, self._new = frozenset(self._new), set()
        self.arrived.emit(new)


def _size(order: FormulaOrder, known: DrawnFormula | Refused) -> int:
    return len(order.tex) + (known.size if isinstance(known, DrawnFormula) else 100)
