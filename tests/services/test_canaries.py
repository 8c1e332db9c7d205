"""Unique names, dates, drugs and words go through whole check-ins; then every sink of the service is searched: none is there.

A check-in with a page, a nurse, the library and memory, over HTTP against the real service; its commands; and what goes wrong.
"""

import asyncio
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import aiohttp
import pytest

from server.demo import PASSWORD, STAFF
from tests.fakes.canaries import BIRTH, CANARIES, CARD, CHEST, NOTE, QUESTION, files_of, leaks
from tests.fakes.patient import SimulatedPatient
from tests.fakes.peer import PatientPeer
from tests.fakes.receiver import Receiver
from tests.fakes.service import Service

KIND = "services"

pytestmark = pytest.mark.timeout(600)

SITE = """\
zone: America/Chicago
people:
  nurse@demo.example:
    lines: [{{channel: sms, url: "{url}"}}]
catch_all: [{{channel: voice, url: "{url}"}}]
operations: [{{channel: chat, url: "{url}"}}]
"""


@dataclass
class House:
    """The service with a far side that takes its messages, and everything that it let out."""

    service: Service
    receiver: Receiver
    temporary: Path
    sinks: dict[str, bytes] = field(default_factory=dict)

    async def look(self, when: str) -> None:
        """Take in every sink as it is now; the database is open, its log full."""
        self.sinks |= {f"{when}: {name}": data for name, data in files_of(self.service.data, self.temporary).items()}
        async with aiohttp.ClientSession() as session:
            for path in ("/healthz", "/healthz/pager", "/metrics", "/nowhere"):
                async with session.get(self.service.address + path) as answer:
                    self.sinks[f"{when}: {path}"] = await answer.read()

    def all(self) -> dict[str, bytes]:
        messages = [*self.receiver.bodies, *(str(dict(one)) for one in self.receiver.headers)]
        printed = "\n".join(self.service.output)
        return {**self.sinks, "messages": "\n".join(messages).encode(), "printed and logged": printed.encode()}


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    temporary, site = tmp_path / "tmp", tmp_path / "escalation.yaml"
    temporary.mkdir()
    async with Receiver() as receiver:
        site.touch(0o600)
        site.write_text(SITE.format(url=receiver.address.replace("http://", "json://")))
        settings = {"NIGHTLIGHT_ESCALATION": str(site), "TMPDIR": str(temporary)}
        async with Service(tmp_path / "data", settings) as service:
            yield House(service, receiver, temporary)


async def admitted(house: House, tmp_path: Path) -> str:
    """The patient's id; the card is removed, as the how-to says."""
    card = tmp_path / "card.yaml"
    card.write_text(CARD.format(discharged=datetime.now(UTC).date() - timedelta(days=3)))
    printed = await house.service.command("patients", "add", str(card))
    card.unlink()
    house.sinks["patients add"] = printed.encode()
    return printed.split()[0]


async def entered(house: House, link: str) -> SimulatedPatient:
    """In the check-in, after a wrong birth date and a link that is none."""
    patient = SimulatedPatient(house.service.address, link.split("#")[1], BIRTH)
    token = link.split("#")[1]
    wrong = [
        await patient.post("/api/claim", {"token": token, "month": 1, "day": 2}),
        await patient.post("/api/claim", {"token": "Quillane Zebworthy", "month": 7, "day": 29}),
        await patient.post("/api/claim", {"token": token, "month": "1951-07-29", "day": CHEST}),
    ]
    house.sinks["refusals"] = str(wrong).encode()
    await patient.enter()
    await patient.connect(PatientPeer(microphone=False))
    return patient


async def says(patient: SimulatedPatient, text: str) -> None:
    """Typed, once the persona has finished; returns when it has answered."""
    await patient.until_listening()
    before = len(patient.captions())
    patient.peer.send({"k": "typed", "text": text})
    await patient.peer.until(lambda message: len(patient.captions()) > before, timeout=60.0)


