/** Step 4 of the visit: the live check-in. It shows what the server says and sends what the patient does; it decides nothing about care. */
import { showCitation } from "./citation";
import { Connection, type Status } from "./connection";
import { press, showTyping, wireControls } from "./controls";
import { showPreview, type Devices } from "./devices";
import { HelpCard } from "./help";
import { NurseHere } from "./nurse_here";
import { announce, element, setText } from "./page";
import { NoticedPanel } from "./noticing";
import { Presence } from "./presence";
import type { Claim, EndReason, Mode, Problem } from "./screens";
import { play } from "./sound";
import { Transcript } from "./transcript";
import type { FromPersona } from "./wire";
import { clockWords } from "./words";

/** After "End", the goodbye comes no later than this many milliseconds, even if the line is down. */
const GOODBYE_PATIENCE = 3_000;
/** The last word is still in the phone's sound buffer when the server says that all is done; milliseconds. */
const LAST_WORD = 800;
/** How long the page tries, behind the goodbye, to deliver that the patient left; milliseconds. */
const LAST_WISH = 30_000;

export interface CheckInEvents {
  ended(reason: EndReason): void;
  soundBlocked(): void;
  refused(problem: Problem): void;
  stillRunning(): Promise<boolean>;
}

export class CheckIn {
  readonly #help: HelpCard;
  readonly #devices: Devices;
  readonly #events: CheckInEvents;
  readonly #connection: Connection;
  readonly #presence: Presence;
  readonly #nurse: NurseHere;
  readonly #noticed: NoticedPanel;
  readonly #transcript = new Transcript();
  readonly #audio = element("persona-audio", HTMLAudioElement);
  #timer = 0;
  #left = false;

