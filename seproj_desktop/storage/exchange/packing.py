"""Many conversations in little memory: each as bytes until it is looked at. Used from one thread at a time."""

from collections.abc import Iterable, Sequence
from typing import overload

import msgspec

from seproj_desktop.chat.conversations import StoredConversation


class PackedConversations(Sequence[StoredConversation]):
    """A list of conversations that makes each one anew when it is asked for.

    As objects those of a large import would be a million, and every walk of the garbage collector over them would
    hold up all threads for a third of a second.
    """

    def __init__(self, packed: Iterable[bytes] = ()) -> None:
        self._packed = list(packed)
        self._encoder = msgspec.msgpack.Encoder()
        self._decoder = msgspec.msgpack.Decoder(StoredConversation)

    def append(self, conversation: StoredConversation) -> None:
        self._packed.append(self._encoder.encode(conversation))

    def at(self, places: Iterable[int]) -> "PackedConversations":
        """Those at these places, in this order."""
        return PackedConversations(self._packed[place] for place in places)

    def __len__(self) -> int:
        return len(self._packed)

    @overload
    def __getitem__(self, place: int) -> StoredConversation: ...

    @overload
    def __getitem__(self, place: slice) -> list[StoredConversation]: ...

    def __getitem__(self, place: int | slice) -> StoredConversation | list[StoredConversation]:
        if isinstance(place, slice):
            return [self._decoder.decode(packed) for packed in self._packed[place]]
        return self._decoder.decode(self._packed[place])
