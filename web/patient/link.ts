/** Step 1 of the visit: the link from the text message. The token stays in the fragment, which browsers send to nobody; it goes out only in a POST body. */
import type { Sense } from "./noticed";
import { rememberLink } from "./memory";
import type { Claim, LinkState, Problem } from "./screens";

/** How long an answer may take, in milliseconds, before the page says that it cannot reach the clinic. */
const PATIENCE = 15_000;

export type Answer<T> = { ok: T } | { problem: Problem };
export type ClaimAnswer = Answer<Claim> | { triesLeft: number };

interface Reply {
  status: number;
  body: { error?: { code?: string; tries_left?: number }; state?: LinkState } & Partial<Claim>;
}

/** The token after the #, or null. */
export function tokenOf(fragment: string): string | null {
  const token = fragment.replace(/^#/, "");
  return /^[A-Za-z0-9_-]{16,128}$/.test(token) ? token : null;
}

/** 32 bits of the token: enough to tell two links apart, far too little to open one. Pure (FNV-1a). */
export function fingerprint(token: string): string {
  let hash = 0x811c9dc5;
  for (const char of token) hash = Math.imul(hash ^ char.charCodeAt(0), 0x01000193) >>> 0;
  return hash.toString(16);
}

/** False if this device last opened another link: then the cookie speaks for another check-in. */
export function mayResume(token: string | null, remembered: string | null): boolean {
  return token === null || remembered === null || remembered === fingerprint(token);
}

export async function checkLink(token: string): Promise<Answer<LinkState>> {
  const reply = await post("/api/link", { token });
  return reply?.body.state !== undefined ? { ok: reply.body.state } : { problem: problemOf(reply) };
}

export async function claim(token: string, month: number, day: number): Promise<ClaimAnswer> {
  const reply = await post("/api/claim", { token, month, day });
  const code = reply?.body.error?.code;
  if (reply?.status === 200) {
    rememberLink(fingerprint(token));
    return { ok: reply.body as Claim };
  }
  return code === "wrong_birth_date" ? { triesLeft: reply?.body.error?.tries_left ?? 1 } : { problem: problemOf(reply) };
}

/** The running check-in of this device's cookie; null if it has none. */
export async function resume(): Promise<Answer<Claim | null>> {
  const reply = await post("/api/resume", {});
  if (reply?.status === 200) return { ok: reply.body as Claim };
  return reply?.status === 401 ? { ok: null } : { problem: problemOf(reply) };
}

/** Binds the link to this device. After this no second device can open it. */
export async function start(camera: boolean, cues: Record<Sense, boolean>): Promise<Answer<true>> {
  const reply = await post("/api/start", { camera, voice_cues: cues.voice, camera_cues: cues.camera });
  return reply?.status === 200 ? { ok: true } : { problem: problemOf(reply) };
}

async function post(path: string, body: object): Promise<Reply | null> {
  const patience = new AbortController();
  const timer = setTimeout(() => patience.abort(), PATIENCE);
  try {
    const response = await fetch(path, {
      method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body), signal: patience.signal,
    });
    return { status: response.status, body: await response.json().catch(() => ({})) as Reply["body"] };
  } catch {
    return null;
  } finally {
    clearTimeout(timer);
  }
}

function problemOf(reply: Reply | null): Problem {
  if (reply === null) return "offline";
  switch (reply.body.error?.code) {
    case "link_locked": return "locked";
    case "link_expired": return "expired";
    case "link_ended": return "ended";
    case "link_taken": return "taken";
    case "link_unknown": return "unknown";
  }
  return reply.status === 429 ? "crowded" : "stopped";
}