class Nurse:
    """Signed in at the console, by HTTP."""

    def __init__(self, house: House) -> None:
        origin = {"Origin": house.service.address, "Sec-Fetch-Site": "same-origin"}
        self._session = aiohttp.ClientSession(
            house.service.address, cookie_jar=aiohttp.CookieJar(unsafe=True), headers=origin
        )

    async def __aenter__(self) -> "Nurse":
        await self.post("/staff/sign-in", email=STAFF[0][0], password=PASSWORD)
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._session.close()

    async def get(self, path: str) -> str:
        async with self._session.get(path) as answer:
            assert answer.status == 200, path
            return await answer.text()

    async def post(self, path: str, **fields: str) -> None:
        async with self._session.post(path, data=fields, allow_redirects=False) as answer:
            assert answer.status in (204, 303), f"{path}: {answer.status}"

    async def handles(self, checkin: str, patient: str) -> None:
        """Everything there is to look at; then the page is claimed and closed with a note."""
        pages = ["/staff/", f"/staff/check-ins/{checkin}", f"/staff/fragments/checkin/{checkin}", "/staff/hand-off"]
        shown = "".join([await self.get(path) for path in (*pages, f"/staff/memory/{patient}", "/staff/attention")])
        assert "quandlebone" in shown, "a nurse sees what was said, so that there is something to leak"
        (page,) = set(re.findall(r"\besc?_[0-9A-Z]{26}\b", shown))
        await self.post("/staff/claim", checkin=checkin, escalation=page)
        closing = {"outcome": "advised", "asked_911": "not_needed", "follow_up": NOTE, f"worth-{page}": "useful"}
        await self.post("/staff/close", checkin=checkin, escalation=page, **closing)


async def test_no_canary_is_in_any_sink(house: House, tmp_path: Path) -> None:
    service = house.service
    patient_id = await admitted(house, tmp_path)
    checkin, link = await service.new_link(patient_id)
    async with await entered(house, link) as patient, Nurse(house) as nurse:
        await says(patient, QUESTION)
        await says(patient, CHEST)
        await asyncio.wait_for(house.receiver.arrived.wait(), 60)
        await house.look("during")
        await nurse.handles(checkin, patient_id)
        patient.peer.send({"k": "end"})
        await patient.peer.until(lambda message: message.get("k") == "end", timeout=60.0)
    # What an operator asks for by name shows it; what the service writes of it, and the errors of commands, do not.
    told = [await service.command(*one) for one in (("journal", checkin), ("memory", "show", patient_id))]
    assert "quandlebone" in told[0]
    again, second = await service.new_link(patient_id)
    async with await entered(house, second) as patient:
        await says(patient, "Forget that.")
    await service.kill()
    await house_files(house, "killed")
    house.sinks["audit"] = (await service.command("audit", "export", "--format", "jsonl")).encode()
    house.sinks["audit events"] = (await service.command("audit", "export", "--format", "fhir")).encode()
    house.sinks["who"] = (await service.command("audit", "who", patient_id)).encode()
    house.sinks["failures"] = await failures(service, again)
    await house_files(house, "after")
    sinks = house.all()
    assert house.receiver.bodies, "somebody was rung"
    assert leaks(sinks) == []
    assert leaks({"the search": sinks["printed and logged"] + b" Zebworthy"}) == [("the search", "Zebworthy")]


async def house_files(house: House, when: str) -> None:
    """What a dead process left behind."""
    house.sinks |= {f"{when}: {name}": data for name, data in files_of(house.service.data, house.temporary).items()}


async def failures(service: Service, checkin: str) -> bytes:
    """What commands say when they fail on a patient."""
    said = []
    for arguments in (("memory", "correct", checkin, "mf_none", "--reject"), ("memory", "forget", checkin, "--yes")):
        with pytest.raises(RuntimeError) as caught:
            await service.command(*arguments)
        said.append(str(caught.value))
    return "\n".join(said).encode()


async def test_a_rehearsal_for_a_patient_leaves_nothing(tmp_path: Path) -> None:
    """`simulate --patient` prints what was said, and keeps none of it."""
    temporary = tmp_path / "tmp"
    temporary.mkdir()
    service = Service(tmp_path / "data", {"TMPDIR": str(temporary)})
    card, lines = tmp_path / "card.yaml", tmp_path / "lines.txt"
    card.write_text(CARD.format(discharged=datetime.now(UTC).date() - timedelta(days=3)))
    lines.write_text(f"{QUESTION}\n{CHEST}\n")
    patient = (await service.command("patients", "add", str(card))).split()[0]
    said = await service.command("simulate", "--lines", str(lines), "--patient", patient)
    assert "quandlebone" in said
    assert leaks(files_of(tmp_path / "data", temporary)) == []


@pytest.mark.parametrize("word", CANARIES)
def test_the_search_finds_a_canary_however_it_is_written(word: str) -> None:
    written = [word, word.upper(), f"so, {word}!"]
    texts = [one.encode(encoding) for one in written for encoding in ("utf-8", "utf-16-le", "utf-16-be")]
    assert [leaks({"x": text}, [word]) != [] for text in texts] == [True] * len(texts)
