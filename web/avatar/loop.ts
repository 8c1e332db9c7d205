/** Asks for frames: none while the page is hidden, none while the last one is still being drawn, never a queue. */

export interface Scene {
  /** ms between frames, as wanted now. */
  interval(): number;
  isBusy(): boolean;
  draw(now: number): void;
  /** ms from the start of a frame until the page could draw again. */
  observe(ms: number): void;
}

/** A frame may come this much early, so that a 60 Hz screen is not read as 30. */
const EARLY_MS = 3;
/** Waits longer than this are slept through on a timer instead of counting screen refreshes. */
const NAP_MS = 24;

export class FrameLoop {
  private running = false;
  private request = 0;
  private nap: ReturnType<typeof setTimeout> | undefined;
  private drawnAt = Number.NEGATIVE_INFINITY;
  private unmeasuredSince: number | null = null;

  constructor(private readonly scene: Scene) {}

  start(): void {
    if (this.running) return;
    this.running = true;
    this.unmeasuredSince = null;
    this.askForFrame();
  }

  stop(): void {
    this.running = false;
    cancelAnimationFrame(this.request);
    clearTimeout(this.nap);
  }

  private readonly tick = (now: number): void => {
    if (!this.running) return;
    const busy = this.scene.isBusy();
    if (!busy) this.measure();
    const due = this.drawnAt + this.scene.interval();
    if (!busy && now >= due - EARLY_MS) this.draw(now);
    else if (!busy && due - now > NAP_MS) this.sleep(due - now - EARLY_MS * 2);
    else this.askForFrame();
  };

  private readonly askForFrame = (): void => {
    this.request = requestAnimationFrame(this.tick);
  };

  private draw(now: number): void {
    this.drawnAt = now;
    this.unmeasuredSince = performance.now();
    this.scene.draw(now);
    this.askForFrame();
  }

  private measure(): void {
    if (this.unmeasuredSince === null) return;
    const cost = performance.now() - this.unmeasuredSince;
    this.unmeasuredSince = null;
    this.scene.observe(cost);
  }

  private sleep(ms: number): void {
    this.nap = setTimeout(this.askForFrame, ms);
  }
}
