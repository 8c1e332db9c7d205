/** Where the eyes go: mostly to the patient, never unbroken, away and up while thinking. x, y in -1..1; 0, 0 is the patient. */
import { clamp, ease, lerp } from "./curves";
import type { Eyelids } from "./eyelids";
import type { Random } from "./motion";
import type { Behavior, PersonaState } from "./states";

/** From this far on (share of the gaze range) a movement is a glance that may carry a blink. */
const GLANCE = 0.35;

export class Gaze {
  x = 0;
  y = 0;
  targetX = 0;
  targetY = 0;
  private fromX = 0;
  private fromY = 0;
  private startedAt = 0;
  private duration = 0.05;
  private onPatient = true;
  private until = 0;
  private nextSmall = 0.6;

  constructor(
    private readonly random: Random,
    private readonly lids: Eyelids,
  ) {}

  enter(state: PersonaState, previous: PersonaState, behavior: Behavior, t: number): void {
    if (state === "thinking") this.lookAwayToThink(t, behavior);
    if (state === "listening" || state === "concerned") this.lookAtPatient(t, behavior, 3.3);
    if (state === "speaking" && previous === "thinking") {
      this.lids.blink(t);
      this.lookAtPatient(t, behavior, 2.6);
    }
  }

  step(t: number, behavior: Behavior): void {
    const share = ease(clamp((t - this.startedAt) / this.duration));
    this.x = lerp(this.fromX, this.targetX, share);
    this.y = lerp(this.fromY, this.targetY, share);
    if (t > this.until) this.changeSides(t, behavior);
    else if (t > this.nextSmall) this.wander(t, behavior);
  }

  private lookAwayToThink(t: number, behavior: Behavior): void {
    this.onPatient = false;
    this.until = t + 3.5 * (0.7 + 0.6 * this.random());
    const side = this.random() < 0.3 ? -1 : 1;
    this.moveTo(t, behavior.glance[0] * side, behavior.glance[1], behavior);
  }

  private lookAtPatient(t: number, behavior: Behavior, seconds: number): void {
    this.moveTo(t, 0, 0, behavior);
    this.onPatient = true;
    this.until = t + seconds;
  }

  private changeSides(t: number, behavior: Behavior): void {
    if (this.onPatient) this.glanceAway(t, behavior);
    else this.comeBack(t, behavior);
    this.nextSmall = t + 0.4 + 0.9 * this.random();
  }

  private glanceAway(t: number, behavior: Behavior): void {
    this.onPatient = false;
    this.until = t + behavior.awaySeconds * (0.7 + 0.6 * this.random());
    const angle = this.random() * 6.283;
    const reach = 0.18 + 0.22 * this.random();
    const x = behavior.glance[0] || Math.cos(angle) * reach;
    const y = behavior.glance[1] || 0.1 + Math.abs(Math.sin(angle)) * reach * 0.6;
    this.moveTo(t, x, y, behavior);
  }

  private comeBack(t: number, behavior: Behavior): void {
    this.onPatient = true;
    this.until = t + clamp(behavior.contactSeconds * (0.55 + 0.9 * this.random()), 1.2, 12);
    this.moveTo(t, 0, 0, behavior);
  }

  /** Small movements over the patient's face (eye, eye, mouth) or around the place looked at. */
  private wander(t: number, behavior: Behavior): void {
    this.nextSmall = t + 0.35 + 1.3 * this.random();
    if (!this.onPatient) {
      this.moveTo(t, this.targetX + (this.random() - 0.5) * 0.08, this.targetY + (this.random() - 0.5) * 0.05, behavior);
      return;
    }
    const pick = this.random();
    this.moveTo(t, pick < 0.4 ? -0.035 : pick < 0.8 ? 0.035 : 0, pick < 0.8 ? -0.01 : 0.05, behavior);
  }

  private moveTo(t: number, x: number, y: number, behavior: Behavior): void {
    this.fromX = this.x;
    this.fromY = this.y;
    this.targetX = x;
    this.targetY = y;
    this.startedAt = t;
    const distance = Math.hypot(x - this.x, y - this.y);
    this.duration = 0.035 + 0.06 * distance;
    if (distance > GLANCE) this.lids.blinkWithGlance(t, behavior.blinksPerMinute);
  }
}
