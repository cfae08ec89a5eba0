"""What the sidebar says: sections, times, rows as a screen reader tells them.

On the Qt thread (translation). No widgets.
"""

from datetime import UTC, datetime

from PySide6.QtCore import QCoreApplication, QDate, QLocale, QTime

from seproj_desktop.chat.conversations import Folder
from seproj_desktop.window.sidebar.rows import Calendar, ConversationRow, Days, Kind, Section, SectionRow, Shelf


def tr(text: str) -> str:
    """Translated in the context `sidebar`."""
    return QCoreApplication.translate("sidebar", text)


def shelf_words(shelf: Shelf) -> str:
    words = {
        Shelf.CONVERSATIONS: tr("Conversations"),
        Shelf.ARCHIVE: tr("Archive"),
        Shelf.BIN: tr("Bin"),
    }
    return words[shelf]


def empty_words(shelf: Shelf) -> str:
    words = {
        Shelf.CONVERSATIONS: tr("No conversations yet.\nWrite a message, and it is kept here."),
        Shelf.ARCHIVE: tr("Nothing is archived.\nArchived conversations leave the list, and are still found."),
        Shelf.BIN: tr("The bin is empty."),
    }
    return words[shelf]


def title_words(title: str) -> str:
    """A conversation's title on one line; one without a title is new."""
    return " ".join(title.split()) or tr("New conversation")


def section_words(section: Section, calendar: Calendar, folder: Folder | None) -> str:
    if section.kind is Kind.PINNED:
        return tr("Pinned")
    if section.kind is Kind.FOLDER:
        return "" if folder is None else folder.name
    if section.number >= Days.MONTHS:
        return _month_words(section, calendar)
    words = {
        Days.TODAY: tr("Today"),
        Days.YESTERDAY: tr("Yesterday"),
        Days.WEEK: tr("Previous 7 days"),
        Days.THIRTY: tr("Previous 30 days"),
    }
    return words[Days(section.number)]


def time_words(moment: float, calendar: Calendar) -> str:
    """As short as can be: the time for today, a day for this year, a date for what is older."""
    then = datetime.fromtimestamp(moment, UTC).astimezone()
    locale = QLocale()
    day = QDate(then.year, then.month, then.day)
    if calendar.section(moment).number == Days.TODAY:
        return locale.toString(QTime(then.hour, then.minute), QLocale.FormatType.ShortFormat)
    if then.year == calendar.today.year:
        return locale.toString(day, tr("d MMM"))
    return locale.toString(day, tr("d MMM yyyy"))


def row_speech(row: SectionRow | ConversationRow, calendar: Calendar) -> str:
    """A row with its marks, as a screen reader says it."""
    if isinstance(row, SectionRow):
        return _section_speech(row)
    summary = row.summary
    parts = [row.words]
    parts += [tr("open")] if row.is_open else []
    parts += [tr("pinned")] if summary.is_pinned else []
    parts += [tr("unread")] if summary.is_unread else []
    parts += [tr("still answering")] if row.is_answering else []
    moment = summary.changed if summary.deleted is None else summary.deleted
    return ", ".join([*parts, time_words(moment, calendar)])


def _section_speech(row: SectionRow) -> str:
    if row.folder is None:
        return row.words
    words = (
        tr("Folder {name}, {count} conversations, folded")
        if row.is_folded
        else tr("Folder {name}, {count} conversations")
    )
    return words.format(name=row.words, count=row.count)


def _month_words(section: Section, calendar: Calendar) -> str:
    month = calendar.month(section)
    name = QLocale().standaloneMonthName(month.month)
    name = name[:1].upper() + name[1:]
    return name if month.year == calendar.today.year else tr("{month} {year}").format(month=name, year=month.year)
