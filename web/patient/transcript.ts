/** The captions on the page: the whole log for readers, and large words for now. Words appear with the voice, not before it. */
import { caption, lastWords, nurseSaid, patientSaid, patientTyped, personaSaid, type Log } from "./captions";
import { element, setText } from "./page";

/** A caption is never held back longer than this many milliseconds, whatever the clock says. */
const LONGEST_HOLD = 3_000;

export class Transcript {
  #log: Log = [];
  #since = 0;
  readonly #host = element("transcript");
  readonly #held = new Map<number, number[]>();

  /** A new connection: what comes now is said anew, even if it is numbered and worded like an old line. */
  connected(): void {
    this.#since = this.#log.length;
  }

  /** `at` = performance.now() when the words are heard, or null for now. */
  persona(utterance: number, text: string, done: boolean, at: number | null): void {
    const wait = at === null ? 0 : Math.min(at - performance.now(), LONGEST_HOLD);
    const show = () => this.#show(personaSaid(this.#log, utterance, text, done, this.#since));
    if (wait <= 0) return show();
    const timer = window.setTimeout(show, wait);
    this.#held.set(utterance, [...(this.#held.get(utterance) ?? []), timer]);
  }

  /** The patient interrupted: words that were not heard yet are not shown. */
  cut(utterance: number): void {
    for (const timer of this.#held.get(utterance) ?? []) clearTimeout(timer);
    this.#held.delete(utterance);
  }

  patient(text: string, final: boolean): void {
    this.#show(patientSaid(this.#log, text, final));
  }

  nurse(name: string, text: string, done: boolean): void {
    this.#show(nurseSaid(this.#log, name, text, done));
  }

  typed(text: string): void {
    this.#show(patientTyped(this.#log, text));
  }

  #show(log: Log): void {
    this.#log = log;
    log.forEach((line, index) => {
      const item = this.#host.children[index] ?? this.#host.appendChild(document.createElement("li"));
      item.className = line.who;
      if (line.utterance !== null) item.setAttribute("data-utterance", String(line.utterance));
      if (item.textContent !== line.text) item.textContent = line.text;
    });
    const { now, before } = caption(log);
    setText("caption", now?.text ?? "");
    setText("caption-before", before?.text ?? "");
    const words = lastWords(log);
    element("plate").dataset.last = log[log.length - 1]?.who ?? "persona";
    element("you").hidden = words === null;
    setText("you-text", words ?? "");
  }
}
