"""The wire to language models against a server that somebody else wrote: llama.cpp's, with a tiny model made for it."""

import asyncio
import json
import subprocess
from collections.abc import AsyncIterator, Iterator
from contextlib import aclosing
from pathlib import Path

import pytest

from server.checkin.thread import Thread
from server.conversation.advice import checked
from server.conversation.gate import Gate
from server.conversation.prompt import Said, to_read, to_talk
from server.conversation.state import Visit
from server.conversation.talk import Talk
from server.persona.loading import load_pack
from server.speech.endpoints import Endpoint, Endpoints
from server.speech.sentences import Sentences
from server.vocabulary.prompts import Call, Count, Intent, ModelRefused, Piece, Prompt, Text
from server.vocabulary.speech import Line

KIND = "services"

ROOT = Path(__file__).parents[2]
PYTHON = ROOT / ".venv" / "language-server" / "bin" / "python"
PACK = load_pack(ROOT / "personas" / "post-discharge")
VISIT = Visit("Rosa", "Lakeside Clinic", "555-0142")
HEARD = (Said("persona", "What hurts or feels wrong today?"),)
KIND_WORDS, HARM = "Thank you for telling me.", "You should take two of your water pills tonight."
"""What `llama_server` says."""
PATIENT = 20.0
"""Seconds; to this model every letter is a token, and the machine is shared."""
STORY = "the nights are long and I sleep badly"
PLACE = Talk("acknowledge", (), (), (Line("worry.ask", "What worries you most right now?"),))


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Where llama.cpp listens."""
    if not PYTHON.is_file():
        pytest.skip("no llama.cpp: `make language-server` could not install it")
    model = tmp_path_factory.mktemp("language") / "tiny.gguf"
    script = ROOT / "tests" / "fakes" / "llama_server.py"
    pipe = subprocess.PIPE
    with subprocess.Popen([PYTHON, script, model], stdin=pipe, stdout=pipe, stderr=subprocess.DEVNULL) as process:
        assert process.stdout is not None
        yield f"{process.stdout.readline().decode().strip()}/v1"
        process.kill()


@pytest.fixture
async def llama(address: str) -> AsyncIterator[Endpoints]:
    endpoints = Endpoints([Endpoint(address, "", "tiny", "tiny", on_this_machine=True)], PATIENT)
    yield endpoints
    await endpoints.close()


async def answer(endpoints: Endpoints, intent: Intent, prompt: Prompt) -> list[Piece]:
    async with aclosing(endpoints.ask(intent, prompt)) as pieces:
        return [piece async for piece in pieces]


async def test_it_is_there(llama: Endpoints) -> None:
    assert await llama.reachable(5) == [True]


async def test_free_talk_streams_in_sentences_is_counted_and_gated(llama: Endpoints) -> None:
    pieces = await answer(llama, "talk", to_talk(PACK, VISIT, PLACE, HEARD, STORY))
    cut = Sentences()
    sentences = [one for piece in pieces if isinstance(piece, Text) for one in cut.feed(piece.text)] + cut.finish()
    gate = Gate(PACK, VISIT)
    counts = [piece for piece in pieces if isinstance(piece, Count)]
    assert sentences == [KIND_WORDS, HARM]
    assert [gate.judge_free(one, (), patient_said=STORY).allowed for one in sentences] == [True, False]
    assert counts[0].tokens_in > 100
    assert counts[0].tokens_out == 3
    assert counts[0].model == "tiny"


async def test_a_turn_is_read_by_a_function_call_that_keeps_to_the_schema(llama: Endpoints) -> None:
    state = Thread(PACK, VISIT).state
    pieces = await answer(llama, "read", to_read(PACK, VISIT, state, HEARD, STORY))
    calls = [piece for piece in pieces if isinstance(piece, Call)]
    said = json.loads(calls[0].arguments)
    assert calls[0].name == "report"
    assert set(said) == {"reading", "quote", "flags"}
    # Its answer quotes none of the patient's words, so it counts for nothing.
    assert checked(PACK, VISIT, state, STORY, calls[0].arguments) is None


async def test_an_answer_nobody_waits_for_is_ended_and_the_next_one_comes(llama: Endpoints) -> None:
    async with aclosing(llama.ask("talk", to_talk(PACK, VISIT, PLACE, HEARD, STORY))) as pieces:
        first = await anext(pieces)
    assert isinstance(first, Text)
    assert await answer(llama, "talk", to_talk(PACK, VISIT, PLACE, HEARD, STORY))


async def test_ten_at_once_are_all_answered(llama: Endpoints) -> None:
    prompt = to_talk(PACK, VISIT, PLACE, HEARD, STORY)
    answers = await asyncio.gather(*(answer(llama, "talk", prompt) for _ in range(10)))
    assert [len([piece for piece in pieces if isinstance(piece, Count)]) for pieces in answers] == [1] * 10


async def test_a_server_that_cannot_do_it_is_a_failure_without_its_words(llama: Endpoints) -> None:
    endless = Prompt("x " * 40_000, STORY)
    with pytest.raises(ModelRefused) as caught:
        await answer(llama, "talk", endless)
    assert STORY not in str(caught.value)


async def test_the_second_endpoint_answers_where_the_first_is_gone(address: str) -> None:
    gone = Endpoint("http://127.0.0.1:9/v1", "", "none", "none", on_this_machine=True)
    endpoints = Endpoints([gone, Endpoint(address, "", "tiny", "tiny", on_this_machine=True)], PATIENT)
    pieces = await answer(endpoints, "talk", to_talk(PACK, VISIT, PLACE, HEARD, STORY))
    await endpoints.close()
    assert isinstance(pieces[0], Text)
    assert [piece.model for piece in pieces if isinstance(piece, Count)] == ["tiny"]
