"""The window's tokens leave the engine's step before the server's."""

from types import SimpleNamespace
from typing import Any

from seproj_desktop.engine.vllm_engine import hand_out_first


class Core:
    """Gives the same step's outputs whenever it is asked, as vLLM's client of its engine process does."""

    async def get_output_async(self) -> Any:
        return SimpleNamespace(outputs=[SimpleNamespace(request_id=name) for name in "abcde"])


async def order(core: Any) -> str:
    return "".join(output.request_id for output in (await core.get_output_async()).outputs)


async def test_outputs_of_the_window_come_first_and_nothing_else_moves() -> None:
    core, first = Core(), set[str]()
    hand_out_first(core, first)
    assert await order(core) == "abcde"
    first |= {"d", "b"}
    assert await order(core) == "bdace"
    first.clear()
    assert await order(core) == "abcde"
