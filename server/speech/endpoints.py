"""The wire to language models: OpenAI-compatible endpoints, tried in order, each attempt under a hard time limit.

Carries text and function calls and judges neither. A patient's words go to the endpoints of the settings and nowhere else:
no redirect is followed, and no turn is sent again only to find out whether an endpoint has come back.
"""

import asyncio
from collections.abc import AsyncGenerator, Callable, Sequence
from dataclasses import dataclass
from math import inf
from typing import Any

import httpx2
from livekit.agents import APIConnectionError, APIStatusError, llm
from livekit.agents.types import NOT_GIVEN, APIConnectOptions
from livekit.plugins import openai as plugin
from openai import AsyncClient

from server.vocabulary.prompts import LONGEST, Call, Count, Intent, ModelFailed, ModelRefused, Piece, Prompt, Text, Tool

ANSWER_SECONDS = 0.7
"""Whoever asks in a check-in (`checkin.counsel`) gives up a little earlier."""
PAUSE_SECONDS = 60.0
"""How long an endpoint that failed is passed over while there is another."""
_TEMPERATURE: dict[Intent, float] = {"read": 0.0, "talk": 0.4}


@dataclass(frozen=True)
class Endpoint:
    """One server that speaks the OpenAI protocol."""

    url: str
    """Up to and with the version, for example `https://llm.example.org/v1`."""
    key: str
    small: str
    """Model that reads."""
    large: str
    """Model that talks."""
    on_this_machine: bool
    may_send: Callable[[], bool] = lambda: True
    """Asked before each request: an agreement may end while the service runs."""

    def model(self, intent: Intent) -> str:
        return self.small if intent == "read" else self.large


class Endpoints:
    """Every endpoint of the settings, as one model for each intent."""

    def __init__(
        self, endpoints: Sequence[Endpoint], seconds: float = ANSWER_SECONDS, pause: float = PAUSE_SECONDS
    ) -> None:
        """`seconds`: for all of them together, until the first word, and then between words. `pause`: how long one that
        failed is passed over while there is another."""
        self.endpoints = tuple(endpoints)
        self._seconds = seconds
        self._pause = pause
        self._clients = [_client(endpoint) for endpoint in endpoints]
        self._models: dict[Intent, tuple[llm.LLM[Any], ...]] = {"read": self._made("read"), "talk": self._made("talk")}
        self._failed_at: dict[llm.LLM[Any], float] = {}

    def models(self, intent: Intent) -> tuple[str, ...]:
        """Every model that a request may be put to, in this order."""
        return tuple(endpoint.model(intent) for endpoint in self.endpoints)

    async def ask(self, intent: Intent, prompt: Prompt) -> AsyncGenerator[Piece]:
        """The answer, piece by piece; raises ModelFailed. Closing the iterator ends the request."""
        context = llm.ChatContext.empty()
        context.add_message(role="system", content=prompt.system)
        context.add_message(role="user", content=prompt.user)
        chain = self._chain(intent)
        stream = chain.chat(
            chat_ctx=context,
            tools=[_tool(prompt.tool)] if prompt.tool else [],
            tool_choice="required" if prompt.tool else NOT_GIVEN,
            parallel_tool_calls=False if prompt.tool else NOT_GIVEN,
            conn_options=APIConnectOptions(max_retry=0, timeout=self._seconds),
            extra_kwargs={"max_completion_tokens": LONGEST[intent], "temperature": _TEMPERATURE[intent]},
        )
        try:
            async with stream:
                async for chunk in stream:
                    for piece in _pieces(chunk, str(chain.metrics_metadata.get("model_name", ""))):
                        yield piece
        except Exception as error:  # noqa: BLE001  a server somebody else runs may fail in any way
            kind = ModelRefused if _did_nothing(error) else ModelFailed
            raise kind(f"the language model failed: {type(error).__name__}") from None

    async def reachable(self, seconds: float) -> list[bool]:
        """Whether each endpoint answers at all within `seconds`; asks for its list of models and sends nothing."""
        return await asyncio.gather(*(_answers(client, seconds) for client in self._clients))

    async def close(self) -> None:
        """Close every connection."""
        for model in (*self._models["read"], *self._models["talk"]):
            await model.aclose()
        for client in self._clients:
            await client.close()

    def _made(self, intent: Intent) -> tuple[llm.LLM[Any], ...]:
        pairs = zip(self.endpoints, self._clients, strict=True)
        return tuple(plugin.LLM(model=endpoint.model(intent), client=client) for endpoint, client in pairs)

    def _chain(self, intent: Intent) -> llm.LLM[Any]:
        """The framework's chain over the models that are well, or over all where none is; made anew for each request, so
        that it knows which model answered this one."""
        pairs = zip(self.endpoints, self._models[intent], strict=True)
        models = [model for endpoint, model in pairs if endpoint.may_send()]
        if not models:
            raise ModelRefused("nobody may be sent a patient's words today")
        if len(models) == 1:
            return models[0]
        now = asyncio.get_running_loop().time()
        well = [model for model in models if now >= self._failed_at.get(model, -inf) + self._pause] or models
        chain = llm.FallbackAdapter([_Attempt(model) for model in well], attempt_timeout=self._seconds / len(well))
        chain.on("llm_availability_changed", self._failed)
        return chain

    def _failed(self, event: llm.AvailabilityChangedEvent) -> None:
        if isinstance(event.llm, _Attempt):
            self._failed_at[event.llm.model_asked] = asyncio.get_running_loop().time()


