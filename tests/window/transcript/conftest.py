"""What most tests of the transcript begin with: a view that is shown."""

from collections.abc import Callable

import pytest
from pytestqt.qtbot import QtBot

from seproj_desktop.window.theme import Theme
from seproj_desktop.window.transcript.transcript import Transcript

MakeView = Callable[..., Transcript]


@pytest.fixture
def make_view(qtbot: QtBot, theme: Theme) -> MakeView:
    def make(width: int = 800, height: int = 600) -> Transcript:
        view = Transcript(theme)
        qtbot.addWidget(view)
        view.resize(width, height)
        view.show()
        return view

    return make
