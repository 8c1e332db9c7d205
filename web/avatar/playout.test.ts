import { beforeEach, describe, expect, it, vi } from "vitest";
import { PlayoutClock, rtpDistance } from "./playout";

/** A receiver whose newest packet we set; performance.now() stands at `now`. */
let now = 10_000;
let source = { rtpTimestamp: 0, timestamp: 0 };
const receiver = { getSynchronizationSources: () => [source] };

beforeEach(() => {
  now = 10_000;
  vi.spyOn(performance, "now").mockImplementation(() => now);
});

describe("PlayoutClock", () => {
  it("maps a sample to the time it plays", () => {
    source = { rtpTimestamp: 1_000_000, timestamp: 9_990 };
    const clock = new PlayoutClock(receiver, 952_000, 48_000);
    expect(clock.timeOf(48_000)).toBeCloseTo(9_990, 6);
    expect(clock.timeOf(96_000)).toBeCloseTo(10_990, 6);
    expect(clock.timeOf(0)).toBeCloseTo(8_990, 6);
  });

  it("crosses the 32-bit wrap of RTP time", () => {
    source = { rtpTimestamp: 480, timestamp: 10_000 };
    const clock = new PlayoutClock(receiver, 2 ** 32 - 480, 48_000);
    expect(clock.timeOf(960)).toBeCloseTo(10_000, 6);
    expect(clock.timeOf(960 + 4_800)).toBeCloseTo(10_100, 6);
    expect(clock.timeOf(0)).toBeCloseTo(9_980, 6);
  });

  it("reads timestamps counted from the epoch as well", () => {
    source = { rtpTimestamp: 0, timestamp: performance.timeOrigin + 9_950 };
    expect(new PlayoutClock(receiver, 0, 48_000).timeOf(0)).toBeCloseTo(9_950, 1);
  });

  it("knows nothing from a source that was stale when first seen", () => {
    source = { rtpTimestamp: 0, timestamp: now - 201 };
    expect(new PlayoutClock(receiver, 0, 48_000).timeOf(0)).toBeNull();
  });

  it("keeps the last fresh source for a moment, then admits it knows nothing", () => {
    source = { rtpTimestamp: 0, timestamp: now };
    const clock = new PlayoutClock(receiver, 0, 48_000);
    clock.timeOf(0);
    now += 1_500;
    expect(clock.timeOf(48_000)).toBeCloseTo(11_000, 6);
    now += 1_000;
    expect(clock.timeOf(48_000)).toBeNull();
  });

  it("follows playout when the jitter buffer grows", () => {
    source = { rtpTimestamp: 0, timestamp: now };
    const clock = new PlayoutClock(receiver, 0, 48_000);
    clock.timeOf(0);
    now += 1_000;
    source = { rtpTimestamp: 45_120, timestamp: now };
    expect(clock.timeOf(48_000)).toBeCloseTo(11_060, 6);
  });

  it("adds the delay to the ear", () => {
    source = { rtpTimestamp: 0, timestamp: now };
    expect(new PlayoutClock(receiver, 0, 48_000, () => 120).timeOf(0)).toBeCloseTo(10_120, 6);
  });

  it("knows nothing once closed", () => {
    source = { rtpTimestamp: 0, timestamp: now };
    const clock = new PlayoutClock(receiver, 0, 48_000);
    clock.close();
    expect(clock.timeOf(0)).toBeNull();
  });
});

describe("rtpDistance", () => {
  it.each([[0, 100, 100], [100, 0, -100], [2 ** 32 - 1, 0, 1], [0, 2 ** 32 - 1, -1], [0, 2 ** 32 + 7, 7]])(
    "goes the short way from %i to %i",
    (from, to, distance) => expect(rtpDistance(from, to)).toBe(distance),
  );
});
