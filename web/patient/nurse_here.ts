/** A nurse in the call: who it is, whether they listen or talk, and their picture in the persona's place. Never a secret, and never a surprise. */
import { Picture } from "../shared/picture";
import { announce, element, setText } from "./page";
import type { NurseState } from "./wire";

/** What is said of a nurse in each state; null where nobody is there. Pure. */
export function nurseWords(state: NurseState, name: string): { title: string; text: string } | null {
  switch (state) {
    case "listening": return { title: `${name} is listening`, text: "Your nurse hears what you say." };
    case "talking": return { title: `${name} is here with you`, text: "Your nurse, a real person. You can talk now." };
    case "handed_back": return { title: `${name} is still listening`, text: "Your nurse hears what you say." };
    case "left":
    case "lost": return null;
  }
}

/** At most two letters. Pure. */
export function initials(name: string): string {
  const words = name.split(/\s+/).filter((word) => word !== "");
  return [words[0], words.length > 1 ? words[words.length - 1] : undefined].map((word) => word?.[0] ?? "").join("").toUpperCase();
}

export class NurseHere {
  readonly #persona: string;
  readonly #talks: (name: string | null) => void;
  readonly #picture = new Picture(element("nurse-picture", HTMLVideoElement));

  /** `talks` is told who has the floor in the persona's place, or null. */
  constructor(persona: string, talks: (name: string | null) => void) {
    this.#persona = persona;
    this.#talks = talks;
  }

  show(state: NurseState, name: string): void {
    const words = nurseWords(state, name);
    document.body.dataset.nurse = words === null ? "" : state === "talking" ? "talking" : "listening";
    element("nurse-note").hidden = words === null;
    setText("nurse-title", words?.title ?? "");
    setText("nurse-words", words?.text ?? "");
    setText("nurse-initials", initials(name));
    this.#talks(state === "talking" ? name : null);
    announce(words === null ? `${name} has left. ${this.#persona}, the AI helper, is here.` : `${words.title}. ${words.text}`);
  }

  picture(receiver: RTCRtpReceiver): void {
    this.#picture.from(receiver);
  }

  close(): void {
    this.#picture.close();
    document.body.dataset.nurse = "";
  }
}
