/** What the patient is told while a nurse is being called. Pure. It promises no time that the clinic may not keep. */
import type { Tier } from "./wire";

export interface Help {
  readonly tier: Tier;
  /** The nurse who has taken it, or null while none has. */
  readonly nurse: string | null;
}

const RANK: Record<Tier, number> = { emergency: 2, urgent: 1, same_day: 0 };

/** The more serious page stays on the screen; the same or a more serious one takes its place. */
export function raise(now: Help | null, tier: Tier, nurse: string | null): Help {
  if (now !== null && RANK[tier] < RANK[now.tier]) return { ...now, nurse: now.nurse ?? nurse };
  return { tier, nurse: nurse ?? (now?.tier === tier ? now.nurse : null) };
}

export function helpWords(help: Help, emergencyNumber: string): { title: string; text: string; call: string } {
  const call = help.tier === "emergency" ? `Call ${emergencyNumber} now` : `Getting worse? Call ${emergencyNumber}`;
  if (help.nurse !== null) return { title: `${help.nurse} knows now`, text: acknowledged(help.tier), call };
  switch (help.tier) {
    case "emergency":
      return { title: "This may be an emergency", text: "We are calling a nurse too. I will stay with you.", call };
    case "urgent":
      return { title: "We are calling a nurse", text: "I will stay with you.", call };
    case "same_day":
      return { title: "We told your nurse team", text: "They will read what you said.", call };
  }
}

function acknowledged(tier: Tier): string {
  switch (tier) {
    case "emergency": return "Please still call. I will stay with you.";
    case "urgent": return "Your nurse has read what you said. I will stay with you.";
    case "same_day": return "Your nurse has read what you said.";
  }
}
