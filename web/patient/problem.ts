/** The screen for anything that keeps a patient from going on. It always names a next step and a phone number, and typing wherever that works. */
import { announce, element, setText } from "./page";
import type { Problem } from "./screens";
import { PROBLEMS, type Remedy } from "./words";

const BUTTONS: Record<Remedy, string> = { type: "problem-type", retry: "problem-retry", copy: "problem-copy" };

/** `known`: the birth date fitted, so the patient has met the persona and is told again what it is. */
export function showProblem(problem: Problem, known: boolean): void {
  const words = PROBLEMS[problem];
  setText("problem-title", words.title);
  setText("problem-text", words.text);
  document.body.dataset.problem = problem;
  for (const [remedy, id] of Object.entries(BUTTONS)) {
    element(id).hidden = !words.remedies.includes(remedy as Remedy);
    element(id).classList.toggle("primary", words.remedies[0] === remedy);
    element(id).classList.toggle("quiet", words.remedies[0] !== remedy);
  }
  element("problem-ai").hidden = !known;
  element("link-row").hidden = true;
}

export function wireProblem(retry: () => void, type: () => void): void {
  element("problem-retry").addEventListener("click", retry);
  element("problem-type").addEventListener("click", type);
  element("problem-copy").addEventListener("click", () => void copyLink());
}

/** Copies the patient's own link; where the browser forbids that, shows it ready to copy by hand. */
async function copyLink(): Promise<void> {
  try {
    await navigator.clipboard.writeText(location.href);
    setText("problem-copy-words", "Link copied");
    announce("The link is copied. Now open Safari or Chrome and paste it.");
  } catch {
    const field = element("link-text", HTMLInputElement);
    element("link-row").hidden = false;
    field.value = location.href;
    field.select();
  }
}
