/** Whether this page may make a sound. Browsers allow it after a tap; a reload in the middle of a check-in may need one more. */

const SAMPLES = 800;
const RATE = 8000;

/** A tenth of a second of silence as a WAV file (RIFF, PCM, 8 bit, mono). */
function silence(): Blob {
  const view = new DataView(new ArrayBuffer(44 + SAMPLES));
  const words = (at: number, text: string) => { for (const [index, char] of [...text].entries()) view.setUint8(at + index, char.charCodeAt(0)); };
  words(0, "RIFF"); view.setUint32(4, 36 + SAMPLES, true); words(8, "WAVEfmt ");
  view.setUint32(16, 16, true); view.setUint16(20, 1, true); view.setUint16(22, 1, true);
  view.setUint32(24, RATE, true); view.setUint32(28, RATE, true); view.setUint16(32, 1, true); view.setUint16(34, 8, true);
  words(36, "data"); view.setUint32(40, SAMPLES, true);
  for (let at = 44; at < view.byteLength; at += 1) view.setUint8(at, 128);
  return new Blob([view.buffer as ArrayBuffer], { type: "audio/wav" });
}

/** Plays silence on the persona's element. Inside a tap this unlocks it (iOS); outside it tells whether sound may play. */
export async function unlock(audio: HTMLAudioElement): Promise<boolean> {
  if (audio.srcObject !== null) return play(audio);
  const address = URL.createObjectURL(silence());
  audio.src = address;
  const allowed = await play(audio);
  audio.removeAttribute("src");
  URL.revokeObjectURL(address);
  return allowed;
}

/** False only if the browser wants a tap first. */
export async function play(audio: HTMLAudioElement): Promise<boolean> {
  try {
    await audio.play();
    return true;
  } catch (error) {
    return !(error instanceof DOMException && error.name === "NotAllowedError");
  }
}

/** Two soft notes, so that the patient can set the volume before anyone speaks. */
export function chime(): void {
  const context = new AudioContext();
  const notes: [frequency: number, at: number][] = [[523.25, 0], [659.25, 0.35]];
  for (const [frequency, at] of notes) {
    const note = context.createOscillator();
    const volume = context.createGain();
    const start = context.currentTime + at;
    note.frequency.value = frequency;
    volume.gain.setValueAtTime(0, start);
    volume.gain.linearRampToValueAtTime(0.25, start + 0.04);
    volume.gain.exponentialRampToValueAtTime(0.001, start + 0.7);
    note.connect(volume).connect(context.destination);
    note.start(start);
    note.stop(start + 0.75);
  }
  setTimeout(() => void context.close(), 1500);
}
