/** What was noticed in this call, in words for the patient. Pure. It names sounds and movements, never a mood, and never a disease. */

export interface Noticed {
  readonly cue: string;
  /** Seconds into the check-in. */
  readonly at: number;
  readonly title: string;
  /** What was measured, one short sentence each. */
  readonly because: readonly string[];
  /** The patient said that it is not right. */
  readonly disputed: boolean;
}

export type Sense = "voice" | "camera";

export type NoticedMessage = { cue: string; at: number; what: string; absence: string; shows: string[] };

const TITLES: Record<string, string> = {
  trailing_off: "Your voice trailed off.",
  hesitation: "You paused, or you took more time.",
  visible_tension: "Your mouth or brow was held tight.",
  pain_expression: "Your brow, eyes or lip drew together.",
  confusion: "You paused, or you looked away.",
  mismatch: "Your words said one thing. Your voice or face did not match.",
  absence: "You were quiet.",
};

const ABSENT: Record<string, string> = {
  thinking: "You were quiet.",
  muted: "Your microphone was off.",
  walked_away: "Nobody was in the picture.",
  asleep: "Your eyes were closed for a while.",
  network: "The connection was weak.",
};

const PAUSES = "You made longer pauses than before.";
const STEADY = "Your voice was less steady than before.";
const BROW = "Your brow moved more than before.";
const LIPS = "Your lips were pressed or pushed up.";
const EYES = "Your eyes were more closed than before.";
const AWAY = "You looked away from the screen.";
const DOWN = "Your head was lower than before.";

export const BECAUSE: Record<string, string> = {
  response_latency: "You waited longer before you answered.",
  pause_ratio: PAUSES, pause_spread: PAUSES, pause_longest: PAUSES,
  filler_rate: "You said “um” or “uh” more often.",
  articulation_rate: "You spoke more slowly than before.",
  restarts: "You began some words again.",
  trail_off: "Your voice got softer at the end.",
  run_length: "You spoke in shorter pieces than before.",
  pitch: "Your voice was higher or lower than before.",
  pitch_range: "Your voice moved up and down less.",
  harmonicity: STEADY, jitter: STEADY, shimmer: STEADY, tremor: STEADY,
  brow_height: BROW, brow_down: BROW, brow_inner_up: BROW, brow_raise: BROW,
  corner_drop: "The corners of your mouth were lower.",
  lip_shrug: LIPS, lip_press: LIPS,
  eye_opening: EYES, eye_squint: EYES, eye_blink: EYES, eyes_closed: EYES,
  nose_lip: "Your upper lip was raised.",
  gaze: AWAY, yaw: AWAY, gaze_away: AWAY,
  pitch_angle: DOWN, head_down: DOWN,
  blink_rate: "You blinked more or less than before.",
  action_variability: "Your face moved more or less than before.",
  silence: "Nobody spoke for a while.",
  muted: "Your microphone was off.",
  media_gap: "The connection was weak.",
  nobody: "Nobody was in the picture.",
};

/** The list with one thing more, newest first; the same thing told again changes nothing. */
export function add(list: readonly Noticed[], { cue, at, what, absence, shows }: NoticedMessage): readonly Noticed[] {
  if (list.some((one) => one.cue === cue && one.at === at)) return list;
  const because = [...new Set(shows.map((name) => BECAUSE[name]).filter((words) => words !== undefined))];
  const title = ABSENT[absence] ?? TITLES[cue] ?? TITLES[what] ?? "Something changed.";
  return [{ cue, at, title, because: because.filter((words) => words !== title), disputed: false }, ...list];
}

export function dispute(list: readonly Noticed[], cue: string, at: number): readonly Noticed[] {
  return list.map((one) => one.cue === cue && one.at === at ? { ...one, disputed: true } : one);
}

/** The words of the light and of its button; nothing is measured when they say what was. */
export function lightWords(voice: boolean, camera: boolean): string {
  if (voice && camera) return "Voice and camera cues on";
  if (camera) return "Camera cues on";
  return voice ? "Voice cues on" : "What I noticed";
}
