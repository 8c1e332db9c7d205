/** Keeps the patient in their check-in: one socket and one peer at a time, and a fresh pair by itself whenever either breaks. It never needs a tap and never gives up. */
import { waitBefore } from "./backoff";
import { Peer } from "./call";
import type { Devices } from "./devices";
import type { Mode, Problem } from "./screens";
import { VisitSocket } from "./socket";
import type { FromPersona, FromServer, ToPersona } from "./wire";

export type Status = "connecting" | "connected" | "reconnecting";

/** A try that has not connected after so many milliseconds counts as lost. */
const TRY_PATIENCE = 10_000;
/** After so many tries in which the socket answered and sound did not get through, the check-in goes on in writing. */
const SOUND_TRIES = 3;
/** Every so many tries the page asks whether the check-in still runs. */
const ASK_EVERY = 4;
/** Typed words and taps kept while the line is down; the oldest goes first. */
const QUEUE = 20;
/** What the patient must not have done in vain: these wait for a connection. */
const KEPT = new Set<ToPersona["k"]>(["typed", "nurse", "end", "cues", "not_right"]);

export interface ConnectionEvents {
  status(status: Status): void;
  message(message: FromPersona, receiver: RTCRtpReceiver | null): void;
  sound(stream: MediaStream): void;
  picture(receiver: RTCRtpReceiver): void;
  /** Sound does not get through; from now on the check-in is in writing. */
  silent(): void;
  /** False ends the tries: the check-in is over or no longer this device's. */
  stillRunning(): Promise<boolean>;
  /** The server wants this page to stop. */
  refused(problem: Problem): void;
}

export class Connection {
  mode: Mode;
  readonly #devices: Devices;
  readonly #events: ConnectionEvents;
  #socket: VisitSocket | null = null;
  #peer: Peer | null = null;
  /** The peer that speaks on until a new one, with the camera, has connected. */
  #leaving: Peer | null = null;
  #servers: RTCIceServer[] = [];
  #queue: ToPersona[] = [];
  #tries = 0;
  #ask = false;
  #silentTries = 0;
  #connected = false;
  #closed = false;
  #timer = 0;

  constructor(mode: Mode, devices: Devices, events: ConnectionEvents) {
    this.mode = typeof RTCPeerConnection === "function" ? mode : "text_only";
    this.#devices = devices;
    this.#events = events;
    window.addEventListener("online", () => this.#retryNow());
    window.addEventListener("offline", () => this.#lost());
  }

  open(): void {
    if (this.#closed) return;
    const socket = new VisitSocket({
      message: (message) => { if (socket === this.#socket) this.#receive(message); },
      closed: (ended) => {
        if (socket !== this.#socket) return;
        this.#ask ||= ended;
        this.#lost();
      },
    });
    this.#socket = socket;
    this.#expect();
  }

  /** Sends by the best way open now, or keeps the message until there is one. */
  send(message: ToPersona): void {
    if (this.#connected && (this.#peer?.send(message) || this.#socket?.send(message))) return;
    if (KEPT.has(message.k)) this.#queue = [...this.#queue, message].slice(-QUEUE);
  }

  /** Shows or hides the camera. Who only typed before takes a new offer; the old peer speaks on until the new one does. */
  setCamera(track: MediaStreamTrack | null): void {
    if (this.#connected && this.#peer !== null && !this.#peer.setCamera(track)) this.#call();
    this.send({ k: "camera", on: track !== null });
  }

  setMicrophone(track: MediaStreamTrack): void {
    this.#peer?.setMicrophone(track);
  }

  /** True while something the patient did has not reached the server. */
  get pending(): boolean {
    return this.#queue.length > 0;
  }

  close(): void {
    this.#closed = true;
    this.#drop();
  }

  #receive(message: FromServer | FromPersona): void {
    if ("k" in message) return this.#events.message(message, null);
    switch (message.type) {
      case "ice":
        this.#servers = message.servers;
        return this.mode === "text_only" ? this.#write() : this.#call();
      case "answer":
        void this.#peer?.answer(message.sdp).catch(() => this.#lost());
        return;
      case "error":
        return this.#fail(message.code, message.retryable);
    }
  }

  #fail(code: string, retryable: boolean): void {
    if (code === "replaced") return this.#events.refused("replaced");
    // A running call is not dropped for one message that the server could not read.
    if (this.#connected && !retryable) return;
    this.#ask ||= !retryable;
    this.#lost(this.#peer !== null);
  }

  #write(): void {
    this.#socket?.send({ type: "text_only" });
    this.#succeed();
  }

  #call(): void {
    this.#leaving = this.#peer;
    const microphone = this.mode !== "listen" && this.#devices.microphone?.readyState === "live" ? this.#devices.microphone : null;
    const camera = microphone === null ? null : this.#devices.camera;
    const mode = microphone === null ? "listen" : camera === null ? "voice" : "video";
    const peer: Peer = new Peer({ servers: this.#servers, mode, microphone, camera }, {
      send: (message) => { if (peer === this.#peer) this.#socket?.send(message); },
      message: (message, receiver) => this.#events.message(message, receiver),
      sound: (stream) => this.#events.sound(stream),
      picture: (receiver) => this.#events.picture(receiver),
      connected: () => { if (peer === this.#peer) this.#succeed(); },
      lost: () => { if (peer === this.#peer) this.#lost(!this.#connected); },
    });
    this.#peer = peer;
    this.#expect();
    void peer.offer().catch(() => { if (peer === this.#peer) this.#lost(); });
  }

  #expect(): void {
    clearTimeout(this.#timer);
    this.#timer = window.setTimeout(() => this.#lost(this.#peer !== null), TRY_PATIENCE);
  }

  #succeed(): void {
    clearTimeout(this.#timer);
    this.#leaving?.close();
    this.#leaving = null;
    this.#tries = 0;
    this.#silentTries = 0;
    this.#connected = true;
    this.#events.status("connected");
    const waiting = this.#queue;
    this.#queue = [];
    for (const message of waiting) this.send(message);
  }

  /** `silent`: the server answered, but no sound got through. */
  #lost(silent = false): void {
    if (this.#closed) return;
    this.#silentTries += silent ? 1 : 0;
    this.#drop();
    this.#events.status("reconnecting");
    if (this.#silentTries >= SOUND_TRIES && this.mode !== "text_only") {
      this.mode = "text_only";
      this.#events.silent();
    }
    this.#timer = window.setTimeout(() => void this.#retry(), waitBefore(this.#tries++, Math.random()));
  }

  async #retry(): Promise<void> {
    const ask = this.#ask || this.#tries % ASK_EVERY === 0;
    this.#ask = false;
    if (ask && !(await this.#events.stillRunning())) return;
    if (this.#socket === null) this.open();
  }

  #retryNow(): void {
    if (this.#closed || this.#socket !== null) return;
    clearTimeout(this.#timer);
    this.open();
  }

  #drop(): void {
    clearTimeout(this.#timer);
    this.#connected = false;
    const [socket, ...peers] = [this.#socket, this.#peer, this.#leaving] as const;
    this.#socket = this.#peer = this.#leaving = null;
    socket?.close();
    for (const peer of peers) peer?.close();
  }
}
