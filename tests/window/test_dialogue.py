"""Asking and answering in the whole window: order of the text, keys, stop, waiting, new conversations, personas."""

import asyncio

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPushButton

from seproj_desktop.chat import events
from tests.fakes import FakeEngine, FakeLoader
from tests.window.conftest import OpenHouse


def test_an_answer_streams_in_order_with_its_figures(make_house: OpenHouse) -> None:
    house = make_house(FakeLoader([FakeEngine(pieces=[f"word{n} " for n in range(200)])])).open()
    house.say("Build user authentication")
    house.wait(lambda: "tokens/s" in house.said)
    assert house.said.startswith("You\nBuild user authentication\nDeveloper\n" + "".join(f"word{n} " for n in range(3)))
    assert " ".join(f"word{n}" for n in range(200)) in house.said
    assert "9,950 tokens/s · first token after 10 ms · 200 tokens" in house.said
    assert house.composer.toPlainText() == ""
    assert house.window.windowTitle().startswith("Build user authentication")


def test_shift_enter_breaks_the_line_and_the_question_keeps_it(make_house: OpenHouse) -> None:
    house = make_house().open()
    house.type("one")
    house.press(Qt.Key.Key_Return, Qt.KeyboardModifier.ShiftModifier)
    house.say("two")
    house.wait(lambda: "tokens/s" in house.said)
    assert house.loader.engines[0].jobs[0].messages[-1].content == "one\ntwo"
    assert "You\none\ntwo\nDeveloper" in house.said


def test_markup_stays_text(make_house: OpenHouse) -> None:
    house = make_house(FakeLoader([FakeEngine(pieces=["<b>bold</b> & <img src=x>"])])).open()
    house.say("<i>hello</i>")
    house.wait(lambda: "<b>bold</b> & <img src=x>" in house.said)
    assert "<i>hello</i>" in house.said


def test_escape_stops_and_the_text_so_far_stays(make_house: OpenHouse) -> None:
    engine = FakeEngine(pieces=["one ", "two ", "three "], gate=asyncio.Semaphore(2))
    house = make_house(FakeLoader([engine])).open()
    house.say("count")
    house.wait(lambda: "one two" in house.said)
    house.press(Qt.Key.Key_Escape)
    house.wait(lambda: "stopped by you" in house.said)
    assert "one two" in house.said
    assert "three" not in house.said
    assert house.spoken == ["count", "one two "]


def test_stop_stands_beside_send_while_an_answer_runs(make_house: OpenHouse) -> None:
    house = make_house(FakeLoader([FakeEngine(gate=asyncio.Semaphore(1))])).open()
    assert not house.send_button.isEnabled()
    house.type("go")
    assert house.send_button.isEnabled()
    place = house.send_button.geometry(), house.composer.height()
    house.send_button.click()
    house.wait(lambda: "Hello" in house.said)
    assert house.stop_button.isVisible()
    assert house.send_button.isVisible()
    assert (house.send_button.geometry(), house.composer.height()) == place
    house.stop_button.click()
    house.wait(lambda: "stopped by you" in house.said)
    assert not house.stop_button.isVisible()


def test_what_is_sent_during_an_answer_comes_after_it(make_house: OpenHouse) -> None:
    gate = asyncio.Semaphore(1)
    engine = FakeEngine(gate=gate)
    house = make_house(FakeLoader([engine])).open()
    house.say("first")
    house.wait(lambda: "Hello" in house.said)
    for text in ("second", "third"):
        house.say(text)
    assert house.composer.toPlainText() == ""
    house.wait(lambda: house.queue_panel.texts == ("second", "third"))
    assert len(engine.jobs) == 1
    engine.gate = None
    house.on_backend(gate.release)
    house.on_backend(gate.release)
    house.on_backend(gate.release)
    house.wait(lambda: house.said.count("tokens/s") == 3)
    answer = "Hello, world!"
    assert house.spoken == ["first", answer, "second", answer, "third", answer]
    assert house.queue_panel.texts == ()