class _Attempt(llm.LLM[Any]):
    """One model's part in one request: it is asked once. The chain would ask one that failed a second time, to find out
    whether it is back, and so send it the patient's words again, unseen by any budget."""

    def __init__(self, model: llm.LLM[Any]) -> None:
        super().__init__()
        self.model_asked = model
        self._asked = False

    @property
    def model(self) -> str:
        return self.model_asked.model

    @property
    def provider(self) -> str:
        return self.model_asked.provider

    def chat(self, **options: Any) -> llm.LLMStream:
        if self._asked:
            raise APIConnectionError("asked once", retryable=False)
        self._asked = True
        return self.model_asked.chat(**options)


def _did_nothing(error: BaseException | None) -> bool:
    """Whether the request never reached a model: an HTTP status, or no connection, somewhere among the causes."""
    while error is not None:
        if isinstance(error, APIStatusError | httpx2.ConnectError):
            return True
        error = error.__cause__
    return False


def _client(endpoint: Endpoint) -> AsyncClient:
    # A proxy of the environment must not see what is meant for this machine.
    transport = httpx2.AsyncClient(
        timeout=ANSWER_SECONDS, follow_redirects=False, trust_env=not endpoint.on_this_machine
    )
    return AsyncClient(api_key=endpoint.key or "none", base_url=endpoint.url, max_retries=0, http_client=transport)


async def _answers(client: AsyncClient, seconds: float) -> bool:
    try:
        await client.models.list(timeout=seconds)
    except Exception:  # noqa: BLE001  whatever is wrong with it, it is not reachable
        return False
    return True


def _tool(tool: Tool) -> llm.Tool:
    schema = {"name": tool.name, "description": tool.description, "parameters": dict(tool.parameters), "strict": True}
    return llm.function_tool(_reported, raw_schema=schema)


async def _reported(raw_arguments: dict[str, object]) -> None:
    """The framework puts a schema to a model only together with a function. The call comes back as data; making it is a
    session's business, and there is none here."""


def _pieces(chunk: llm.ChatChunk, model: str) -> list[Piece]:
    found: list[Piece] = []
    if chunk.delta and chunk.delta.content:
        found.append(Text(chunk.delta.content))
    for call in chunk.delta.tool_calls if chunk.delta else ():
        found.append(Call(call.name, call.arguments))
    if chunk.usage:
        found.append(Count(chunk.usage.prompt_tokens, chunk.usage.completion_tokens, model))
    return found
