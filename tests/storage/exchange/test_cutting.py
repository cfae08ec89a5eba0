"""A JSON file cut into its parts, however it arrives and wherever it is broken."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seproj_desktop.storage.exchange import cutting
from seproj_desktop.storage.exchange.cutting import Cutter, NotJsonError, parse
from tests.storage.exchange.samples import patient

values = st.recursive(
    st.none() | st.booleans() | st.integers(-99, 99) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=4), inner, max_size=4),
    max_leaves=12,
)


def in_pieces(data: bytes, size: int) -> Callable[[int], bytes]:
    pieces = [data[place : place + size] for place in range(0, len(data), size)]
    return lambda _: pieces.pop(0) if pieces else b""


def cut(data: bytes, size: int = 1 << 20) -> tuple[dict[str, Any], list[object], bool]:
    cutter = Cutter(in_pieces(data, size), "conversations")
    members = list(cutter.members())
    around = {member.key: parse(member.value) for member in members if not member.is_listed}
    return around, [parse(member.value) for member in members if member.is_listed], cutter.is_whole


@patient
@given(st.lists(values, max_size=6), st.integers(1, 40), st.booleans(), st.sampled_from([None, 1]))
def test_a_list_is_cut_as_it_is_read(elements: list[object], size: int, is_ascii: bool, indent: int | None) -> None:
    data = json.dumps(elements, ensure_ascii=is_ascii, indent=indent).encode("utf-8", "replace")
    assert cut(data, size) == ({}, json.loads(data), True)


@patient
@given(st.dictionaries(st.text(max_size=5), values, max_size=5), st.lists(values, max_size=4), st.integers(1, 40))
def test_an_object_is_cut_around_its_list(around: dict[str, Any], elements: list[object], size: int) -> None:
    around.pop("conversations", None)
    data = json.dumps({**around, "conversations": elements}).encode()
    assert cut(data, size) == (around, elements, True)


def test_a_byte_order_mark_is_passed_over() -> None:
    assert cut(b"\xef\xbb\xbf [1]", size=1) == ({}, [1], True)


@pytest.mark.parametrize("data", [b"", b"  ", b"hello", b'"text"', b"<html>", b"\x00\x01"])
def test_what_is_no_list_or_object_is_refused(data: bytes) -> None:
    with pytest.raises(NotJsonError):
        cut(data)


def test_a_broken_element_costs_only_itself() -> None:
    cutter = Cutter(in_pieces(b'[{"a": 1}, {"b": tru}, {"c": [1,,2]}, {"d": 4}]', 7))
    found = [member.value for member in cutter.members()]
    assert found == [b'{"a": 1}', b'{"b": tru}', b'{"c": [1,,2]}', b'{"d": 4}']
    for value in found[1:3]:
        with pytest.raises(ValueError, match="no valid JSON"):
            parse(value)


def test_a_file_that_is_cut_off_gives_what_came_before() -> None:
    cutter = Cutter(in_pieces(b'[{"a": 1}, {"b": "and th', 5))
    assert [member.value for member in cutter.members()] == [b'{"a": 1}', b'{"b": "and th']
    assert not cutter.is_whole


@patient
@given(st.binary(max_size=60), st.integers(1, 9))
def test_any_bytes_come_to_an_end(noise: bytes, size: int) -> None:
    for opening in (b"[", b"{", b'{"conversations": ['):
        cutter = Cutter(in_pieces(opening + noise, size), "conversations")
        assert sum(len(member.value) for member in cutter.members()) <= len(opening + noise)


def test_large_values_are_read_in_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cutting, "LARGE", 8)
    value = {"mapping": {str(place): {"text": "é" * place, "more": [place, [None]]} for place in range(30)}, "b": []}
    assert parse(json.dumps(value, ensure_ascii=False).encode()) == value
    with pytest.raises(ValueError, match="ends"):
        parse(b'{"a": [1, 2, 3, 4, 5, 6, 7], "b": [1, 2, 3, 4')


@pytest.mark.parametrize("depth", [500, 100_000])
def test_depth_is_no_danger(depth: int) -> None:
    value = b"[" * depth + b"]" * depth
    members = list(Cutter(in_pieces(b"[" + value + b", 1]", 1 << 16)).members())
    assert [member.value for member in members] == [value, b"1"]
    if depth > 10_000:
        with pytest.raises(ValueError, match="deep"):
            parse(value)
