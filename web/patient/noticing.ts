/** The panel "What I noticed" and the light that says when voice or camera is measured. The server says what is on; the page never guesses. */
import { announce, element, setText } from "./page";
import { add, dispute, lightWords, type Noticed, type NoticedMessage, type Sense } from "./noticed";
import { clockWords } from "./words";

export interface NoticingEvents {
  allow(sense: Sense, on: boolean): void;
  notRight(cue: string, at: number): void;
}

/** What the patient chose before the call. */
export function chosen(): Record<Sense, boolean> {
  const yes = (sense: Sense) => element(`may-${sense}-yes`, HTMLInputElement).checked;
  return { voice: yes("voice"), camera: yes("camera") };
}

export class NoticedPanel {
  readonly #events: NoticingEvents;
  readonly #panel = element("noticed", HTMLDialogElement);
  readonly #allowed: Record<Sense, boolean> = { voice: false, camera: false };
  #camera = false;
  #list: readonly Noticed[] = [];

  constructor(events: NoticingEvents) {
    this.#events = events;
    element("noticed-open").addEventListener("click", () => this.#open());
    element("noticed-close").addEventListener("click", () => this.#panel.close());
    for (const sense of ["voice", "camera"] as const) {
      element(`allow-${sense}`).addEventListener("click", () => this.#toggle(sense));
    }
    this.#show();
  }

  /** The camera was turned on or off; without it no picture is measured, whatever is allowed. */
  setCamera(on: boolean): void {
    this.#camera = on;
    this.#show();
  }

  allowed(sense: Sense, on: boolean): void {
    this.#allowed[sense] = on;
    this.#show();
  }

  noticed(message: NoticedMessage): void {
    this.#list = add(this.#list, message);
    this.#show();
  }

  disputed(cue: string, at: number): void {
    this.#list = dispute(this.#list, cue, at);
    this.#show();
  }

  #open(): void {
    this.#panel.showModal();
    element("noticed-title").focus();
  }

  #toggle(sense: Sense): void {
    const on = !this.#allowed[sense];
    this.#events.allow(sense, on);
    this.allowed(sense, on);
    announce(`${sense === "voice" ? "Voice" : "Camera"} cues are ${on ? "on" : "off"}.`);
  }

  #show(): void {
    const looks = this.#allowed.camera && this.#camera;
    element("noticed-open").dataset.on = String(this.#allowed.voice || looks);
    setText("cues-words", lightWords(this.#allowed.voice, looks));
    for (const sense of ["voice", "camera"] as const) {
      element(`allow-${sense}`).setAttribute("aria-checked", String(this.#allowed[sense]));
      setText(`allow-${sense}-word`, this.#allowed[sense] ? "On" : "Off");
    }
    element("camera-needed").hidden = this.#camera || !this.#allowed.camera;
    element("noticed-none").hidden = this.#list.length > 0;
    element("noticed-list").replaceChildren(...this.#list.map((one) => this.#item(one)));
  }

  #item(one: Noticed): HTMLLIElement {
    const item = document.createElement("li");
    item.append(line("p", `${clockWords(one.at)} · ${one.title}`, "noticed-what"));
    item.append(...one.because.map((words) => line("p", words, "noticed-why")));
    if (one.disputed) {
      item.append(line("p", "You said this is not right. I noted it.", "noticed-noted"));
      return item;
    }
    const button = line("button", "That’s not right", "btn quiet sm");
    button.setAttribute("type", "button");
    button.addEventListener("click", () => {
      this.#events.notRight(one.cue, one.at);
      this.disputed(one.cue, one.at);
      announce("Thank you. I noted that it is not right.");
      element("noticed-title").focus();
    });
    item.append(button);
    return item;
  }
}

function line(tag: "p" | "button", text: string, className: string): HTMLElement {
  const made = document.createElement(tag);
  made.className = className;
  made.textContent = text;
  return made;
}
