import { describe, expect, it } from "vitest";
import { FramePacer } from "./pacer";

const observe = (pacer: FramePacer, ms: number, frames: number): void => {
  for (let i = 0; i < frames; i++) pacer.observe(ms);
};

describe("FramePacer", () => {
  it("draws 60 frames a second speaking and 30 otherwise", () => {
    const pacer = new FramePacer(false);
    observe(pacer, 16.7, 30);
    expect(1000 / pacer.interval(true)).toBeCloseTo(60);
    expect(1000 / pacer.interval(false)).toBeCloseTo(30);
    expect(pacer.quality).toBe(1);
  });

  it("falls to 10 frames a second within five frames that take more than 40 ms", () => {
    const pacer = new FramePacer(false);
    observe(pacer, 45, 5);
    expect(pacer.interval(true)).toBe(100);
  });

  it("draws coarser, then coarser still, and no further", () => {
    const pacer = new FramePacer(false);
    observe(pacer, 45, 5);
    expect(pacer.quality).toBe(0.75);
    observe(pacer, 45, 6);
    expect(pacer.quality).toBe(0.5);
    observe(pacer, 45, 10);
    expect(pacer.quality).toBe(0.5);
  });

  it("does not mind one hiccup", () => {
    const pacer = new FramePacer(false);
    observe(pacer, 16.7, 10);
    observe(pacer, 400, 1);
    observe(pacer, 16.7, 10);
    expect(pacer.quality).toBe(1);
    expect(pacer.interval(true)).toBeLessThan(17);
  });

  it("gets its sharpness back after a long calm", () => {
    const pacer = new FramePacer(false);
    observe(pacer, 30, 8);
    expect(pacer.quality).toBe(0.75);
    observe(pacer, 16.7, 700);
    expect(pacer.quality).toBe(1);
  });

  it("never spends more than its share where the processor draws every pixel", () => {
    const pacer = new FramePacer(true);
    observe(pacer, 35, 5);
    expect(pacer.interval(true)).toBeGreaterThanOrEqual(35 / 0.4);
  });

  it("gives up when even the coarsest picture is too much", () => {
    const pacer = new FramePacer(true);
    observe(pacer, 400, 40);
    expect(pacer.isHopeless).toBe(true);
  });
});
