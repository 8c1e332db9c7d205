"""Waiting in fakes that must keep real time: a microphone's pace, a poll of another process. Tests themselves never wait."""

import asyncio


async def until(moment: float) -> None:
    """Return at loop time `moment`, at once where it has passed."""
    loop = asyncio.get_running_loop()
    reached: asyncio.Future[None] = loop.create_future()
    handle = loop.call_at(moment, lambda: None if reached.done() else reached.set_result(None))
    try:
        await reached
    finally:
        handle.cancel()


async def pause(seconds: float) -> None:
    """Return after `seconds`."""
    await until(asyncio.get_running_loop().time() + seconds)
