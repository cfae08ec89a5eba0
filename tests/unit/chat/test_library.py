"""The list: its lines, its folders, and what is told and kept of them."""

import pytest

from seproj_desktop.chat.conversations import Folder
from seproj_desktop.chat.library import ConversationLibrary
from seproj_desktop.chat.news import (
    AnsweringChanged,
    FoldersChanged,
    ListNews,
    ListReplaced,
    SummariesRemoved,
    SummaryChanged,
)
from seproj_desktop.errors import UserError
from tests.unit.chat.house import House, a_house


async def listening(house: House) -> list[ListNews]:
    news: list[ListNews] = []
    house.library.subscribe(news.append)
    news.clear()
    return news


async def kept(house: House) -> ConversationLibrary:
    """The list as the store has it."""
    anew = ConversationLibrary(house.store)
    await anew.load()
    return anew


async def test_a_listener_gets_the_whole_list_and_then_every_change() -> None:
    async with a_house() as house:
        conversation = await house.ask("Hi")
        news: list[ListNews] = []
        end = house.library.subscribe(news.append)
        assert news == [ListReplaced(house.library.summaries, ()), AnsweringChanged(frozenset())]
        await house.library.pin(conversation, True)
        assert news[-1] == SummaryChanged(house.library.get(conversation))
        end()
        await house.library.pin(conversation, False)
        assert len(news) == 3


async def test_every_change_of_a_line_is_told_and_kept() -> None:
    async with a_house() as house:
        conversation, library = await house.ask("Hi"), house.library
        folder = await library.add_folder("Work")
        news = await listening(house)
        await library.rename(conversation, "  My \n title ")
        await library.pin(conversation, True)
        await library.archive(conversation, True)
        await library.mark_read(conversation)
        await library.move(conversation, folder.id)
        summary = library.get(conversation)
        assert (summary.title, summary.title_origin, summary.is_pinned) == ("My title", "person", True)
        assert (summary.is_archived, summary.is_unread, summary.folder) == (True, False, folder.id)
        assert [type(each) for each in news] == [SummaryChanged] * 5
        await library.mark_read(conversation)
        assert len(news) == 5, "nothing has changed"
        assert (await kept(house)).summaries == library.summaries


async def test_folders_come_by_name_and_leave_their_conversations() -> None:
    async with a_house() as house:
        conversation, library = await house.ask("Hi"), house.library
        news = await listening(house)
        work = await library.add_folder(" work ")
        home = await library.add_folder("Home")
        assert library.folders == (Folder(home.id, "Home"), Folder(work.id, "work"))
        await library.move(conversation, work.id)
        await library.rename_folder(work.id, "Art")
        assert news[-1] == FoldersChanged((Folder(work.id, "Art"), Folder(home.id, "Home")))
        await library.remove_folder(work.id)
        await library.remove_folder(work.id)
        assert library.get(conversation).folder is None
        assert ((await kept(house)).summaries, (await kept(house)).folders) == (library.summaries, library.folders)


async def test_what_cannot_be_is_refused() -> None:
    async with a_house() as house:
        conversation, library = await house.ask("Hi"), house.library
        await library.add_folder("Work")
        with pytest.raises(UserError, match="at least one character"):
            await library.rename(conversation, " \n")
        with pytest.raises(UserError, match="already"):
            await library.add_folder("WORK")
        with pytest.raises(UserError, match="folder is not there"):
            await library.move(conversation, 5)
        with pytest.raises(UserError, match="folder is not there"):
            await library.rename_folder(5, "X")
        with pytest.raises(UserError, match="conversation is not there"):
            await library.pin(5, True)


async def test_what_is_removed_for_good_is_told_and_gone() -> None:
    async with a_house() as house:
        conversation = await house.ask("Hi")
        news = await listening(house)
        await house.chat.purge([conversation, 5])
        assert news == [SummariesRemoved((conversation,))]
        assert (await kept(house)).summaries == ()


async def test_new_ids_are_greater_than_all_that_are_kept() -> None:
    async with a_house() as house:
        conversation = await house.ask("Hi")
        anew = ConversationLibrary(house.store, clock=lambda: 0.0)
        await anew.load()
        newest = max(message.id for message in (await house.store.read(conversation)).messages)
        assert anew.ids.next() > newest
