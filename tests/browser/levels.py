"""What a page plays and shows of others: how strong a pitch is in its sound, and whether pictures move."""

import asyncio

from playwright.async_api import Page

from tests.fakes.timing import pause

_LISTEN = """(id) => {
  const context = new AudioContext();
  const analyser = context.createAnalyser();
  analyser.fftSize = 8192;
  analyser.smoothingTimeConstant = 0;
  let source = null, stream = null;
  window.strength = (pitch) => {
    const now = document.getElementById(id).srcObject;
    if (now !== stream) {
      source?.disconnect();
      source = now === null ? null : context.createMediaStreamSource(now);
      source?.connect(analyser);
      stream = now;
    }
    const decibels = new Float32Array(analyser.frequencyBinCount);
    analyser.getFloatFrequencyData(decibels);
    const at = Math.round(pitch * analyser.fftSize / context.sampleRate);
    return Math.max(...decibels.slice(at - 2, at + 3));
  };
  return context.resume();
}"""
HEARD, NOT_HEARD = -45.0, -65.0
"""Decibels of full scale; a humming microphone arrives at about -28."""


def humming(pitch: float) -> str:
    """A page's microphone that hums; Chromium's own fake one goes through noise suppression, which takes a steady tone out."""
    return f"""
      const ask = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
      navigator.mediaDevices.getUserMedia = async (wanted) => {{
        if (!wanted.audio) return ask(wanted);
        const context = new AudioContext();
        const hum = new OscillatorNode(context, {{ frequency: {pitch} }});
        const line = context.createMediaStreamDestination();
        hum.connect(new GainNode(context, {{ gain: 0.2 }})).connect(line);
        hum.start();
        await context.resume();
        return line.stream;
      }};
    """


async def listen(page: Page, audio: str) -> None:
    """Measure what this audio element is given, from now on."""
    await page.evaluate(_LISTEN, audio)


async def strength(page: Page, pitch: float) -> float:
    """Decibels of full scale of one pitch, right now."""
    return float(await page.evaluate("(pitch) => window.strength(pitch)", pitch))


async def hears(page: Page, pitch: float, timeout: float = 20.0) -> None:
    """Wait until the page plays this pitch."""
    async with asyncio.timeout(timeout):
        while await strength(page, pitch) < HEARD:
            await pause(0.1)


async def hears_no_more(page: Page, pitch: float, timeout: float = 20.0) -> None:
    """Wait until ten looks in a row find nothing of it."""
    quiet = 0
    async with asyncio.timeout(timeout):
        while quiet < 10:
            quiet = quiet + 1 if await strength(page, pitch) < NOT_HEARD else 0
            await pause(0.1)
