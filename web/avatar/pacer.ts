/**
 * How often and how sharply to draw, from what the last frames cost. Pure. The call's audio comes first: a slow device gets
 * fewer and coarser frames, never a queue of them.
 */

export type Quality = 1 | 0.75 | 0.5;

const FULL_MS = 1000 / 60;
const CALM_MS = 1000 / 30;
/** Where the processor draws every pixel, putting the page together costs more than the face: about 40 ms a frame (measured). */
const SOFTWARE_FULL_MS = 1000 / 12;
const SOFTWARE_CALM_MS = 1000 / 8;
const SLOWEST_MS = 100;
/** A frame dearer than this makes the device slow; dearer than the second, it is starving everything else. */
const DEAR_MS = 24;
const STARVING_MS = 40;
const HOPELESS_MS = 250;
/** Of the time, at most this share is spent drawing once frames are dear. */
const LARGEST_SHARE = 0.4;
const WINDOW = 5;
/** The first frames also compile shaders; they say nothing about the next. */
const FEWEST_SAMPLES = 3;
const FRAMES_BEFORE_STEPPING = 6;
const FRAMES_BEFORE_GIVING_UP = 20;
const CALM_FRAMES_BEFORE_RECOVERING = 600;
const RECOVERIES = 2;

export class FramePacer {
  quality: Quality = 1;
  /** Even the coarsest picture at the slowest pace is too much: show a still one. */
  isHopeless = false;
  private recent: number[] = [];
  private dear = 0;
  private hopeless = 0;
  private calm = 0;
  private recoveries = 0;

  constructor(private readonly isSoftware: boolean) {}

  /** ms from the start of one frame to the earliest start of the next. */
  interval(speaking: boolean): number {
    const wanted = this.isSoftware ? (speaking ? SOFTWARE_FULL_MS : SOFTWARE_CALM_MS) : speaking ? FULL_MS : CALM_MS;
    const cost = this.cost();
    if (cost > STARVING_MS) return SLOWEST_MS;
    return cost > DEAR_MS ? Math.max(wanted, Math.min(SLOWEST_MS, cost / LARGEST_SHARE)) : wanted;
  }

  /** ms from starting a frame until the page could draw again; true when `quality` changed. */
  observe(ms: number): boolean {
    this.recent = [...this.recent, ms].slice(-WINDOW);
    const cost = this.cost();
    this.hopeless = cost > HOPELESS_MS && this.quality === 0.5 ? this.hopeless + 1 : 0;
    if (this.hopeless > FRAMES_BEFORE_GIVING_UP) this.isHopeless = true;
    this.dear = cost > DEAR_MS ? this.dear + (cost > STARVING_MS ? 2 : 1) : 0;
    this.calm = cost > DEAR_MS * 0.8 ? 0 : this.calm + 1;
    return this.stepDown() || this.stepUp();
  }

  /** The median, so that one hiccup changes nothing. */
  private cost(): number {
    if (this.recent.length < FEWEST_SAMPLES) return 0;
    return [...this.recent].sort((a, b) => a - b)[this.recent.length >> 1]!;
  }

  private stepDown(): boolean {
    if (this.dear < FRAMES_BEFORE_STEPPING || this.quality === 0.5) return false;
    this.change(this.quality === 1 ? 0.75 : 0.5);
    return true;
  }

  /** A page that was only busy starting up gets its sharpness back, but not for ever. */
  private stepUp(): boolean {
    if (this.calm < CALM_FRAMES_BEFORE_RECOVERING || this.quality === 1 || this.recoveries >= RECOVERIES) return false;
    this.recoveries += 1;
    this.change(this.quality === 0.5 ? 0.75 : 1);
    return true;
  }

  private change(quality: Quality): void {
    this.quality = quality;
    // The frames remembered are of the old quality: let them pass before judging the new one.
    this.dear = -FRAMES_BEFORE_STEPPING;
    this.calm = 0;
  }
}
