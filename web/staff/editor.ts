/** The editor's preview follows the typing: the server reads the text as patients would hear it. Nothing is saved by it. */
import { need } from "./page";
import { Refusal, send } from "./requests";

/** Without a key for so long the text is read again; milliseconds. */
const PAUSE = 400;

export function startEditor(form: HTMLFormElement): void {
  const text = need("#heard-text");
  const note = need("#heard-note");
  const saved = note.textContent ?? "";
  let waiting = 0;
  let asked = 0;

  async function read(): Promise<void> {
    const mine = ++asked;
    const answer = await send(form, null, form.dataset.heard).catch((reason: unknown) => reason);
    // Somebody typed on while this answer was on its way.
    if (mine !== asked) return;
    if (typeof answer === "string") text.innerHTML = answer;
    note.textContent = typeof answer === "string" ? saved : `This is of before. ${sentenceOf(answer)}`;
    need("#heard").hidden = false;
  }

  form.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = window.setTimeout(() => void read(), PAUSE);
  });
  if (need<HTMLTextAreaElement>("#body").value.trim() !== "") void read();
}

const sentenceOf = (reason: unknown): string => (reason instanceof Refusal ? reason.sentence : "No connection.");
