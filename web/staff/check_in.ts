/** The "New check-in" dialog: choose, make the link, copy it. The link is shown once and forgotten with the dialog. */
import { need } from "./page";
import { Refusal, fetchFragment, send } from "./requests";

export function prepareNewCheckIn(failed: (reason: unknown) => void, made: () => void): () => void {
  const dialog = need<HTMLDialogElement>("#new-check-in-dialog");
  const body = need("#new-check-in-body");
  const open = (): void => {
    fetchFragment("/staff/fragments/new-check-in").then((html) => {
      body.innerHTML = html;
      dialog.showModal();
    }, failed);
  };
  dialog.addEventListener("close", () => body.replaceChildren());
  body.addEventListener("submit", (event) => {
    event.preventDefault();
    const form = event.target as HTMLFormElement;
    need<HTMLButtonElement>("#make-link", form).disabled = true;
    send(form).then(
      (html) => {
        body.innerHTML = html;
        need<HTMLInputElement>("#invitation-link").select();
        made();
      },
      (reason: unknown) => showProblem(form, reason),
    );
  });
  body.addEventListener("click", (event) => {
    if ((event.target as Element).closest("#copy-link")) void copy();
  });
  need("#new-check-in").addEventListener("click", open);
  return open;
}

function showProblem(form: HTMLFormElement, reason: unknown): void {
  const problem = need("#new-check-in-problem", form);
  problem.textContent = reason instanceof Refusal ? reason.sentence : "No connection. Please try again.";
  problem.hidden = false;
  need<HTMLButtonElement>("#make-link", form).disabled = false;
}

async function copy(): Promise<void> {
  const link = need<HTMLInputElement>("#invitation-link");
  link.select();
  try {
    await navigator.clipboard.writeText(link.value);
    need("#copy-text").textContent = "Copied";
  } catch {
    need("#copy-text").textContent = "Press Ctrl+C to copy";
  }
}
