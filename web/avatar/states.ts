/** How the persona looks and behaves in each state of the conversation. Concern is calm: a frightened patient never sees a frightened face. */
export type PersonaState = "idle" | "listening" | "thinking" | "speaking" | "concerned" | "warm" | "urgent";

/** Resting expression, each about 0..1; open is how far the lids are raised, tilt in radians. */
export interface Expression {
  smile: number;
  browIn: number;
  browOut: number;
  furrow: number;
  squint: number;
  open: number;
  frown: number;
  press: number;
  tilt: number;
  lean: number;
}

export type ExpressionChannel = keyof Expression;
export const EXPRESSION_CHANNELS = [
  "smile", "browIn", "browOut", "furrow", "squint", "open", "frown", "press", "tilt", "lean",
] as const satisfies readonly ExpressionChannel[];

/** Where the rates come from: research/avatar.md §5 (Bentivoglio 1997, Binetti 2016, Andrist 2013, Sugita & Fukuchi 2023). */
export interface Behavior {
  blinksPerMinute: number;
  /** Seconds of eye contact between two glances away. */
  contactSeconds: number;
  /** Seconds a glance away lasts. */
  awaySeconds: number;
  /** How much the head wanders; 1 = at ease. */
  restlessness: number;
  /** Where a glance away goes, -1..1; 0, 0 = anywhere. */
  glance: readonly [x: number, y: number];
}

export interface StateLook {
  expression: Expression;
  behavior: Behavior;
}

const ANYWHERE = [0, 0] as const;

export const STATES: Record<PersonaState, StateLook> = {
  idle: {
    expression: { smile: 0.3, browIn: 0.05, browOut: 0.02, furrow: 0, squint: 0.05, open: 0.97, frown: 0, press: 0, tilt: 0.015, lean: 0 },
    behavior: { blinksPerMinute: 15, contactSeconds: 6.5, awaySeconds: 1.3, restlessness: 0.8, glance: ANYWHERE },
  },
  listening: {
    expression: { smile: 0.27, browIn: 0.16, browOut: 0.1, furrow: 0, squint: 0.07, open: 1, frown: 0, press: 0.03, tilt: 0.055, lean: 0.35 },
    behavior: { blinksPerMinute: 15, contactSeconds: 7.2, awaySeconds: 1.14, restlessness: 0.7, glance: ANYWHERE },
  },
  thinking: {
    expression: { smile: 0.16, browIn: 0.1, browOut: 0.14, furrow: 0.16, squint: 0.1, open: 0.97, frown: 0, press: 0.16, tilt: 0.03, lean: 0.05 },
    behavior: { blinksPerMinute: 9, contactSeconds: 1.2, awaySeconds: 3.5, restlessness: 0.6, glance: [-0.42, -0.34] },
  },
  speaking: {
    expression: { smile: 0.3, browIn: 0.08, browOut: 0.08, furrow: 0, squint: 0.06, open: 1, frown: 0, press: 0, tilt: 0.02, lean: 0.15 },
    behavior: { blinksPerMinute: 20, contactSeconds: 4.75, awaySeconds: 1.6, restlessness: 1.25, glance: ANYWHERE },
  },
  concerned: {
    expression: { smile: 0.08, browIn: 0.46, browOut: -0.04, furrow: 0.16, squint: 0.1, open: 1, frown: 0.05, press: 0.06, tilt: 0.075, lean: 0.6 },
    behavior: { blinksPerMinute: 13, contactSeconds: 9, awaySeconds: 0.9, restlessness: 0.55, glance: ANYWHERE },
  },
  warm: {
    expression: { smile: 0.7, browIn: 0.14, browOut: 0.14, furrow: 0, squint: 0.34, open: 0.96, frown: 0, press: 0, tilt: 0.05, lean: 0.25 },
    behavior: { blinksPerMinute: 16, contactSeconds: 6, awaySeconds: 1.1, restlessness: 0.9, glance: ANYWHERE },
  },
  urgent: {
    expression: { smile: 0, browIn: 0.3, browOut: 0.1, furrow: 0.22, squint: 0.05, open: 1.06, frown: 0.02, press: 0.05, tilt: 0, lean: 0.5 },
    behavior: { blinksPerMinute: 12, contactSeconds: 30, awaySeconds: 0.6, restlessness: 0.35, glance: ANYWHERE },
  },
};
