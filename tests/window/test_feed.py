"""News on their way to the Qt thread: in order, from where they are wanted, text gathered, channels in turn."""

import pytest
from PySide6.QtCore import QTimer
from pytestqt.qtbot import QtBot
from qasync import QEventLoop

from seproj_desktop.bridge.feed import Channel, NewsFeed
from seproj_desktop.chat.conversations import StoredMessage
from seproj_desktop.chat.news import AnswerEnded, ConversationNews, PathChanged, PathEntry, QueueChanged, TextAdded

ANSWER = StoredMessage(2, 1, "assistant", "", 0.0)
ENDED = AnswerEnded(PathEntry(ANSWER))


@pytest.fixture
def feed(qt_loop: QEventLoop) -> NewsFeed:
    return NewsFeed()


def listen(channel: Channel) -> list[ConversationNews]:
    """What the channel tells from now on."""
    told: list[ConversationNews] = []
    for signal in (channel.path_changed, channel.text_added, channel.answer_ended, channel.queue_changed):
        signal.connect(told.append)
    return told


def test_text_is_told_as_one_and_everything_in_its_order(qtbot: QtBot, feed: NewsFeed) -> None:
    channel = feed.open()
    told = listen(channel)
    channel.start()
    news: list[ConversationNews] = [
        PathChanged((), 2),
        TextAdded(2, "", "hm", 1),
        TextAdded(2, "a", "", 1),
        TextAdded(2, "b", "", 2),
        ENDED,
    ]
    for one in (*news, QueueChanged(()), TextAdded(3, "c", "", 1), TextAdded(4, "d", "", 1)):
        channel.tell(one)
    qtbot.waitUntil(lambda: len(told) == 6)
    whole = TextAdded(2, "ab", "hm", 4)
    assert told == [news[0], whole, ENDED, QueueChanged(()), TextAdded(3, "c", "", 1), TextAdded(4, "d", "", 1)]


def test_news_wait_until_the_conversation_is_shown(qtbot: QtBot, feed: NewsFeed) -> None:
    early, other = feed.open(), feed.open()
    told, told_elsewhere = listen(early), listen(other)
    early.tell(TextAdded(2, "a", "", 1))
    other.start()
    other.tell(ENDED)
    qtbot.waitUntil(lambda: told_elsewhere == [ENDED])
    assert told == []
    early.start()
    qtbot.waitUntil(lambda: told == [TextAdded(2, "a", "", 1)])


def test_a_closed_channel_tells_nothing_more(qtbot: QtBot, feed: NewsFeed) -> None:
    closed, other = feed.open(), feed.open()
    told, told_elsewhere = listen(closed), listen(other)
    for channel in (closed, other):
        channel.start()
        channel.tell(ENDED)
    closed.close()
    qtbot.waitUntil(lambda: told_elsewhere == [ENDED])
    assert told == []


def test_whoever_closes_a_channel_hears_nothing_more_of_it(qtbot: QtBot, feed: NewsFeed) -> None:
    channel = feed.open()
    told = listen(channel)
    channel.answer_ended.connect(lambda _: channel.close())
    channel.start()
    channel.tell(ENDED)
    channel.tell(TextAdded(2, "a", "", 1))
    qtbot.waitUntil(lambda: told == [ENDED])
    feed.close()
    assert told == [ENDED]


def test_channels_are_drained_in_turn_and_the_event_loop_turns_in_between(qtbot: QtBot, feed: NewsFeed) -> None:
    channels = [feed.open() for _ in range(4)]
    order: list[int | None] = []
    for number, channel in enumerate(channels):
        channel.text_added.connect(lambda _, number=number: order.append(number))
        channel.text_added.connect(lambda _: QTimer.singleShot(0, lambda: order.append(None)))
        channel.start()
        for _ in range(2):
            channel.tell(TextAdded(number, "a", "", 1))
    qtbot.waitUntil(lambda: len(order) == 8)
    assert order == [0, None, 1, None, 2, None, 3, None]


def test_what_is_left_is_told_at_the_end(feed: NewsFeed) -> None:
    channels = [feed.open() for _ in range(4)]
    told = [listen(channel) for channel in channels]
    for channel in channels:
        channel.start()
        channel.tell(ENDED)
    feed.close()
    assert told == [[ENDED]] * 4


def test_news_after_a_rest_are_told(qtbot: QtBot, feed: NewsFeed) -> None:
    channel = feed.open()
    told = listen(channel)
    channel.start()
    channel.tell(ENDED)
    qtbot.waitUntil(lambda: told == [ENDED])
    qtbot.waitUntil(lambda: not feed.is_awake)
    channel.tell(QueueChanged(()))
    qtbot.waitUntil(lambda: told == [ENDED, QueueChanged(())])