def test_sending_while_the_model_loads_waits(make_house: OpenHouse) -> None:
    loader = FakeLoader(gate=asyncio.Event())
    house = make_house(loader).open()
    house.say("early")
    house.wait(lambda: "Waiting for the model…" in house.said)
    assert loader.gate is not None
    house.on_backend(loader.gate.set)
    house.wait(lambda: "tokens/s" in house.said)
    assert "Hello, world!" in house.said
    assert "Waiting" not in house.said


def test_what_is_sent_before_the_personas_are_read_is_asked_then(make_house: OpenHouse) -> None:
    house = make_house()
    house.window.show()
    house.say("very early")
    assert house.composer.toPlainText() == "very early"
    house.backend.start()
    house.wait(lambda: "Hello, world!" in house.said)


def test_thinking_and_length_limit_are_told(make_house: OpenHouse) -> None:
    ending = events.Finished("length", events.Usage(7, 5), events.Timings(1.5, 2.0))
    house = make_house(FakeLoader([FakeEngine(ending=ending)])).open()
    house.say("long")
    house.wait(lambda: "length limit reached · 8.0 tokens/s · first token after 1.5 s · 5 tokens" in house.said)


def test_a_failed_answer_says_why_inline(make_house: OpenHouse) -> None:
    ending = events.Failed("invalid_request", "The prompt has 5,000 tokens; 4,096 fit.", "Shorten it.")
    house = make_house(FakeLoader([FakeEngine(pieces=["So"], ending=ending)])).open()
    house.say("too much")
    house.wait(lambda: "The prompt has 5,000 tokens; 4,096 fit. Shorten it." in house.said)
    assert "So\n" in house.said
    house.type("again")
    assert house.send_button.isEnabled()


def test_the_persona_speaks_in_the_next_question(make_house: OpenHouse) -> None:
    engine = FakeEngine()
    house = make_house(FakeLoader([engine])).open()
    house.say("first")
    house.wait(lambda: house.said.count("tokens/s") == 1)
    house.box.setCurrentText("Tester")
    house.say("second")
    house.wait(lambda: house.said.count("tokens/s") == 2)
    asked = [job for job in engine.jobs if job.messages[-1].content in ("first", "second")]
    systems = [job.messages[0] for job in asked]
    personas = house.backend.app.personas
    assert [message.role for message in systems] == ["system", "system"]
    assert systems[0].content == personas.get("developer").system_prompt
    assert systems[1].content == personas.get("tester").system_prompt
    assert "Tester\nHello, world!" in house.said


def test_a_new_conversation_is_empty_and_the_old_answer_goes_on(make_house: OpenHouse) -> None:
    gate = asyncio.Semaphore(1)
    engine = FakeEngine(gate=gate)
    house = make_house(FakeLoader([engine])).open()
    house.say("old question")
    house.wait(lambda: "Hello" in house.said)
    old = house.shown
    house.press(Qt.Key.Key_N, Qt.KeyboardModifier.ControlModifier)
    assert house.said == ""
    assert house.shown is None
    assert not house.stop_button.isVisible()
    assert house.find(QPushButton, "example0").isVisible()
    assert len(engine.running) == 1
    engine.gate = None
    house.say("new question")
    house.wait(lambda: "tokens/s" in house.said)
    assert house.spoken == ["new question", "Hello, world!"]
    assert house.shown != old
    assert [message.content for message in engine.jobs[1].messages[1:]] == ["new question"]


def test_an_example_fills_the_composer(make_house: OpenHouse) -> None:
    house = make_house().open()
    house.find(QPushButton, "example1").click()
    assert house.composer.toPlainText() == house.backend.app.personas.get("developer").examples[1]
    assert house.send_button.isEnabled()
    house.box.setCurrentText("Assistant")
    house.find(QPushButton, "example0").click()
    assert house.composer.toPlainText() == house.backend.app.personas.get("assistant").examples[0]
