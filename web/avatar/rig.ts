/** The rig: (seed, state, scheduled speech, time) in, one face pose out. Pure and renderer-agnostic, so a test can watch the face without a browser. */
import { clamp, smooth } from "./curves";
import { Eyelids } from "./eyelids";
import { Gaze } from "./gaze";
import { Head, type Nod } from "./head";
import { drift, noise, seededRandom, Spring, type Random } from "./motion";
import { Mouth, type MouthEvent } from "./mouth";
import { EXPRESSION_CHANNELS, STATES, type Expression, type ExpressionChannel, type PersonaState, type StateLook } from "./states";
import { VISEME_POSES, type MouthPose } from "./visemes";

/** Everything a renderer needs for one frame. Shares are about 0..1, angles radians, shift and gap design units, time seconds. */
export interface FacePose extends MouthPose, Omit<Expression, "tilt"> {
  /** Height of the mouth's opening. */
  gap: number;
  cheek: number;
  /** How far each lid is raised; L and R as seen on the picture. */
  lidL: number;
  lidR: number;
  blink: number;
  gazeX: number;
  gazeY: number;
  pupil: number;
  yaw: number;
  pitch: number;
  roll: number;
  shift: number;
  breath: number;
  /** Stress of the sound of the moment. */
  energy: number;
  time: number;
}

/** A micro-expression: a raised-cosine pulse on some channels. */
interface Pulse {
  at: number;
  length: number;
  amount: Partial<Record<"smile" | "browIn" | "browOut" | "open", number>>;
}

const EXPRESSION_STIFFNESS = 5.5;
const BREATHS_PER_MINUTE = 14;
/** A longer pause (hidden page, slow device) is not caught up with. */
const LONGEST_STEP_S = 0.25;

/** Lips win over the jaw, so that bilabials always seal. */
export const mouthGap = (pose: Pick<MouthPose, "jaw" | "low" | "up" | "press">): number =>
  (pose.jaw * 30 + pose.low * 6 + pose.up * 4.5) * (1 - smooth(0.2, 0.6, pose.press));

export class FaceRig {
  private readonly random: Random;
  private readonly mouth = new Mouth();
  private readonly lids: Eyelids;
  private readonly gaze: Gaze;
  private readonly head: Head;
  private readonly energy = new Spring(0, 14);
  private readonly expression = Object.fromEntries(
    EXPRESSION_CHANNELS.map((channel) => [channel, new Spring(STATES.idle.expression[channel], EXPRESSION_STIFFNESS)]),
  ) as Record<ExpressionChannel, Spring>;
  private pulses: Pulse[] = [];
  private current: PersonaState = "idle";
  private last = 0;

  constructor(seed = 7) {
    this.random = seededRandom(seed);
    this.lids = new Eyelids(this.random);
    this.gaze = new Gaze(this.random, this.lids);
    this.head = new Head(this.random, seed);
  }

  get state(): PersonaState {
    return this.current;
  }

  /** Replaces what is scheduled for this utterance; times in seconds on the clock given to `sample`. */
  schedule(utterance: number, events: readonly MouthEvent[]): void {
    this.mouth.schedule(utterance, events);
  }

  cut(t: number): void {
    this.mouth.cut(t);
  }

  isSpeaking(t: number): boolean {
    return this.mouth.isBusy(t, 0.3);
  }

  setState(state: PersonaState, t: number): void {
    if (state === this.current) return;
    const previous = this.current;
    this.current = state;
    this.gaze.enter(state, previous, this.look.behavior, t);
    if (state === "concerned") this.pulse(t, { browIn: 0.35, open: 0.06 }, 0.32);
    if (state === "warm") this.pulse(t, { browOut: 0.25, open: 0.05 }, 0.26);
  }

  /** "Go on, I am listening": a nod, sometimes a blink. Never a sound: it would echo into the recognizer. */
  backchannel(t: number): void {
    const kind: Nod = this.random() < 0.55 ? "single" : this.random() < 0.6 ? "double" : "acknowledge";
    this.head.nod(t, kind);
    if (this.random() < 0.45) this.lids.blink(t + 0.05);
    if (this.current === "listening") this.pulse(t, { smile: 0.1, browOut: 0.1 }, 0.7);
  }

