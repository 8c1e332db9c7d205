/** What the panel of a joined call says. Pure: states in, words out. */

export type Mode = "connecting" | "listening" | "introducing" | "talking" | "over" | "failed";
export type Present = "here" | "gone" | "reads";
/** Why there is no microphone to talk with; null where there is one. */
export type NoMicrophone = "refused" | "missing" | "busy" | null;

export interface Call {
  mode: Mode;
  patient: Present;
  microphone: NoMicrophone;
  muted: boolean;
  /** First name of the patient. */
  name: string;
  /** Name of the persona. */
  persona: string;
  /** Why it is over, in the server's word; empty while it is not. */
  reason: string;
}

export interface Words {
  pill: string;
  tone: "" | "ok" | "moon" | "accent" | "danger";
  hint: string;
  problem: string;
  mayTalk: boolean;
}

const MICROPHONE: Record<Exclude<NoMicrophone, null>, string> = {
  refused: "The browser does not let this page use the microphone. Allow it in the address bar, then join again. You can listen meanwhile.",
  missing: "No microphone was found. Plug one in, then join again. You can listen meanwhile.",
  busy: "Another program uses the microphone. Close it, then join again. You can listen meanwhile.",
};

export function words(call: Call): Words {
  const { name, persona } = call;
  const problem = call.microphone === null || call.mode === "over" || call.mode === "failed" ? "" : MICROPHONE[call.microphone];
  const plain = { problem, mayTalk: false };
  switch (call.mode) {
    case "connecting": return { ...plain, pill: "Connecting", tone: "moon", hint: `${name} does not hear you yet.` };
    case "introducing": return { ...plain, pill: `${persona} introduces you`, tone: "accent", hint: "You are on as soon as the sentence is over." };
    case "over": return { ...plain, pill: "Over", tone: "", hint: overWords(call) };
    case "failed": return { ...plain, pill: "Not connected", tone: "danger", hint: call.reason };
  }
  const gone = call.patient === "gone";
  if (gone) return { ...plain, pill: `${name} is not connected`, tone: "danger", hint: `The call waits for ${name} to come back. You can also call by phone.` };
  if (call.mode === "talking") {
    const hint = call.muted ? `You are muted: ${name} cannot hear you.` : `${name} hears you. ${persona} is silent.`;
    return { ...plain, pill: "You are talking", tone: "accent", hint };
  }
  if (call.patient === "reads") {
    return { ...plain, pill: "Listening", tone: "moon", hint: `${name} reads and types without sound, so you cannot talk here. Please call by phone.` };
  }
  return { ...plain, pill: "Listening", tone: "ok", hint: `${name} was told that you listen, and does not hear you.`, mayTalk: call.microphone === null };
}

function overWords({ reason, name, persona }: Call): string {
  switch (reason) {
    case "left": return `You left. ${persona} is with ${name}.`;
    case "lost": return `Your connection was lost. ${persona} is with ${name}, who was told. You can join again.`;
    case "staff_ended": return "You ended the check-in.";
    case "patient_ended": return `${name} ended the check-in.`;
    default: return "The check-in is over.";
  }
}
