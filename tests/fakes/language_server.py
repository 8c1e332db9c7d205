"""A language model's far side that does what a test tells it to: an OpenAI-compatible server on a free port.

It answers `POST /v1/chat/completions` as a stream and fails on anything else. Requests with a function are `read`, those
without are `talk`.
"""

import asyncio
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any

from aiohttp import web

Answer = Callable[["Wire"], Awaitable[None]]


@dataclass
class Wire:
    """The stream of one answer."""

    request: dict[str, Any]
    response: web.StreamResponse
    http: web.Request

    async def send(self, choice: dict[str, Any], **more: object) -> None:
        chunk = {"id": "chat-1", "object": "chat.completion.chunk", "created": 0, "model": self.request["model"]}
        await self.raw(json.dumps({**chunk, "choices": [{"index": 0, "finish_reason": None, **choice}], **more}))

    async def raw(self, data: str) -> None:
        if not self.response.prepared:
            await self.response.prepare(self.http)
        await self.response.write(f"data: {data}\n\n".encode())

    async def finish(self, reason: str = "stop", *, tokens: tuple[int, int] = (100, 20)) -> None:
        await self.send({"delta": {}, "finish_reason": reason})
        usage = {"prompt_tokens": tokens[0], "completion_tokens": tokens[1], "total_tokens": sum(tokens)}
        chunk = {"id": "chat-1", "object": "chat.completion.chunk", "created": 0, "model": self.request["model"]}
        await self.raw(json.dumps({**chunk, "choices": [], "usage": usage}))
        await self.raw("[DONE]")


class Refuses(Exception):
    """An answer that is an HTTP status."""

    def __init__(self, status: int, body: str = "{}") -> None:
        super().__init__(status)
        self.status = status
        self.body = body


def says(text: str) -> Answer:
    """A sentence or more, word by word."""

    async def answer(wire: Wire) -> None:
        for word in text.split(" "):
            await wire.send({"delta": {"role": "assistant", "content": f"{word} "}})
        await wire.finish()

    return answer


def calls(arguments: object, name: str = "report") -> Answer:
    """A function call with these arguments; a string is sent as it stands."""
    written = arguments if isinstance(arguments, str) else json.dumps(arguments)

    async def answer(wire: Wire) -> None:
        function = {"name": name, "arguments": ""}
        first = {"index": 0, "id": "call-1", "type": "function", "function": function}
        await wire.send({"delta": {"role": "assistant", "tool_calls": [first]}})
        await wire.send({"delta": {"tool_calls": [{"index": 0, "function": {"arguments": written}}]}})
        await wire.finish("tool_calls")

    return answer


def fails(status: int, body: str = '{"error": {"message": "no"}}') -> Answer:
    """An HTTP status instead of a stream."""

    async def answer(wire: Wire) -> None:
        raise Refuses(status, body)

    return answer


def hangs_after(text: str = "") -> Answer:
    """Says this much and then nothing more, for ever."""

    async def answer(wire: Wire) -> None:
        if text:
            await wire.send({"delta": {"role": "assistant", "content": text}})
        await asyncio.Event().wait()

    return answer


def breaks_after(text: str) -> Answer:
    """Half a stream: says this much, and the connection is gone."""

    async def answer(wire: Wire) -> None:
        await wire.send({"delta": {"role": "assistant", "content": text}})
        if wire.http.transport is not None:
            wire.http.transport.abort()

    return answer


def garbage(data: str = "\x00\x07 not json at all {[") -> Answer:
    """A stream that no client can read."""

    async def answer(wire: Wire) -> None:
        await wire.raw(data)

    return answer


@dataclass
class LanguageServer:
    """Use as an async context manager; `talk` and `read` say what it does with the next requests."""

    talk: Answer = field(default_factory=lambda: says("Thank you for telling me."))
    read: Answer = field(default_factory=lambda: calls({"reading": "unclear", "quote": "", "flags": []}))
    requests: list[dict[str, Any]] = field(default_factory=list)
    """Every body received."""
    unexpected: list[str] = field(default_factory=list)
    """Paths of requests that are none of a language model's business."""
    url: str = ""
    _runner: web.AppRunner | None = None

    def asked(self, intent: str) -> list[dict[str, Any]]:
        return [body for body in self.requests if ("tools" in body) == (intent == "read")]

    async def __aenter__(self) -> "LanguageServer":
        app = web.Application()
        app.router.add_post("/v1/chat/completions", self._complete)
        app.router.add_get("/v1/models", self._models)
        app.router.add_route("*", "/{rest:.*}", self._elsewhere)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1, handler_cancellation=True)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self.url = f"http://127.0.0.1:{self._runner.addresses[0][1]}/v1"
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._runner is not None:
            await self._runner.cleanup()

    async def _complete(self, request: web.Request) -> web.StreamResponse:
        body = await request.json()
        self.requests.append(body)
        answer = self.read if "tools" in body else self.talk
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        try:
            await answer(Wire(body, response, request))
        except Refuses as refusal:
            return web.Response(status=refusal.status, text=refusal.body, content_type="application/json")
        except ConnectionError:
            return response
        return response

    async def _models(self, _request: web.Request) -> web.Response:
        return web.json_response({"object": "list", "data": [{"id": "test", "object": "model"}]})

    async def _elsewhere(self, request: web.Request) -> web.Response:
        self.unexpected.append(request.path)
        return web.Response(status=404)
