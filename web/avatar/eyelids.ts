/** Blinks: as often as people blink, log-normal gaps, short ones (long blinks make people cut their answers short, Hömke 2018). */
import { clamp, smooth } from "./curves";
import type { Random } from "./motion";

const BLINK_S = 0.208;

export class Eyelids {
  private blinks: { at: number; length: number }[] = [];
  private next = 1.2;
  private last = -9;

  constructor(private readonly random: Random) {}

  blink(t: number): void {
    this.last = t;
    this.blinks.push({ at: t, length: BLINK_S });
  }

  /** A large glance often carries a blink; a refractory gap keeps the rate human. */
  blinkWithGlance(t: number, perMinute: number): void {
    if (t - this.last <= 45 / perMinute || this.random() >= 0.6) return;
    this.blink(t);
    this.next = Math.max(this.next, t + 30 / perMinute);
  }

  /** How far the lids are closed at t, 0..1. */
  step(t: number, perMinute: number): number {
    if (t > this.next) this.blinkAndPlanNext(t, perMinute);
    this.blinks = this.blinks.filter((blink) => t < blink.at + blink.length + 0.05);
    return this.blinks.reduce((most, blink) => Math.max(most, closure((t - blink.at) / blink.length)), 0);
  }

  private blinkAndPlanNext(t: number, perMinute: number): void {
    this.blink(t);
    const mean = 60 / perMinute;
    const spread = (this.random() + this.random() + this.random() - 1.5) * 0.9;
    this.next = t + clamp(mean * Math.exp(spread), 0.9, mean * 2.6);
    if (this.random() < 0.07) this.blinks.push({ at: t + 0.32, length: 0.18 });
  }
}

/** Lids fall faster than they rise. */
function closure(u: number): number {
  if (u <= 0 || u >= 1) return 0;
  if (u < 0.36) return smooth(0, 0.36, u);
  return u < 0.48 ? 1 : 1 - smooth(0.48, 1, u);
}