  /** The face at t (seconds, never going back). */
  sample(t: number): FacePose {
    const dt = clamp(t - this.last, 0, LONGEST_STEP_S);
    this.last = t;
    this.mouth.forgetBefore(t - 2);
    const { behavior } = this.look;
    const { pose: mouth, stress } = this.mouth.step(t, dt);
    const energy = this.energy.step(stress, dt);
    const expression = this.settle(dt);
    mouth.press = clamp(mouth.press + expression.press * (1 - energy));
    const gap = mouthGap(mouth);
    this.addPulses(t, expression);
    if (this.head.stress(t, energy)) this.pulse(t, { browOut: 0.22, browIn: 0.1 }, 0.38);
    const blink = this.lids.step(t, behavior.blinksPerMinute);
    this.gaze.step(t, behavior);
    const lid = clamp((expression.open + this.gaze.y * -0.22 - 0.02 * noise(t * 1.3)) * (1 - blink), 0, 1.2);
    const turn = this.head.step(t, dt, {
      gazeX: this.gaze.targetX,
      gazeY: this.gaze.targetY,
      tilt: expression.tilt,
      lean: expression.lean,
      energy,
      restlessness: behavior.restlessness,
    });
    return {
      ...expression,
      ...mouth,
      ...turn,
      gap,
      cheek: clamp(expression.smile * 0.9 + expression.squint * 0.5),
      lidL: lid * (1 + 0.015 * noise(t * 0.7 + 3)),
      lidR: lid,
      blink,
      gazeX: this.gaze.x,
      gazeY: this.gaze.y,
      pupil: 0.5 + 0.06 * noise(t * 0.4),
      shift: drift(t * 0.19 + 9) * 2.2 * behavior.restlessness,
      breath: breathing(t),
      energy,
      time: t,
    };
  }

  private get look(): StateLook {
    return STATES[this.current];
  }

  private settle(dt: number): Expression {
    const target = this.look.expression;
    return Object.fromEntries(
      EXPRESSION_CHANNELS.map((channel) => [channel, this.expression[channel].step(target[channel], dt)]),
    ) as unknown as Expression;
  }

  private pulse(at: number, amount: Pulse["amount"], length: number): void {
    this.pulses.push({ at, amount, length });
  }

  private addPulses(t: number, expression: Expression): void {
    this.pulses = this.pulses.filter((pulse) => t < pulse.at + pulse.length + 0.05);
    for (const pulse of this.pulses) {
      const u = (t - pulse.at) / pulse.length;
      if (u <= 0 || u >= 1) continue;
      const swell = 0.5 - 0.5 * Math.cos(u * 6.2832);
      for (const channel of ["smile", "browIn", "browOut", "open"] as const) {
        expression[channel] += (pulse.amount[channel] ?? 0) * swell;
      }
    }
  }
}

/** In faster than out, 0..1. */
function breathing(t: number): number {
  const phase = ((t * BREATHS_PER_MINUTE) / 60) % 1;
  return phase < 0.42 ? smooth(0, 0.42, phase) : 1 - smooth(0.42, 1, phase);
}

/** The one still picture of a state: lips closed, eyes on the patient, nothing moving. */
export function stillPose(state: PersonaState): FacePose {
  const { tilt, lean, ...expression } = STATES[state].expression;
  return {
    ...VISEME_POSES.sil,
    ...expression,
    lean,
    gap: 0,
    cheek: clamp(expression.smile * 0.9 + expression.squint * 0.5),
    lidL: expression.open,
    lidR: expression.open,
    blink: 0,
    gazeX: 0,
    gazeY: 0,
    pupil: 0.5,
    yaw: 0,
    pitch: lean * 0.025,
    roll: tilt,
    shift: 0,
    breath: 0.3,
    energy: 0,
    time: 0,
  };
}
