/** What a nurse does with the pages of the open patient: seen, claimed (with a warning before taking over), closed. */
import { need } from "./page";
import { Refusal, fetchFragment, send } from "./requests";

export class Answering {
  private told = "";
  private readonly sheet = need<HTMLDialogElement>("#close-dialog");
  private readonly over = need<HTMLDialogElement>("#over-dialog");
  private readonly body = need("#close-body");
  private claiming: HTMLFormElement | null = null;

  constructor(
    private readonly changed: () => void,
    private readonly failed: (reason: unknown) => void,
  ) {
    this.sheet.addEventListener("close", () => this.body.replaceChildren());
    this.body.addEventListener("change", () => this.askWhyNoise());
    this.body.addEventListener("submit", (event) => {
      event.preventDefault();
      this.sendSheet(event.target as HTMLFormElement);
    });
    this.over.addEventListener("close", () => {
      if (this.over.returnValue === "take" && this.claiming) this.sendForm(this.claiming, null);
      this.claiming = null;
    });
  }

  /** Says which pages a nurse has before them; each set once. */
  see(): void {
    const foot = document.querySelector<HTMLElement>("#detail [data-fresh]");
    const fresh = foot?.dataset.fresh ?? "";
    if (!foot || fresh === this.told) return;
    this.told = fresh;
    const fields = new URLSearchParams({ checkin: foot.dataset.checkin ?? "" });
    for (const page of fresh.split(" ")) fields.append("escalation", page);
    fetch("/staff/seen", { method: "POST", body: fields, headers: { Accept: "application/json" } }).then(
      (reply) => {
        if (!reply.ok) this.told = "";
      },
      // The line itself tells when the server cannot be reached; the next look says it again.
      () => (this.told = ""),
    );
  }

  /** A form of the open patient was submitted. */
  submit(form: HTMLFormElement, by: HTMLElement | null): void {
    const colleague = form.dataset.over;
    if (!colleague) return this.sendForm(form, by);
    this.claiming = form;
    need("#over-text").textContent = `${form.dataset.words ?? colleague}. Take it over only if you two agree, or if ${colleague} cannot.`;
    need("#over-stay").textContent = `Leave it with ${colleague}`;
    this.over.returnValue = "";
    this.over.showModal();
  }

  openSheet(checkin: string): void {
    fetchFragment(`/staff/fragments/close/${checkin}`).then((html) => {
      this.body.innerHTML = html;
      need("#close-title").textContent = "Close";
      if (!this.sheet.open) this.sheet.showModal();
      this.askWhyNoise();
      this.body.querySelector<HTMLInputElement>("input[type=radio]")?.focus();
    }, this.failed);
  }

  /** The reason is asked for where a page was noise, and only there. */
  private askWhyNoise(): void {
    for (const page of this.body.querySelectorAll<HTMLElement>(".worth")) {
      const noise = page.querySelector<HTMLInputElement>('[name^="worth-"][value="noise"]')?.checked ?? false;
      need(".why-noise", page).hidden = !noise;
      for (const reason of page.querySelectorAll<HTMLInputElement>('[name^="noise-"]')) {
        reason.required = noise;
        reason.disabled = !noise;
      }
    }
  }

  private sendForm(form: HTMLFormElement, by: HTMLElement | null): void {
    const sent = send(form, by);
    for (const button of form.querySelectorAll("button")) button.disabled = true;
    sent.then(this.changed, (reason: unknown) => {
      this.failed(reason);
      this.changed();
    });
  }

  private sendSheet(form: HTMLFormElement): void {
    const button = need<HTMLButtonElement>("#close-now", form);
    button.disabled = true;
    send(form).then(
      () => {
        this.sheet.close();
        this.changed();
      },
      (reason: unknown) => {
        const problem = need("#close-problem", form);
        problem.textContent = reason instanceof Refusal ? reason.sentence : "No connection. Please try again.";
        problem.hidden = false;
        button.disabled = false;
        this.changed();
      },
    );
  }
}
