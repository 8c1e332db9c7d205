/** What page and server say to each other during the call. Parsed once here; anything unknown is dropped in silence, by contract. */
import type { WireViseme, PersonaState } from "../avatar/face";
import type { Citation } from "./citation";
import type { NoticedMessage, Sense } from "./noticed";
import type { EndReason, Mode } from "./screens";

/** What a nurse in the call has just done. */
export type NurseState = "listening" | "talking" | "handed_back" | "left" | "lost";
export type Tier = "emergency" | "urgent" | "same_day";

/** From the server: over the data channel "face", or over the socket while that channel is closed. */
export type FromPersona =
  | { k: "clk"; rtp0: number; rate: number }
  | { k: "v"; u: number; t0: number | null; e: WireViseme[] }
  | { k: "cap"; u: number; text: string; t: number | null; done: boolean }
  | { k: "cut"; u: number; t: number | null }
  | { k: "s"; state: PersonaState; t: number | null }
  | { k: "you"; text: string; final: boolean }
  | { k: "esc"; tier: Tier; ack: string | null }
  | { k: "nurse"; state: NurseState; name: string }
  | { k: "nurse_cap"; name: string; text: string; done: boolean }
  | { k: "cues"; what: Sense; on: boolean }
  | ({ k: "noticed" } & NoticedMessage)
  | { k: "not_right"; cue: string; at: number }
  | ({ k: "cite" } & Citation)
  | { k: "end"; reason: EndReason };

export type FromServer =
  | { type: "ice"; servers: RTCIceServer[] }
  | { type: "answer"; sdp: string }
  | { type: "error"; code: string; message: string; retryable: boolean };

export type ToPersona =
  | { k: "typed"; text: string }
  | { k: "nurse" }
  | { k: "end" }
  | { k: "mute"; on: boolean }
  | { k: "camera"; on: boolean }
  | { k: "cues"; what: Sense; on: boolean }
  | { k: "levels"; kept: boolean }
  | { k: "not_right"; cue: string; at: number }
  | { k: "page"; visible: boolean };

export type ToServer =
  | { type: "offer"; sdp: string; mode: Exclude<Mode, "text_only"> }
  | { type: "candidate"; candidate: Pick<RTCIceCandidateInit, "candidate" | "sdpMid" | "sdpMLineIndex"> | null }
  | { type: "text_only" };

/** Longest answer a patient may type, in characters. */
export const TYPED_LIMIT = 500;

const KINDS = new Set([
  "clk", "v", "cap", "cut", "s", "you", "esc", "nurse", "nurse_cap", "cues", "noticed", "not_right", "cite", "end",
]);
const TYPES = new Set(["ice", "answer", "error"]);

/** The message in `text`, or null if it is broken or of a kind this page does not know. */
export function read(text: unknown): FromPersona | FromServer | null {
  const value = parse(text);
  if (value === null) return null;
  if (typeof value.k === "string") return KINDS.has(value.k) ? (value as FromPersona) : null;
  return typeof value.type === "string" && TYPES.has(value.type) ? (value as FromServer) : null;
}

function parse(text: unknown): { k?: unknown; type?: unknown } | null {
  if (typeof text !== "string") return null;
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? value : null;
  } catch {
    return null;
  }
}
