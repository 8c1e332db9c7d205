"""A page's microphone that waits: each piece of sound is played into it when a test says so, as a person who is asked would.

A recording that plays by itself (`chromium(recording=...)`) is right for one sentence at a known second. Over five minutes
one question asked twice would leave every later answer where another question stands.
"""

import base64

from playwright.async_api import Page

from tests.fakes.speakers import RATE, Pcm

WAITING = f"""
  const context = new AudioContext({{ sampleRate: {RATE} }});
  const line = context.createMediaStreamDestination();
  const quiet = context.createConstantSource(); // a microphone sends silence, too
  quiet.offset.value = 0;
  quiet.connect(line);
  quiet.start();
  const camera = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
  const settings = MediaStreamTrack.prototype.getSettings; // as of a microphone that leaves the loudness alone
  const listening = () => {{
    const track = line.stream.getAudioTracks()[0].clone();
    track.getSettings = () => ({{ ...settings.call(track), autoGainControl: false }});
    return track;
  }};
  navigator.mediaDevices.getUserMedia = async (wanted) => {{
    if (wanted.video) {{
      const stream = await camera({{ video: wanted.video }});
      window.cameraSince = performance.now();
      return stream;
    }}
    await context.resume();
    return new MediaStream([listening()]);
  }};
  window.speak = (encoded) => new Promise((done) => {{
    const samples = new Int16Array(Uint8Array.from(atob(encoded), (letter) => letter.charCodeAt(0)).buffer);
    const buffer = context.createBuffer(1, samples.length, {RATE});
    buffer.copyToChannel(Float32Array.from(samples, (sample) => sample / 32768), 0);
    const source = new AudioBufferSourceNode(context, {{ buffer }});
    source.connect(line);
    source.onended = () => done();
    source.start();
  }});
"""


async def speak(page: Page, sound: Pcm) -> None:
    """Say 48 kHz mono sound into the page's microphone; returns after its last sample."""
    await page.evaluate("(sound) => window.speak(sound)", base64.b64encode(sound.tobytes()).decode())
