/** How the persona and the line are doing, in the face and in words. The face is an extra: a check-in runs without it. */
import { createFace, PlayoutClock, type Face, type PersonaState } from "../avatar/face";
import type { Status } from "./connection";
import { announce, element, setText } from "./page";
import type { Mode } from "./screens";
import { stateWords } from "./words";

export type Frame = { y: number; scale: number };

/** The face in its host, or null where the browser cannot draw it. */
export function openFace(frame: Frame): Face | null {
  try {
    return createFace(element("face"), { frame });
  } catch {
    return null; // no canvas, no WebGL: voice and captions carry the check-in
  }
}

export class Presence {
  readonly face: Face | null;
  mode: Mode;
  muted = false;
  readonly #name: string;
  #clock: PlayoutClock | null = null;
  #state: PersonaState = "idle";
  #nurse: string | null = null;
  #status: Status = "connecting";

  constructor(name: string, mode: Mode) {
    this.#name = name;
    this.mode = mode;
    const wide = window.matchMedia("(min-width: 56rem)").matches;
    this.face = openFace(wide ? { y: 0.36, scale: 0.7 } : { y: 0.3, scale: 0.84 });
  }

  setClock(receiver: RTCRtpReceiver | null, rtp0: number, rate: number): void {
    this.#clock?.close();
    this.#clock = receiver === null ? null : new PlayoutClock(receiver, rtp0, rate);
    this.face?.setClock(this.#clock);
  }

  /** When sample `t` of the persona's voice is heard, on the clock of performance.now(); null = now. */
  timeOf(sample: number | null): number | null {
    return sample === null ? null : this.#clock?.timeOf(sample) ?? null;
  }

  /** A nurse of this name has the floor, or nobody but the persona. */
  with(nurse: string | null): void {
    this.#nurse = nurse;
    this.show();
  }

  setState(state: PersonaState): void {
    this.#state = state;
    this.face?.setState(state);
    this.show();
  }

  /** Until the first connection, a failed try is still "connecting": the patient has lost nothing yet. */
  setStatus(status: Status): void {
    const before = this.#status;
    this.#status = status === "reconnecting" && before === "connecting" ? "connecting" : status;
    if (this.#status === "reconnecting" && before === "connected") announce("Weak internet. Reconnecting.");
    if (this.#status === "connected" && before === "reconnecting") announce("You are connected again.");
    if (this.#status !== "connected") this.face?.setState("idle");
    this.show();
  }

  show(): void {
    document.body.dataset.connection = this.#status;
    element("banner").hidden = this.#status !== "reconnecting";
    const look = this.#status !== "connected" ? "waiting" : this.#nurse === null ? this.#state : "listening";
    element("state").dataset.state = look;
    element("state").dataset.typing = String(this.mode === "listen" || this.mode === "text_only");
    element("screen-call").dataset.state = look;
    setText("state-words", this.#words());
  }

  #words(): string {
    switch (this.#status) {
      case "connecting": return "Connecting";
      case "reconnecting": return "Reconnecting";
      case "connected": return this.#nurse !== null ? `Talking with ${this.#nurse}` : stateWords(this.#state, this.#name, this.mode, this.muted);
    }
  }

  close(): void {
    this.#clock?.close();
    this.face?.destroy();
  }
}
