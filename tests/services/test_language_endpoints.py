"""Several endpoints as one: who fails is passed over, and a patient's words go where the settings say and nowhere else."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing
from dataclasses import replace

import pytest

from server.speech.endpoints import Endpoint, Endpoints
from server.vocabulary.prompts import Count, ModelFailed, ModelRefused, Piece, Prompt, Text
from tests.fakes.language_server import Answer, LanguageServer, Refuses, Wire, breaks_after, fails, hangs_after, says
from tests.fakes.waiting import until

KIND = "services"

PROMPT = Prompt("Be kind.", "my canary hurts")
FIRST, SECOND = "I am the first.", "I am the second."


@pytest.fixture
async def servers() -> AsyncIterator[tuple[LanguageServer, LanguageServer]]:
    async with LanguageServer(talk=says(FIRST)) as first, LanguageServer(talk=says(SECOND)) as second:
        yield first, second


def endpoint(server: LanguageServer) -> Endpoint:
    return Endpoint(server.url, "key", "small", "large", on_this_machine=True)


async def text_of(endpoints: Endpoints) -> str:
    async with aclosing(endpoints.ask("talk", PROMPT)) as stream:
        pieces: list[Piece] = [piece async for piece in stream]
    return "".join(piece.text for piece in pieces if isinstance(piece, Text)).strip()


async def models_of(endpoints: Endpoints, said: str) -> list[str]:
    async with aclosing(endpoints.ask("talk", Prompt("Be kind.", said))) as stream:
        return [piece.model async for piece in stream if isinstance(piece, Count)]


def fails_or_waits(answered: asyncio.Event) -> Answer:
    """Fails for who says so, and answers everybody else once `answered` is set."""

    async def answer(wire: Wire) -> None:
        if wire.request["messages"][-1]["content"] == "fail":
            raise Refuses(500)
        await answered.wait()
        await says(FIRST)(wire)

    return answer


@pytest.mark.parametrize("answer", [fails(500), fails(429), hangs_after()], ids=["500", "429", "hangs"])
async def test_who_fails_is_passed_over_and_not_sent_the_words_again(
    servers: tuple[LanguageServer, LanguageServer], answer: Answer
) -> None:
    first, second = servers
    first.talk = answer
    endpoints = Endpoints([endpoint(first), endpoint(second)])
    assert [await text_of(endpoints) for _ in range(3)] == [SECOND] * 3
    await endpoints.close()
    assert len(first.requests) == 1
    assert len(second.requests) == 3


async def test_while_all_fail_each_is_asked_once_a_request(servers: tuple[LanguageServer, LanguageServer]) -> None:
    first, second = servers
    first.talk = second.talk = fails(500)
    endpoints = Endpoints([endpoint(first), endpoint(second)])
    for _ in range(2):
        with pytest.raises(ModelFailed):
            await text_of(endpoints)
    second.talk = says(SECOND)
    assert await text_of(endpoints) == SECOND
    await endpoints.close()
    assert (len(first.requests), len(second.requests)) == (3, 3)


async def test_who_failed_is_asked_first_again_after_the_pause(servers: tuple[LanguageServer, LanguageServer]) -> None:
    first, second = servers
    first.talk = fails(500)
    endpoints = Endpoints([endpoint(first), endpoint(second)], pause=0)
    assert await text_of(endpoints) == SECOND
    first.talk = says(FIRST)
    assert await text_of(endpoints) == FIRST
    await endpoints.close()
    assert len(first.requests) == 2


async def test_each_count_names_the_model_that_answered_that_request(
    servers: tuple[LanguageServer, LanguageServer],
) -> None:
    first, second = servers
    answered = asyncio.Event()
    first.talk = fails_or_waits(answered)
    endpoints = Endpoints([replace(endpoint(first), large="one"), replace(endpoint(second), large="two")], 10)
    waiting = asyncio.create_task(models_of(endpoints, "wait"))
    await until(lambda: first.requests)
    failed = await models_of(endpoints, "fail")
    answered.set()
    assert (failed, await waiting) == (["two"], ["one"])
    await endpoints.close()


async def test_half_an_answer_is_not_begun_anew_elsewhere(servers: tuple[LanguageServer, LanguageServer]) -> None:
    first, second = servers
    first.talk = breaks_after("I am")
    endpoints = Endpoints([endpoint(first), endpoint(second)])
    with pytest.raises(ModelFailed):
        await text_of(endpoints)
    await endpoints.close()
    assert second.requests == []


async def test_a_redirect_is_not_followed(servers: tuple[LanguageServer, LanguageServer]) -> None:
    first, second = servers

    async def elsewhere(wire: Wire) -> None:
        wire.response.set_status(307)
        wire.response.headers["Location"] = f"{second.url}/chat/completions"
        await wire.response.prepare(wire.http)

    first.talk = elsewhere
    endpoints = Endpoints([endpoint(first)])
    with pytest.raises(ModelRefused):
        await text_of(endpoints)
    await endpoints.close()
    assert second.requests == []


async def test_a_proxy_of_the_environment_sees_nothing_meant_for_this_machine(
    servers: tuple[LanguageServer, LanguageServer], monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = servers
    monkeypatch.setenv("HTTP_PROXY", second.url)
    monkeypatch.setenv("ALL_PROXY", second.url)
    endpoints = Endpoints([endpoint(first)])
    assert await text_of(endpoints) == FIRST
    await endpoints.close()
    assert (second.requests, second.unexpected) == ([], [])


async def test_what_fails_names_no_word_of_the_patient(
    servers: tuple[LanguageServer, LanguageServer], caplog: pytest.LogCaptureFixture
) -> None:
    first, _ = servers
    first.talk = fails(400, '{"error": {"message": "cannot read: my canary hurts"}}')
    endpoints = Endpoints([endpoint(first)])
    with pytest.raises(ModelRefused) as caught:
        await text_of(endpoints)
    await endpoints.close()
    assert "canary" not in str(caught.value)
    assert caught.value.__cause__ is None


async def test_twenty_at_once_leave_no_task_behind(servers: tuple[LanguageServer, LanguageServer]) -> None:
    first, _ = servers
    endpoints = Endpoints([endpoint(first)])
    assert set(await asyncio.gather(*(text_of(endpoints) for _ in range(20)))) == {FIRST}
    await endpoints.close()
    names = [task.get_name() for task in asyncio.all_tasks()]
    assert [name for name in names if name.startswith("LLM")] == []


async def test_whose_agreement_has_ended_is_sent_nothing_from_that_moment(
    servers: tuple[LanguageServer, LanguageServer],
) -> None:
    first, second = servers
    agreed = {"first"}
    may_send = replace(endpoint(first), may_send=lambda: "first" in agreed)
    endpoints = Endpoints([may_send, replace(endpoint(second), may_send=lambda: "second" in agreed)])
    assert await text_of(endpoints) == FIRST
    agreed.clear()
    with pytest.raises(ModelRefused):
        await text_of(endpoints)
    agreed.add("second")
    assert await text_of(endpoints) == SECOND
    await endpoints.close()
    assert (len(first.requests), len(second.requests)) == (1, 1)
