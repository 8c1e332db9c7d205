/** The "Drill" dialog: asks once, then rings for nobody. */
import { need } from "./page";
import { Refusal, fetchFragment, send } from "./requests";

export function prepareDrill(failed: (reason: unknown) => void, started: () => void): void {
  const dialog = need<HTMLDialogElement>("#drill-dialog");
  const body = need("#drill-body");
  need("#drill").addEventListener("click", () => {
    fetchFragment("/staff/fragments/drill").then((html) => {
      body.innerHTML = html;
      dialog.showModal();
    }, failed);
  });
  dialog.addEventListener("close", () => body.replaceChildren());
  body.addEventListener("submit", (event) => {
    event.preventDefault();
    const form = event.target as HTMLFormElement;
    need<HTMLButtonElement>("#start-drill", form).disabled = true;
    send(form).then(
      () => {
        dialog.close();
        started();
      },
      (reason: unknown) => {
        const problem = need("#drill-problem", form);
        problem.textContent = reason instanceof Refusal ? reason.sentence : "No connection. Please try again.";
        problem.hidden = false;
        need<HTMLButtonElement>("#start-drill", form).disabled = false;
      },
    );
  });
}
