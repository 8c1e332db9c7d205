import { beforeEach, describe, expect, it } from "vitest";
import type { MouthEvent } from "./mouth";
import { Speech, type WireViseme } from "./speech";

const ORIGIN = 1_000;
const HELLO: WireViseme[] = [[0, "kk", 0.7], [100, "E", 0.9], [300, "sil", 1]];

/** Remembers what was scheduled, in seconds since ORIGIN. */
class Timeline {
  scheduled = new Map<number, readonly MouthEvent[]>();
  cuts: number[] = [];

  schedule(utterance: number, events: readonly MouthEvent[]): void {
    this.scheduled.set(utterance, events);
  }

  cut(t: number): void {
    this.cuts.push(t);
  }

  times(utterance: number): number[] {
    return (this.scheduled.get(utterance) ?? []).map(({ at }) => Number(at.toFixed(3)));
  }
}

let timeline: Timeline;
let speech: Speech;

beforeEach(() => {
  timeline = new Timeline();
  speech = new Speech(timeline, ORIGIN);
});

/** Sample 0 plays at `start` ms. */
const clockFrom = (start: number) => ({ timeOf: (sample: number) => start + sample / 48 });

describe("Speech", () => {
  it("speaks when the audio is heard", () => {
    speech.setClock(clockFrom(5_000));
    speech.say(1, 48_000, HELLO, 4_000);
    expect(timeline.times(1)).toEqual([5, 5.1, 5.3]);
  });

  it("speaks 200 ms after arrival without a clock, and moves when the clock is known", () => {
    speech.say(1, 48_000, HELLO, 4_000);
    expect(timeline.times(1)).toEqual([3.2, 3.3, 3.5]);
    speech.setClock(clockFrom(3_500));
    speech.align(4_050);
    expect(timeline.times(1)).toEqual([3.5, 3.6, 3.8]);
  });

  it("follows the jitter buffer but not its noise", () => {
    speech.setClock(clockFrom(5_000));
    speech.say(1, 0, HELLO, 4_900);
    speech.setClock(clockFrom(5_008));
    speech.align(5_000);
    expect(timeline.times(1)[0]).toBe(4);
    speech.setClock(clockFrom(5_060));
    speech.align(5_100);
    expect(timeline.times(1)[0]).toBe(4.06);
  });

  it("puts the pieces of an utterance together", () => {
    speech.say(1, null, HELLO, 4_000);
    speech.say(1, null, [[400, "O", 1]], 4_100);
    expect(timeline.times(1)).toEqual([3.2, 3.3, 3.5, 3.6]);
  });

  it("drops what arrives late for an utterance that was cut, and says the next", () => {
    speech.setClock(clockFrom(5_000));
    speech.say(3, 0, HELLO, 4_900);
    speech.cut(3, 4_800, 5_050);
    speech.say(3, 0, [[400, "O", 1]], 5_060);
    speech.say(4, 96_000, HELLO, 5_100);
    expect(timeline.cuts).toEqual([4.1]);
    expect(timeline.scheduled.get(3)).toHaveLength(3);
    expect(timeline.times(4)[0]).toBe(6);
  });

  it("cuts now when the sample's time is unknown", () => {
    speech.cut(1, 4_800, 5_050);
    expect(timeline.cuts).toEqual([4.05]);
  });

  it("ignores mouth shapes it does not know", () => {
    speech.say(1, null, [[0, "zz", 1], [50, "aa", 1]], 4_000);
    expect(timeline.times(1)).toEqual([3.25]);
  });
});
