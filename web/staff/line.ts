/** The line to the server: live, lost since when, or signed out; shown in words, never left for the nurse to guess. */
import { need } from "./page";
import { sentence, setServerTime } from "./times";

const SILENT_MS = 22_000;
const AGAIN_MS = 10_000;

export interface Notice {
  topic: string;
  [id: string]: string;
}

export class Line {
  private source: EventSource | null = null;
  private heardAt = Date.now();
  private openedAt = 0;
  private state: "connecting" | "live" | "lost" | "signed-out" = "connecting";
  private retry = 0;

  constructor(
    private readonly back: () => void,
    private readonly notice: (notice: Notice) => void,
  ) {
    this.open();
  }

  private open(): void {
    this.source?.close();
    this.openedAt = Date.now();
    const source = new EventSource("/staff/live");
    this.source = source;
    source.addEventListener("beat", (event) => {
      setServerTime((JSON.parse(event.data) as { now: string }).now);
      this.heard();
    });
    source.addEventListener("notice", (event) => {
      this.heard();
      this.notice(JSON.parse(event.data) as Notice);
    });
    source.addEventListener("over", () => {
      source.close();
      void this.whyClosed();
    });
    source.addEventListener("error", () => {
      this.set("lost");
      // A browser gives up for good after a refusal, for example when the session has ended.
      if (source.readyState === EventSource.CLOSED) void this.whyClosed();
    });
  }

  private heard(): void {
    this.heardAt = Date.now();
    if (this.state === "live") return;
    this.set("live");
    this.back();
  }

  /** The stream ended: signed out, or a server that is starting again? */
  private async whyClosed(): Promise<void> {
    window.clearTimeout(this.retry);
    try {
      const reply = await fetch("/staff/session", { headers: { Accept: "application/json" } });
      if (reply.status === 401) return this.signedOut();
    } catch {
      // No answer at all: the line is lost, and the next try will tell.
    }
    this.set("lost");
    this.retry = window.setTimeout(() => this.open(), 2000);
  }

  get isSignedOut(): boolean {
    return this.state === "signed-out";
  }

  signedOut(): void {
    this.source?.close();
    this.set("signed-out");
  }

  /** Call every second. */
  tick(): void {
    const now = Date.now();
    if (this.state === "live" && now - this.heardAt > SILENT_MS) this.set("lost");
    if (this.state !== "lost") return;
    this.show();
    // A half-open connection neither answers nor fails; only a fresh one gets through.
    if (now - this.openedAt > AGAIN_MS) this.open();
  }

  private set(state: Line["state"]): void {
    this.state = state;
    this.show();
  }

  private show(): void {
    const words = { connecting: "Connecting", live: "Live", lost: "Lost", "signed-out": "Signed out" };
    need("#live-state").dataset.state = this.state;
    need("#live-text").textContent = words[this.state];
    need("#lost").hidden = this.state !== "lost" && this.state !== "signed-out";
    need("#lost-sign-in").hidden = this.state !== "signed-out";
    const age = sentence((Date.now() - this.heardAt) / 1000);
    const text =
      this.state === "signed-out"
        ? "You are signed out. New pages do not ring here."
        : "Connection lost. This list may be out of date; we keep trying.";
    // The age is not part of the alert: a screen reader would read it out every second.
    if (need("#lost-text").textContent !== text) need("#lost-text").textContent = text;
    need("#lost-age").textContent = this.state === "lost" ? `Last news ${age} ago` : "";
  }
}
