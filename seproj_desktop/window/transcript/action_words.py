"""Actions and painted controls in words, and the keys that stand for actions: for menus, buttons and tool tips.

On the Qt thread (translation), no widget.
"""

from typing import assert_never

from PySide6.QtCore import QCoreApplication, QKeyCombination, Qt
from PySide6.QtGui import QKeySequence

from seproj_desktop.window.transcript.entries import MessageAction
from seproj_desktop.window.transcript.layout.box import Control

SHORTCUTS = {
    MessageAction.EDIT: QKeyCombination(Qt.Key.Key_F2),
    MessageAction.REGENERATE: QKeyCombination(Qt.Modifier.CTRL, Qt.Key.Key_R),
    MessageAction.CONTINUE: QKeyCombination(Qt.Modifier.CTRL, Qt.Key.Key_Return),
    MessageAction.DELETE: QKeyCombination(Qt.Key.Key_Delete),
}
"""Keys that act on the focused message; menus and tool tips show them."""


def tr(text: str) -> str:
    """Translated in the context `MessageAction`."""
    return QCoreApplication.translate("MessageAction", text)


def action_words(action: MessageAction) -> str:
    """The action as a menu says it."""
    match action:
        case MessageAction.COPY_MARKDOWN:
            return tr("Copy")
        case MessageAction.COPY_TEXT:
            return tr("Copy as plain text")
        case MessageAction.EDIT:
            return tr("Edit")
        case MessageAction.REGENERATE:
            return tr("Regenerate")
        case MessageAction.REGENERATE_AS:
            return tr("Regenerate as")
        case MessageAction.CONTINUE:
            return tr("Continue")
        case MessageAction.FORK:
            return tr("Fork from here")
        case MessageAction.DELETE:
            return tr("Delete")
    assert_never(action)


def control_words(control: Control) -> str:
    """What a click on a painted control does."""
    match control:
        case Control.COPY_CODE:
            return tr("Copy the code")
        case Control.CODE_MENU:
            return tr("More for this code")
        case Control.TOGGLE_THOUGHT:
            return tr("Show or hide the thinking")
        case Control.OLDER_VERSION:
            return tr("Previous version (Alt+Left)")
        case Control.NEWER_VERSION:
            return tr("Next version (Alt+Right)")
        case Control.CONTINUE:
            return tr("Continue the answer (Ctrl+Enter)")
    assert_never(control)


def keys_of(action: MessageAction) -> str:
    """The keys as the desktop writes them; nothing where there are none."""
    keys = SHORTCUTS.get(action)
    return "" if keys is None else QKeySequence(keys).toString(QKeySequence.SequenceFormat.NativeText)


def words_with_keys(action: MessageAction) -> str:
    """For a tool tip: the action, and its keys where it has some."""
    keys = keys_of(action)
    return f"{action_words(action)} ({keys})" if keys else action_words(action)
