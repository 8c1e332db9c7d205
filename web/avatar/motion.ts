/** What makes the face move like a body: springs, slow drift and a seeded source of chance. Pure; time is always passed in. */
import { ease, lerp } from "./curves";

export type Random = () => number;

/** Mulberry32: small, seeded, good enough for blinks. Returns numbers in [0, 1). */
export function seededRandom(seed: number): Random {
  let state = seed >>> 0 || 1;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

const hash = (n: number): number => {
  const s = Math.sin(n * 127.1) * 43758.5453;
  return s - Math.floor(s);
};

/** Value noise in -1..1 with a period of about one unit of x. */
export function noise(x: number): number {
  const cell = Math.floor(x);
  return lerp(hash(cell), hash(cell + 1), ease(x - cell)) * 2 - 1;
}

/** Three octaves of noise: the slow wandering of a head that is never quite still. */
export const drift = (x: number): number => noise(x) * 0.62 + noise(x * 2.13 + 11.7) * 0.28 + noise(x * 4.31 + 3.1) * 0.1;

const LONGEST_SPRING_STEP_S = 0.008;

/** A damped spring. `stiffness` is its angular frequency (rad/s), damping 1 is critical. */
export class Spring {
  velocity = 0;

  constructor(
    public value: number,
    private readonly stiffness: number,
    private readonly damping = 1,
  ) {}

  /** Moves for dt seconds toward the target; short inner steps keep it stable at low frame rates. */
  step(target: number, dt: number, stiffness = this.stiffness): number {
    const steps = Math.max(1, Math.ceil(dt / LONGEST_SPRING_STEP_S));
    const h = dt / steps;
    for (let i = 0; i < steps; i++) {
      const force = stiffness * stiffness * (target - this.value) - 2 * this.damping * stiffness * this.velocity;
      this.velocity += force * h;
      this.value += this.velocity * h;
    }
    return this.value;
  }
}
