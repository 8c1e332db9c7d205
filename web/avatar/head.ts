/** The head: follows the eyes a little, drifts, nods, dips on stressed syllables. Angles in radians. */
import { drift, Spring, type Random } from "./motion";

export type Nod = "single" | "double" | "acknowledge";

const NODS: Record<Nod, { angle: number; times: number; period: number }> = {
  single: { angle: 0.085, times: 1, period: 0.55 },
  double: { angle: 0.075, times: 2, period: 0.46 },
  acknowledge: { angle: 0.05, times: 1, period: 0.42 },
};

export interface HeadInput {
  gazeX: number;
  gazeY: number;
  tilt: number;
  lean: number;
  energy: number;
  restlessness: number;
}

export class Head {
  private readonly yaw = new Spring(0, 6.5, 0.9);
  private readonly pitch = new Spring(0, 7, 0.9);
  private readonly roll = new Spring(0, 5, 0.95);
  private nods: { at: number; angle: number; times: number; period: number }[] = [];
  private dips: { at: number; amount: number }[] = [];
  private nextDip = 0;

  constructor(
    private readonly random: Random,
    private readonly seed: number,
  ) {}

  nod(t: number, kind: Nod): void {
    this.nods.push({ at: t, ...NODS[kind] });
  }

  /** On a stressed syllable the head dips; true when a brow flash should go with it. */
  stress(t: number, energy: number): boolean {
    if (energy <= 0.75 || t <= this.nextDip) return false;
    this.nextDip = t + 0.55 + 0.9 * this.random();
    this.dips.push({ at: t, amount: 0.5 + 0.5 * this.random() });
    return this.random() < 0.5;
  }

  step(t: number, dt: number, input: HeadInput): { yaw: number; pitch: number; roll: number } {
    const { restlessness } = input;
    const liveliness = 0.5 + 0.5 * input.energy;
    const yaw =
      input.gazeX * 0.24 + drift(t * 0.33 + this.seed) * 0.05 * restlessness + drift(t * 0.9 + 5) * 0.018 * restlessness * liveliness;
    const pitch = input.gazeY * 0.14 + drift(t * 0.37 + 40) * 0.03 * restlessness + this.dip(t) * 0.055 + input.lean * 0.025;
    const roll = input.tilt + drift(t * 0.27 + 80) * 0.028 * restlessness;
    return {
      yaw: this.yaw.step(yaw, dt),
      pitch: this.pitch.step(pitch, dt) + this.nodding(t),
      roll: this.roll.step(roll, dt),
    };
  }

  private dip(t: number): number {
    this.dips = this.dips.filter((dip) => t < dip.at + 0.6);
    return this.dips.reduce((sum, dip) => {
      const u = (t - dip.at) / 0.5;
      return u > 0 && u < 1 ? sum + dip.amount * Math.sin(u * 3.1416) * (1 - u) : sum;
    }, 0);
  }

  private nodding(t: number): number {
    this.nods = this.nods.filter((nod) => t < nod.at + nod.times * nod.period + 0.1);
    return this.nods.reduce((sum, nod) => {
      const u = (t - nod.at) / nod.period;
      if (u <= 0 || u >= nod.times) return sum;
      const wave = Math.sin((u % 1) * 3.1416);
      return sum + nod.angle * wave * wave * (1 - 0.35 * Math.floor(u));
    }, 0);
  }
}
