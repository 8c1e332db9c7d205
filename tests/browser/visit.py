"""What a patient and a nurse do in their browsers, step by step, for tests."""

import asyncio
import base64
import io
import re

import av
import numpy as np
from playwright.async_api import Browser, Page

from server.demo import PASSWORD, STAFF
from tests.fakes.speakers import Pcm
from tests.fakes.timing import pause

_WATCH = """
  const ask = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
  navigator.mediaDevices.getUserMedia = async (wanted) => {
    const stream = await ask(wanted);
    if (stream.getAudioTracks().length && !window.microphoneSince) window.microphoneSince = Date.now();
    return stream;
  };
"""
"""Notes when the microphone, and with it the recording, began."""

_RECORD = """() => {
  const audio = document.getElementById("persona-audio");
  const chunks = [];
  const recorder = new MediaRecorder(audio.srcObject, { mimeType: "audio/webm;codecs=opus" });
  recorder.ondataavailable = (event) => chunks.push(event.data);
  recorder.start(1000);
  window.stopRecording = () => new Promise((done) => {
    const finish = async () => {
      const bytes = new Uint8Array(await new Blob(chunks).arrayBuffer());
      let text = "";
      for (const byte of bytes) text += String.fromCharCode(byte);
      done(btoa(text));
    };
    if (recorder.state === "inactive") return void finish();
    recorder.onstop = () => void finish();
    recorder.stop();
  });
}"""

_FLOOR_IS_FREE = """() => {
  const call = document.getElementById("screen-call");
  const listens = ["listening", "warm", "concerned"].includes(call.dataset.state); // the face it listens with
  const newest = document.querySelector("#transcript > li.persona:last-child");
  const asking = listens && newest && !newest.textContent.includes("Goodbye, and take care.") && newest;
  if (!asking || window.asked !== asking.textContent) {
    window.asked = asking ? asking.textContent : null;
    window.askedAt = performance.now();
  }
  return call.hidden || (asking && performance.now() - window.askedAt > 500);
}"""
"""Whether the persona has been silent for half a second after its newest line, or the call is over."""


async def open_patient(browser: Browser, link: str, *scripts: str) -> Page:
    """A phone-sized page at the link, past the birth date; `scripts` run in it before its own."""
    context = await browser.new_context(viewport={"width": 390, "height": 844}, permissions=["microphone", "camera"])
    page = await context.new_page()
    for script in (*scripts, _WATCH):
        await page.add_init_script(script)
    await page.goto(link)
    await page.wait_for_selector("#screen-identity:visible")
    await page.select_option("#birth-month", "3")
    await page.fill("#birth-day", "14")
    await page.click("#identity-continue")
    await page.wait_for_selector("#screen-prejoin:visible")
    return page


async def start_talking(page: Page) -> None:
    """Tap Start and wait until the persona's sound is there."""
    await page.click("#start")
    await page.wait_for_selector("#screen-call:visible")
    await connection(page, "connected")


async def connection(page: Page, state: str, timeout: float = 30.0) -> None:
    """Wait until the page says that its connection is so."""
    await page.wait_for_selector(f"body[data-connection={state}]", timeout=timeout * 1000)


async def transcript_says(page: Page, words: str, timeout: float = 30.0) -> None:
    """Wait until the persona's captions hold these words."""
    said = page.locator("#transcript li.persona", has_text=words)
    await said.first.wait_for(state="attached", timeout=timeout * 1000)


async def record_persona(page: Page) -> None:
    """Record what the page plays from now on."""
    await page.evaluate(_RECORD)


async def recorded(page: Page) -> Pcm:
    """What was recorded, as 16 kHz mono sound."""
    data = base64.b64decode(await page.evaluate("window.stopRecording()"))
    resampler = av.AudioResampler(format="s16", layout="mono", rate=16_000)
    with av.open(io.BytesIO(data), "r") as container:
        frames = [piece for frame in container.decode(audio=0) for piece in resampler.resample(frame)]
    return np.concatenate([frame.to_ndarray().reshape(-1).astype(np.int16) for frame in frames])


