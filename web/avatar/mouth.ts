/** Lip-sync: a timeline of mouth shapes blended the way articulators blend. Pure; a cut always wins over anything scheduled. */
import { Spring } from "./motion";
import { MOUTH_CHANNELS, VISEME_DOMINANCE, VISEME_POSES, type MouthChannel, type MouthPose, type Viseme } from "./visemes";

/** A mouth shape at a time (seconds on the rig's clock); weight 0..1 carries stress. */
export interface MouthEvent {
  at: number;
  viseme: Viseme;
  weight: number;
}

interface Scheduled extends MouthEvent {
  utterance: number;
}

/** Articulators move before their sound is heard. */
const VISUAL_LEAD_S = 0.02;
const LOOK_AROUND_S = 0.5;
const LAST_SHAPE_S = 0.16;
/** A quiet mouth: the weak pull toward rest that every channel feels. */
const REST_DOMINANCE = 0.1;
/** An interrupted mouth is shut within 120 ms; at this stiffness 1 % is left after 110 ms. */
const CUT_S = 0.12;
const CUT_STIFFNESS = 60;

const stiffnessOf = (channel: MouthChannel): number =>
  channel === "press" || channel === "tuck" ? 52 : channel === "jaw" ? 30 : 32;

/** A stressed vowel opens further; a seal is a seal whatever its stress. */
function emphasis(channel: MouthChannel, weight: number): number {
  if (channel === "jaw") return 0.35 + 0.65 * weight;
  if (channel === "press" || channel === "tuck") return 1;
  return 0.55 + 0.45 * weight;
}

const eachChannel = (value: (channel: MouthChannel) => number): MouthPose =>
  Object.fromEntries(MOUTH_CHANNELS.map((channel) => [channel, value(channel)])) as MouthPose;

export class Mouth {
  private timeline: Scheduled[] = [];
  private cutAt = Number.NEGATIVE_INFINITY;
  private readonly springs = Object.fromEntries(
    MOUTH_CHANNELS.map((channel) => [channel, new Spring(0, stiffnessOf(channel))]),
  ) as Record<MouthChannel, Spring>;

  /** Replaces everything scheduled for this utterance, so that it can be moved when the audio's clock moves. */
  schedule(utterance: number, events: readonly MouthEvent[]): void {
    const others = this.timeline.filter((event) => event.utterance !== utterance);
    this.timeline = [...others, ...events.map((event) => ({ ...event, utterance }))].sort((a, b) => a.at - b.at);
  }

  /** Barge-in: nothing from t on is said, and the mouth shuts at t. */
  cut(t: number): void {
    this.timeline = this.timeline.filter((event) => event.at < t);
    this.timeline.push({ at: t, viseme: "sil", weight: 1, utterance: -1 });
    this.cutAt = t;
  }

  /** Whether any shape is due between t and t + seconds. */
  isBusy(t: number, seconds: number): boolean {
    return this.timeline.some((event) => event.at > t - LAST_SHAPE_S && event.at < t + seconds);
  }

  forgetBefore(t: number): void {
    if (this.timeline.length > 64) this.timeline = this.timeline.filter((event) => event.at >= t);
  }

  /** The mouth at t, dt seconds after the last sample, and how stressed the sound of the moment is (0..1). */
  step(t: number, dt: number): { pose: MouthPose; stress: number } {
    if (t >= this.cutAt && t < this.cutAt + CUT_S) {
      return { pose: eachChannel((channel) => this.springs[channel].step(0, dt, CUT_STIFFNESS)), stress: 0 };
    }
    const { target, stress } = this.blend(t + VISUAL_LEAD_S);
    return { pose: eachChannel((channel) => this.springs[channel].step(target[channel], dt)), stress };
  }

  private blend(t: number): { target: MouthPose; stress: number } {
    const pull = eachChannel(() => 0);
    const weights = eachChannel(() => REST_DOMINANCE);
    let stress = 0;
    for (let i = 0; i < this.timeline.length; i++) {
      const event = this.timeline[i]!;
      const end = this.timeline[i + 1]?.at ?? event.at + LAST_SHAPE_S;
      if (end < t - LOOK_AROUND_S) continue;
      if (event.at > t + LOOK_AROUND_S) break;
      this.addPull(event, end, t, pull, weights);
      if (t >= event.at && t < end) stress = event.viseme === "sil" ? 0 : event.weight;
    }
    return { target: eachChannel((channel) => pull[channel] / weights[channel]), stress };
  }

  private addPull(event: Scheduled, end: number, t: number, pull: MouthPose, weights: MouthPose): void {
    const shape = VISEME_POSES[event.viseme];
    const dominance = VISEME_DOMINANCE[event.viseme];
    const middle = (event.at + end) / 2;
    const half = Math.max(0.02, (end - event.at) / 2);
    const distance = Math.max(0, Math.abs(t - middle) - half * 0.55) / dominance.spread;
    const nearness = Math.exp(-distance * distance * 0.9);
    for (const channel of MOUTH_CHANNELS) {
      const weight = dominance[channel] * nearness;
      pull[channel] += weight * shape[channel] * emphasis(channel, event.weight);
      weights[channel] += weight;
    }
  }
}