  constructor(claim: Claim, mode: Mode, devices: Devices, events: CheckInEvents) {
    this.#help = new HelpCard(claim.emergency_number);
    this.#devices = devices;
    this.#events = events;
    this.#presence = new Presence(claim.persona.name, mode);
    this.#nurse = new NurseHere(claim.persona.name, (name) => this.#presence.with(name));
    this.#connection = new Connection(mode, devices, {
      status: (status) => this.#setStatus(status),
      message: (message, receiver) => this.#left ? this.#hearLast(message) : this.#receive(message, receiver),
      sound: (stream) => void this.#sound(stream),
      picture: (receiver) => this.#nurse.picture(receiver),
      silent: () => this.#goSilent(),
      stillRunning: () => events.stillRunning(),
      refused: (problem) => events.refused(problem),
    });
    this.#noticed = new NoticedPanel({
      allow: (what, on) => this.#connection.send({ k: "cues", what, on }),
      notRight: (cue, at) => this.#connection.send({ k: "not_right", cue, at }),
    });
    this.#wire();
  }

  open(): void {
    const start = Date.now();
    this.#timer = window.setInterval(() => setText("timer", clockWords((Date.now() - start) / 1000)), 1000);
    this.#showMode();
    this.#keepMicrophone();
    press(element("camera"), this.#devices.camera !== null);
    this.#noticed.setCamera(this.#devices.camera !== null);
    showPreview(element("self-view", HTMLVideoElement), this.#devices.camera);
    this.#connection.open();
  }

  /** Ends sound, camera and microphone at once. An "End" that has not reached the server is still delivered. */
  close(): void {
    this.#left = true;
    clearInterval(this.#timer);
    this.#devices.close();
    this.#audio.srcObject = null;
    this.#nurse.close();
    this.#presence.close();
    this.#connection.mode = "text_only";
    if (!this.#connection.pending) this.#connection.close();
    else window.setTimeout(() => this.#connection.close(), LAST_WISH);
  }

  #receive(message: FromPersona, receiver: RTCRtpReceiver | null): void {
    const { face } = this.#presence;
    switch (message.k) {
      case "clk": return this.#presence.setClock(receiver, message.rtp0, message.rate);
      case "v": return face?.say(message.u, message.t0, message.e);
      case "cap": return this.#transcript.persona(message.u, message.text, message.done, this.#presence.timeOf(message.t));
      case "cut":
        this.#transcript.cut(message.u);
        return face?.cut(message.u, message.t);
      case "s": return this.#presence.setState(message.state);
      case "you":
        showCitation(null);
        return this.#transcript.patient(message.text, message.final);
      case "cite": return showCitation(message);
      case "cues": return this.#noticed.allowed(message.what, message.on);
      case "noticed": return this.#noticed.noticed(message);
      case "not_right": return this.#noticed.disputed(message.cue, message.at);
      case "esc": return this.#help.show(message.tier, message.ack);
      case "nurse_cap": return this.#transcript.nurse(message.name, message.text, message.done);
      case "nurse": return this.#nurse.show(message.state, message.name);
      case "end": window.setTimeout(() => this.#events.ended(message.reason), message.reason === "completed" ? LAST_WORD : 0);
    }
  }

  /** After the goodbye only one thing matters: the server knows that the patient left. */
  #hearLast(message: FromPersona): void {
    if (message.k === "end") this.#connection.close();
  }

  async #sound(stream: MediaStream): Promise<void> {
    if (this.#left) return;
    this.#audio.srcObject = stream;
    if (!(await play(this.#audio))) this.#events.soundBlocked();
  }

  #setStatus(status: Status): void {
    if (this.#left) return;
    this.#presence.setStatus(status);
    if (status !== "connected") return this.#transcript.connected();
    this.#connection.send({ k: "levels", kept: this.#devices.levelsKept });
    if (this.#presence.muted) this.#connection.send({ k: "mute", on: true });
    if (document.hidden) this.#connection.send({ k: "page", visible: false });
  }

  #showMode(): void {
    const { mode } = this.#connection;
    const writing = mode === "listen" || mode === "text_only";
    this.#presence.mode = mode;
    element("mute").hidden = writing;
    element("camera").hidden = writing;
    if (writing) showTyping(true);
    this.#presence.show();
  }

  #goSilent(): void {
    announce("Sound does not get through. You can read and type.");
    element("silent-note").hidden = false;
    this.#showMode();
  }

  /** Some phones take the microphone away when the screen locks; without one the patient can still type. */
  #keepMicrophone(): void {
    this.#devices.microphone?.addEventListener("ended", () => void this.#replaceMicrophone());
  }

  async #replaceMicrophone(): Promise<void> {
    if (this.#left) return;
    const track = await this.#devices.openMicrophone(() => {});
    if (typeof track === "string") {
      showTyping(true);
      return announce("We cannot hear you now. You can type.");
    }
    track.enabled = !this.#presence.muted;
    this.#connection.setMicrophone(track);
    this.#keepMicrophone();
  }

  async #setCamera(on: boolean): Promise<boolean> {
    if (!on) this.#devices.closeCamera();
    const track = on ? await this.#devices.openCamera() : null;
    showPreview(element("self-view", HTMLVideoElement), track);
    this.#connection.setCamera(track);
    this.#noticed.setCamera(track !== null);
    return track !== null;
  }

  #setMuted(on: boolean): void {
    this.#presence.muted = on;
    if (this.#devices.microphone !== null) this.#devices.microphone.enabled = !on;
    this.#connection.send({ k: "mute", on });
    this.#presence.show();
  }

  #end(): void {
    this.#connection.send({ k: "end" });
    window.setTimeout(() => this.#events.ended("patient_ended"), GOODBYE_PATIENCE);
  }

  #wire(): void {
    wireControls({
      mute: (on) => this.#setMuted(on),
      typed: (text) => { this.#transcript.typed(text); this.#connection.send({ k: "typed", text }); },
      nurse: () => this.#connection.send({ k: "nurse" }),
      end: () => this.#end(),
      camera: (on) => this.#setCamera(on),
      still: (on) => this.#presence.face?.setStill(on),
    });
    document.addEventListener("visibilitychange", () => this.#connection.send({ k: "page", visible: !document.hidden }));
  }
}