async def captions(page: Page) -> list[str]:
    """What the page captioned of the persona, one entry an utterance."""
    texts: list[str] = await page.eval_on_selector_all(
        "#transcript li.persona", "(items) => items.map((item) => item.textContent)"
    )
    return texts


async def open_nurse(browser: Browser, address: str, *scripts: str) -> Page:
    """The nurse's console, signed in; `scripts` run in it before its own."""
    context = await browser.new_context(viewport={"width": 1440, "height": 900})
    page = await context.new_page()
    for script in scripts:
        await page.add_init_script(script)
    await page.goto(f"{address}/staff/")
    await page.fill("input[name=email]", STAFF[0][0])
    await page.fill("input[name=password]", PASSWORD)
    await page.click("#sign-in button")
    await page.wait_for_selector("#queue")
    return page


def words(text: str) -> list[str]:
    """Lower-case words without punctuation; numbers as they are said digit by digit."""
    plain = re.sub(r"\b(\d)(\d)(\d)\b", r"\1 \2 \3", text.lower().replace("-", " ").replace("’", "'"))
    return [_SAID.get(word, word) for word in re.findall(r"[a-z0-9']+", plain)]


_SAID = {"nine": "9", "one": "1", "eight": "8", "ana": "anna", "ok": "okay"}


def word_error(said: str, heard: str) -> float:
    """Word error rate: edits needed to make `heard` of `said`, by words said."""
    reference, hypothesis = words(said), words(heard)
    previous = list(range(len(hypothesis) + 1))
    for row, wanted in enumerate(reference, 1):
        current = [row]
        for column, got in enumerate(hypothesis, 1):
            edits = (previous[column] + 1, current[-1] + 1, previous[column - 1] + (wanted != got))
            current.append(min(edits))
        previous = current
    return previous[-1] / max(1, len(reference))


async def give_birthday(page: Page, month: str = "3", day: str = "14") -> None:
    """Answer the page's one question; Maria's birthday unless told otherwise."""
    await page.select_option("#birth-month", month)
    await page.fill("#birth-day", day)
    await page.click("#identity-continue")


async def start_typing(page: Page) -> None:
    """Choose "Type instead" and wait until the check-in has begun."""
    await page.click("#type-instead")
    await page.wait_for_selector("#typing:visible")
    await connection(page, "connected")


async def write(page: Page, text: str) -> None:
    """Send words by the open drawer for typing."""
    await page.fill("#typed-text", text)
    await page.click("#typed-send")


async def is_asked(page: Page, question: str) -> None:
    """Wait until the newest line is the persona's and holds these words."""
    await page.locator("#transcript > li.persona:last-child", has_text=question).wait_for(state="attached")


async def question(page: Page, timeout: float = 60.0) -> str | None:
    """What the persona has just said and awaits an answer to, or None after its goodbye."""
    await _until(page, _FLOOR_IS_FREE, timeout)
    asking = await page.is_visible("#screen-call")
    return (await captions(page))[-1] if asking else None


async def is_answered(page: Page) -> None:
    """Wait until words of the patient stand under the question that was asked."""
    await _until(page, "document.getElementById('transcript').lastElementChild.textContent !== window.asked", 10.0)


async def clip_reaches(page: Page, second: float) -> None:
    """Wait until the file that the page's camera plays (`microphone.WAITING`) has come so far."""
    await _until(page, f"performance.now() - window.cameraSince >= {second * 1000}", 60.0)


async def _until(page: Page, condition: str, timeout: float) -> None:
    """Poll from here: the page's Content Security Policy forbids the library's own polling inside it."""
    async with asyncio.timeout(timeout):
        while not await page.evaluate(condition):
            await pause(0.1)


async def patient_lines(page: Page) -> list[str]:
    """What the page shows as said or typed by the patient."""
    texts: list[str] = await page.eval_on_selector_all(
        "#transcript li.patient", "(items) => items.map((item) => item.textContent)"
    )
    return texts
