/** What the persona is about to say, in the audio's time; kept until played so that the mouth can follow when playout moves. */
import type { MouthEvent } from "./mouth";
import { isViseme } from "./visemes";

/** One mouth shape of an utterance: milliseconds from its start, viseme id (Oculus 15), stress 0..1. */
export type WireViseme = [number, string, number];

/** The part of PlayoutClock this needs. */
interface SampleClock {
  timeOf(sample: number): number | null;
}

/** Where the mouth shapes go. Times in seconds. */
interface MouthTimeline {
  schedule(utterance: number, events: readonly MouthEvent[]): void;
  cut(t: number): void;
}

/** The shapes of one message; a voice that makes an utterance in pieces sends several, each with its own start. */
interface Piece {
  startSample: number | null;
  arrivedAt: number;
  /** performance.now() ms the piece starts at, as last scheduled; null = not yet. */
  startsAt: number | null;
  events: readonly WireViseme[];
}

/** Without a clock: server lead plus a usual jitter buffer, so the mouth is near the sound. */
const ARRIVAL_LEAD_MS = 200;
/** Playout that moved less than this is not worth moving lips for. */
const REALIGN_MS = 12;
const REALIGN_EVERY_MS = 100;
const REMEMBER_MS = 1500;

export class Speech {
  private readonly utterances = new Map<number, Piece[]>();
  private clock: SampleClock | null = null;
  private lastCut = -1;
  private nextAlignment = 0;

  /** origin = performance.now() ms that the mouth's timeline counts its seconds from. */
  constructor(
    private readonly mouth: MouthTimeline,
    private readonly origin: number,
  ) {}

  setClock(clock: SampleClock | null): void {
    this.clock = clock;
    this.nextAlignment = 0;
  }

  /** Adds shapes to an utterance. What arrives late for one that was cut is dropped; so are unknown viseme ids. */
  say(id: number, startSample: number | null, events: readonly WireViseme[], now: number): void {
    if (id <= this.lastCut) return;
    const pieces = this.utterances.get(id) ?? [];
    const arrivedAt = pieces[0]?.arrivedAt ?? now;
    pieces.push({ startSample: startSample ?? pieces[0]?.startSample ?? null, arrivedAt, startsAt: null, events });
    this.utterances.set(id, pieces);
    this.place(id, pieces);
  }

  /** Everything up to this utterance is over at sample t (null = now). */
  cut(id: number, t: number | null, now: number): void {
    this.lastCut = Math.max(this.lastCut, id);
    for (const said of [...this.utterances.keys()]) if (said <= id) this.utterances.delete(said);
    const at = t === null ? null : (this.clock?.timeOf(t) ?? null);
    this.mouth.cut(((at ?? now) - this.origin) / 1000);
    for (const [later, pieces] of this.utterances) this.place(later, pieces);
  }

  /** Follows the playout clock and forgets what has been played. Does its work ten times a second at most. */
  align(now: number): void {
    if (now < this.nextAlignment) return;
    this.nextAlignment = now + REALIGN_EVERY_MS;
    for (const [id, pieces] of this.utterances) {
      if (now > lastShapeAt(pieces) + REMEMBER_MS) this.utterances.delete(id);
      else if (pieces.some((piece) => Math.abs(this.startOf(piece) - (piece.startsAt ?? 0)) > REALIGN_MS)) this.place(id, pieces);
    }
  }

  private startOf(piece: Piece): number {
    const played = piece.startSample === null ? null : this.clock?.timeOf(piece.startSample);
    return played ?? piece.startsAt ?? piece.arrivedAt + ARRIVAL_LEAD_MS;
  }

  private place(id: number, pieces: readonly Piece[]): void {
    for (const piece of pieces) piece.startsAt = this.startOf(piece);
    this.mouth.schedule(id, pieces.flatMap((piece) => mouthEvents(piece, this.origin)));
  }
}

function mouthEvents({ startsAt, events }: Piece, origin: number): MouthEvent[] {
  return events.flatMap(([ms, viseme, weight]) =>
    isViseme(viseme) ? [{ at: ((startsAt ?? 0) + ms - origin) / 1000, viseme, weight }] : [],
  );
}

const lastShapeAt = (pieces: readonly Piece[]): number =>
  Math.max(...pieces.map((piece) => (piece.startsAt ?? 0) + (piece.events.at(-1)?.[0] ?? 0)));
