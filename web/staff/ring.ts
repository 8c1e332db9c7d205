/** The two-note ring. A browser allows sound only after a first click or key, so the console says when it is still silent. */

const NOTES_HZ = [784, 587];
const AGAIN_MS = 6000;

export class Ring {
  private context: AudioContext | null = null;
  private wanted = true;
  private timer = 0;

  constructor(private readonly changed: () => void) {
    const unlock = (): void => this.unlock();
    document.addEventListener("pointerdown", unlock, { once: true });
    document.addEventListener("keydown", unlock, { once: true });
  }

  get on(): boolean {
    return this.wanted && this.context?.state === "running";
  }

  toggle(): void {
    this.wanted = !this.on;
    this.unlock();
    if (this.wanted) this.once();
    this.changed();
  }

  /** Rings now and again until `stop`: an emergency nobody has answered. */
  keepRinging(): void {
    if (this.timer) return;
    this.once();
    this.timer = window.setInterval(() => this.once(), AGAIN_MS);
  }

  stop(): void {
    window.clearInterval(this.timer);
    this.timer = 0;
  }

  once(): void {
    const context = this.context;
    if (!context || !this.on) return;
    NOTES_HZ.forEach((hz, index) => play(context, hz, context.currentTime + index * 0.24));
  }

  private unlock(): void {
    this.context ??= new AudioContext();
    void this.context.resume().then(() => {
      if (this.timer) this.once();
      this.changed();
    });
  }
}

function play(context: AudioContext, hz: number, at: number): void {
  const tone = context.createOscillator();
  const loudness = context.createGain();
  tone.type = "triangle";
  tone.frequency.value = hz;
  loudness.gain.setValueAtTime(0, at);
  loudness.gain.linearRampToValueAtTime(0.35, at + 0.015);
  loudness.gain.exponentialRampToValueAtTime(0.001, at + 0.7);
  tone.connect(loudness).connect(context.destination);
  tone.start(at);
  tone.stop(at + 0.75);
}
