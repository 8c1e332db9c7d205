/** Which screen of the visit the patient sees, decided by events alone. Pure: no page, no clock, no network. It must never leave the goodbye screen. */

export type Screen = "checking" | "identity" | "prejoin" | "continue" | "call" | "goodbye" | "problem";
export type LinkState = "ready" | "locked" | "expired" | "ended" | "unknown" | "taken";
export type DeviceProblem = "mic_refused" | "mic_missing" | "mic_busy" | "mic_waiting" | "mic_unsupported";
export type Problem = Exclude<LinkState, "ready"> | DeviceProblem | "replaced" | "offline" | "crowded" | "stopped";
/** How the patient takes part. Each one is a full check-in. */
export type Mode = "voice" | "video" | "listen" | "text_only";
export type EndReason = "completed" | "patient_ended" | "expired" | "staff_ended";

/** What the server tells about the check-in once the birth date fits. */
export interface Claim {
  first_name: string;
  persona: { id: string; name: string };
  clinic: string;
  nurse_phone: string;
  emergency_number: string;
  checkin: string;
  status: "invited" | "running" | "ended";
}

export interface Visit {
  readonly screen: Screen;
  readonly problem: Problem | null;
  /** Where "Try again" leads. */
  readonly back: "checking" | "identity" | "prejoin" | "call";
  readonly claim: Claim | null;
  readonly mode: Mode;
  /** Birth dates that may still be tried; null until one was wrong. */
  readonly triesLeft: number | null;
  readonly reason: EndReason | null;
}

export type Step =
  | { type: "link_checked"; state: LinkState }
  /** `gesture`: the browser lets this page play sound now, without another tap. */
  | { type: "claimed"; claim: Claim; gesture: boolean }
  | { type: "wrong_birth_date"; triesLeft: number }
  | { type: "failed"; problem: Problem }
  | { type: "try_again" }
  | { type: "microphone_ready" }
  | { type: "started"; mode: Mode }
  | { type: "sound_blocked" }
  | { type: "sound_allowed" }
  | { type: "ended"; reason: EndReason };

export const opening: Visit = {
  screen: "checking", problem: null, back: "checking", claim: null, mode: "voice", triesLeft: null, reason: null,
};

export function isDeviceProblem(problem: Problem | null): problem is DeviceProblem {
  return problem !== null && problem.startsWith("mic_");
}

/** The visit after one step. A step that does not fit the screen changes nothing. */
export function advance(visit: Visit, step: Step): Visit {
  if (visit.screen === "goodbye") return visit;
  switch (step.type) {
    case "link_checked":
      return visit.screen === "checking" ? afterLink(visit, step.state) : visit;
    case "claimed":
      return afterClaim(visit, step.claim, step.gesture);
    case "wrong_birth_date":
      return visit.screen === "identity" ? { ...visit, triesLeft: step.triesLeft } : visit;
    case "failed":
      return { ...visit, screen: "problem", problem: step.problem, back: placeToReturn(visit) };
    case "try_again":
      return visit.screen === "problem" ? { ...visit, screen: visit.back, problem: null } : visit;
    case "microphone_ready":
      return visit.screen === "problem" && isDeviceProblem(visit.problem)
        ? { ...visit, screen: visit.back, problem: null } : visit;
    case "started":
      return visit.claim ? { ...visit, screen: "call", problem: null, mode: step.mode } : visit;
    case "sound_blocked":
      return visit.screen === "call" ? { ...visit, screen: "continue" } : visit;
    case "sound_allowed":
      return visit.screen === "continue" ? { ...visit, screen: "call" } : visit;
    case "ended":
      return { ...visit, screen: "goodbye", problem: null, reason: step.reason };
  }
}

function afterLink(visit: Visit, state: LinkState): Visit {
  if (state === "ready") return { ...visit, screen: "identity" };
  return { ...visit, screen: "problem", problem: state };
}

function afterClaim(visit: Visit, claim: Claim, gesture: boolean): Visit {
  const known = { ...visit, claim, triesLeft: null, problem: null };
  switch (claim.status) {
    case "invited": return { ...known, screen: "prejoin" };
    case "running": return { ...known, screen: gesture ? "call" : "continue" };
    case "ended": return { ...known, screen: "goodbye", reason: "completed" };
  }
}

function placeToReturn(visit: Visit): Visit["back"] {
  switch (visit.screen) {
    case "problem": return visit.back;
    case "continue": return "call";
    case "goodbye": return "checking";
    default: return visit.screen;
  }
}
