/** The bars that show a patient, before the call, that their voice arrives. Nothing is recorded or sent. */

/** Loudness of quiet speech at arm's length, as root mean square of samples in -1..1. */
const SPEECH_LEVEL = 0.02;
/** Loudness that fills every bar. */
const FULL_LEVEL = 0.2;
/** So many loud frames (about a fifth of a second) are a voice and not a click. */
const LOUD_FRAMES = 12;

/** Root mean square of samples in -1..1. Pure. */
export function loudness(samples: Float32Array): number {
  let sum = 0;
  for (const sample of samples) sum += sample * sample;
  return samples.length === 0 ? 0 : Math.sqrt(sum / samples.length);
}

/** How many of `bars` light up at this loudness; the scale follows the ear, not the voltage. Pure. */
export function lit(level: number, bars: number): number {
  if (level < SPEECH_LEVEL / 4) return 0;
  const share = Math.log(level / (SPEECH_LEVEL / 4)) / Math.log(FULL_LEVEL / (SPEECH_LEVEL / 4));
  return Math.min(bars, Math.max(1, Math.round(share * bars)));
}

export class Meter {
  readonly #context = new AudioContext();
  readonly #analyser = this.#context.createAnalyser();
  #frame = 0;

  /** Moves the children of `host` with the voice on `track`; calls `heard` once, when there was a voice. */
  constructor(track: MediaStreamTrack, host: HTMLElement, heard: () => void) {
    this.#analyser.fftSize = 1024;
    this.#context.createMediaStreamSource(new MediaStream([track])).connect(this.#analyser);
    void this.#context.resume();
    const samples = new Float32Array(this.#analyser.fftSize);
    const bars = [...host.children];
    let loud = 0;
    const draw = () => {
      this.#frame = requestAnimationFrame(draw);
      this.#analyser.getFloatTimeDomainData(samples);
      const level = loudness(samples);
      const count = lit(level, bars.length);
      bars.forEach((bar, index) => bar.classList.toggle("on", index < count));
      if (level >= SPEECH_LEVEL && ++loud === LOUD_FRAMES) heard();
    };
    draw();
  }

  close(): void {
    cancelAnimationFrame(this.#frame);
    void this.#context.close();
  }
}
