/** Says that somebody is at this page. A session that nobody uses ends after 15 minutes; the page warns before it does. */
import { need } from "./page";

const TELL_EVERY_MS = 60_000;
const HERE_MS = 60_000;
const WARN_AFTER_MS = 13 * 60_000;

export class Presence {
  private activeAt = Date.now();
  private toldAt = Date.now();

  constructor(
    private readonly signedOut: () => void,
    private readonly warned: () => void,
    private readonly here: () => void,
  ) {
    for (const kind of ["pointerdown", "keydown", "wheel"]) document.addEventListener(kind, () => this.active(), { passive: true });
  }

  private active(): void {
    this.activeAt = Date.now();
    need("#still-here").hidden = true;
    this.here();
    if (this.activeAt - this.toldAt < TELL_EVERY_MS) return;
    this.toldAt = this.activeAt;
    fetch("/staff/here", { method: "POST", headers: { Accept: "application/json" } }).then(
      (reply) => {
        if (reply.status === 401) this.signedOut();
      },
      // The line itself tells when the server cannot be reached.
      () => undefined,
    );
  }

  /** Whether somebody is before the page now, as far as it can tell. */
  get isHere(): boolean {
    return !document.hidden && Date.now() - this.activeAt < HERE_MS;
  }

  /** Call every second. */
  tick(): void {
    const warning = need("#still-here");
    if (!warning.hidden || Date.now() - this.activeAt < WARN_AFTER_MS) return;
    warning.hidden = false;
    this.warned();
  }
}
