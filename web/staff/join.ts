/** The panel of a call that a nurse has joined: listen first, then talk, hand back, leave or end. It says at every moment who hears whom. */
import { Picture } from "../shared/picture";
import { need } from "./page";
import { RoomDevices } from "./room_devices";
import { RoomLine, type FromRoom } from "./room_line";
import { words, type Call } from "./room_words";

export class Join {
  readonly #devices = new RoomDevices();
  readonly #panel = need("#room");
  readonly #sound = need<HTMLAudioElement>("#room-sound");
  readonly #picture = new Picture(need<HTMLVideoElement>("#room-patient"));
  #line: RoomLine | null = null;
  #call: Call = { mode: "over", patient: "here", microphone: null, muted: false, name: "", persona: "", reason: "" };

  constructor() {
    const on = (id: string, act: () => void): void => need(id).addEventListener("click", act);
    on("#room-talk", () => this.talk());
    on("#room-back", () => this.handBack());
    on("#room-mute", () => this.mute());
    on("#room-camera", () => void this.camera());
    on("#room-leave", () => this.leave());
    on("#room-end", () => this.#askToEnd());
    on("#room-end-no", () => need<HTMLDialogElement>("#room-end-question").close());
    on("#room-end-yes", () => {
      need<HTMLDialogElement>("#room-end-question").close();
      this.#line?.send({ k: "end" });
    });
    need("#room-microphone").addEventListener("change", () => void this.#changeMicrophone());
    need("#room-cameras").addEventListener("change", () => { if (this.#devices.camera) void this.#openCamera(); });
    window.addEventListener("pagehide", () => this.#line?.send({ k: "leave" }));
  }

  /** Whether a call is joined, or being joined. */
  get inside(): boolean {
    return this.#line !== null;
  }

  /** Joins this check-in's call; `button` says whose it is. */
  async open(button: HTMLElement): Promise<void> {
    if (this.inside) return;
    const { checkin = "", patient: name = "", persona = "" } = button.dataset;
    this.#call = { mode: "connecting", patient: "here", microphone: null, muted: false, name, persona, reason: "" };
    this.#panel.hidden = false;
    need("#room-caption").replaceChildren();
    const line = new RoomLine(checkin, {
      message: (message) => this.#take(message),
      sound: (stream) => { this.#sound.srcObject = stream; void this.#sound.play().catch(() => undefined); },
      picture: (receiver) => this.#picture.from(receiver),
      closed: (why) => { if (line === this.#line) this.#closed(why); },
    });
    this.#line = line;
    this.#show();
    need("#room-leave").focus();
    this.#call.microphone = await this.#devices.openMicrophone();
    if (line !== this.#line) return this.#devices.close();
    line.setMicrophone(this.#devices.microphone);
    void this.#devices.list("audioinput", need("#room-microphone"));
    void this.#devices.list("videoinput", need("#room-cameras"));
    this.#show();
  }

  talk(): void {
    if (words(this.#call).mayTalk) this.#line?.send({ k: "talk" });
  }

  handBack(): void {
    if (this.#call.mode === "talking" || this.#call.mode === "introducing") this.#line?.send({ k: "back" });
  }

  mute(): void {
    if (!this.inside) return;
    this.#call.muted = !this.#call.muted;
    if (this.#devices.microphone) this.#devices.microphone.enabled = !this.#call.muted;
    this.#show();
  }

  async camera(): Promise<void> {
    if (!this.inside) return;
    if (this.#devices.camera === null) return this.#openCamera();
    this.#devices.closeCamera();
    this.#showCamera();
  }

  leave(): void {
    if (!this.inside) this.#panel.hidden = true;
    else this.#line?.send({ k: "leave" });
  }

  async #openCamera(): Promise<void> {
    await this.#devices.openCamera(need<HTMLSelectElement>("#room-cameras").value);
    if (!this.inside) return this.#devices.close();
    this.#showCamera();
  }

  #showCamera(): void {
    const { camera } = this.#devices;
    this.#line?.setCamera(camera);
    const self = need<HTMLVideoElement>("#room-self");
    self.srcObject = camera === null ? null : new MediaStream([camera]);
    self.hidden = camera === null;
    this.#show();
  }

  async #changeMicrophone(): Promise<void> {
    this.#call.microphone = await this.#devices.openMicrophone(need<HTMLSelectElement>("#room-microphone").value);
    if (this.#devices.microphone) this.#devices.microphone.enabled = !this.#call.muted;
    this.#line?.setMicrophone(this.#devices.microphone);
    this.#show();
  }

  #take(message: FromRoom): void {
    switch (message.k) {
      case "room":
        if (message.mode !== "empty") this.#call.mode = message.mode;
        this.#call.patient = message.patient;
        return this.#show();
      case "cap": return this.#caption(this.#call.persona, message.text);
      case "you": return this.#caption(this.#call.name, message.text);
      case "over":
        this.#call = { ...this.#call, mode: "over", reason: message.reason };
        return this.#show();
    }
  }

  #caption(who: string, text: string): void {
    if (text === "") return;
    const speaker = document.createElement("b");
    speaker.textContent = `${who}: `;
    const caption = need("#room-caption");
    caption.replaceChildren(speaker, text);
    caption.scrollTop = caption.scrollHeight;
  }

  #closed(why: string | null): void {
    this.#line = null;
    this.#devices.close();
    this.#sound.srcObject = null;
    this.#picture.stop();
    need<HTMLVideoElement>("#room-self").hidden = true;
    need<HTMLDialogElement>("#room-end-question").close();
    if (why !== null) this.#call = { ...this.#call, mode: "failed", reason: why };
    else if (this.#call.mode !== "over") this.#call = { ...this.#call, mode: "over", reason: "lost" };
    this.#show();
  }

  #askToEnd(): void {
    need<HTMLDialogElement>("#room-end-question").showModal();
    need("#room-end-no").focus();
  }

  #show(): void {
    const call = this.#call, { pill, tone, hint, problem, mayTalk } = words(call);
    const has = document.activeElement;
    this.#panel.dataset.mode = call.mode;
    document.body.toggleAttribute("data-in-call", this.inside);
    need("#room-title").textContent = `Call with ${call.name}`;
    need("#room-mode").textContent = pill;
    need("#room-mode").className = `pill ${tone}`;
    need("#room-hint").textContent = hint;
    need("#room-problem").textContent = problem;
    need("#room-problem").hidden = problem === "";
    need("#room-blank").textContent = call.patient === "gone" ? "Not connected" : `${call.name}’s camera is off`;
    need("#room-talk-words").textContent = `Talk to ${call.name}`;
    need("#room-back-words").textContent = `Hand back to ${call.persona}`;
    need("#room-end-title").textContent = `End ${call.name}’s check-in?`;
    const floor = call.mode === "talking" || call.mode === "introducing", live = this.inside && call.mode !== "over";
    need("#room-talk").hidden = floor || !live;
    need<HTMLButtonElement>("#room-talk").disabled = !mayTalk;
    need("#room-back").hidden = !floor || !live;
    for (const id of ["#room-mute", "#room-camera", "#room-end", ".room-devices"]) need(id, this.#panel).hidden = !live;
    need("#room-leave").lastChild!.textContent = live ? "Leave" : "Close";
    press("#room-mute", call.muted, call.muted ? "Unmute" : "Mute");
    press("#room-camera", this.#devices.camera !== null, this.#devices.camera === null ? "Camera on" : "Camera off");
    if (has instanceof HTMLElement && has.id === "room-talk" && floor) need("#room-back").focus();
    if (has instanceof HTMLElement && has.id === "room-back" && !floor && live) need("#room-talk").focus();
  }
}

function press(id: string, on: boolean, text: string): void {
  need(id).setAttribute("aria-pressed", String(on));
  need(`${id}-words`).textContent = text;
}
