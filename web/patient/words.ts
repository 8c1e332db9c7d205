/** The sentences of the patient's page that depend on what happened. Pure. Grade 6 or below, kind, no idioms, always a next step. */
import type { PersonaState } from "../avatar/face";
import type { EndReason, Mode, Problem } from "./screens";

/** What a problem screen offers besides the phone number. */
export type Remedy = "retry" | "type" | "copy";

export interface ProblemWords {
  title: string;
  text: string;
  remedies: readonly Remedy[];
}

const CALL = "Please call us. We will help.";
const TYPING = "Or you can type. It works just as well.";

export const PROBLEMS: Record<Problem, ProblemWords> = {
  locked: { title: "This link is locked", remedies: [],
    text: `The birth date did not match too many times. We locked the link to keep your chart safe. ${CALL}` },
  expired: { title: "This link is too old", remedies: [], text: "Please call us. We will send you a new link." },
  ended: { title: "This check-in is done", remedies: [], text: "Thank you. You can close this page. Call us if you have a question." },
  unknown: { title: "We cannot find this check-in", remedies: [],
    text: "Please open the link in our text message again. If it still does not work, please call us." },
  taken: { title: "This check-in is open on another phone or computer", remedies: ["retry"],
    text: "Please go on there. If you cannot, please call us." },
  replaced: { title: "This check-in is open in another window", remedies: ["retry"],
    text: "You can close this window. Or tap Try again to go on here." },
  mic_refused: { title: "We cannot use your microphone", remedies: ["type", "retry"],
    text: `Your browser said no to the microphone. You can allow it in the browser settings. ${TYPING}` },
  mic_missing: { title: "We cannot find a microphone", remedies: ["type", "retry"],
    text: `If you have a headset, plug it in and try again. ${TYPING}` },
  mic_busy: { title: "Your microphone is in use", remedies: ["type", "retry"],
    text: `Please close other calls on this phone. Then try again. ${TYPING}` },
  mic_waiting: { title: "We are waiting for your microphone", remedies: ["type", "copy", "retry"],
    text: `If you see a question about the microphone, tap Allow. If you see no question, copy the link. Then open it in Safari or Chrome. ${TYPING}` },
  mic_unsupported: { title: "This app cannot use your microphone", remedies: ["type", "copy"],
    text: `Copy the link. Then open it in Safari or Chrome. ${TYPING}` },
  offline: { title: "We cannot reach the clinic", remedies: ["retry"], text: "Please check your internet. Then try again." },
  crowded: { title: "Please wait a minute", remedies: ["retry"], text: "There were too many tries. Wait one minute. Then try again." },
  stopped: { title: "Something went wrong on our side", remedies: ["retry"],
    text: "We are sorry. Please try again. If it still does not work, please call us." },
};

export function wrongBirthDate(triesLeft: number): string {
  const tries = triesLeft === 1 ? "You can try one more time." : `You can try ${triesLeft} more times.`;
  return `That is not the birth date we have. Please look at the month and the day. ${tries}`;
}

export function greeting(firstName: string, hour: number): string {
  const part = hour < 5 ? "Hello" : hour < 12 ? "Good morning" : hour < 18 ? "Good afternoon" : "Good evening";
  return `${part}, ${firstName}.`;
}

/** The words of the state pill. The face shows the mood as well, but a patient must never need to read a face. */
export function stateWords(state: PersonaState, name: string, mode: Mode, muted: boolean): string {
  switch (state) {
    case "thinking": return "Thinking";
    case "speaking": return `${name} is speaking`;
    case "urgent": return "Getting help";
    case "idle": return "Ready";
    case "listening":
    case "concerned":
    case "warm":
      if (mode === "listen" || mode === "text_only") return "Your turn to type";
      return muted ? "You are muted" : "Listening";
  }
}

export function goodbye(reason: EndReason, firstName: string): { title: string; text: string } {
  const thanks = firstName === "" ? "Thank you." : `Thank you, ${firstName}.`;
  switch (reason) {
    case "completed": return { title: thanks, text: "Your check-in is done. What you said is saved for your care team." };
    case "patient_ended": return { title: thanks, text: "You ended the check-in. What you said is saved for your care team." };
    case "staff_ended": return { title: thanks, text: "Your care team ended the check-in. What you said is saved." };
    case "expired": return { title: thanks, text: "The time for this check-in is over. What you said is saved for your care team." };
  }
}

/** "2:14" from seconds. */
export function clockWords(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds));
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}`;
}
