/** The nurse's console: rings for whoever needs a person, and follows one call as it is spoken. */
import { Answering } from "./answering";
import { prepareNewCheckIn } from "./check_in";
import { prepareDrill } from "./drill";
import { Fragment } from "./fragment";
import { Join } from "./join";
import { listenForKeys } from "./keys";
import { Line, type Notice } from "./line";
import { need } from "./page";
import { Refusal } from "./requests";
import { preparePush } from "./push";
import { Presence } from "./presence";
import { Ring } from "./ring";
import { tick, wallTime } from "./times";

export function startConsole(root: HTMLElement): void {
  const ring = new Ring(showSound);
  let selected = root.dataset.checkin ?? "";
  let known = new Set(pages().map((row) => row.dataset.escalation));

  const failed = (reason: unknown): void => {
    if (reason instanceof Refusal && reason.status === 401) signedOut();
    else need("#whisper").textContent = reason instanceof Refusal ? reason.sentence : "No connection.";
  };
  const queue = new Fragment(need("#queue"), () => `/staff/fragments/queue?selected=${selected}`, queueSwapped, failed);
  const detail = new Fragment(need("#detail"), () => `/staff/fragments/checkin/${selected}`, detailSwapped, failed);
  const line = new Line(refreshAll, noticed);
  const answering = new Answering(refreshAll, failed);
  const presence = new Presence(signedOut, () => ring.once(), () => answering.see());
  const join = new Join();
  const openJoin = (): void => {
    const button = document.querySelector<HTMLElement>("#join");
    if (button) void join.open(button);
  };
  const openNewCheckIn = prepareNewCheckIn(failed, () => void queue.refresh());

  void preparePush(root.dataset.pushWorker ?? "");
  prepareDrill(failed, () => void queue.refresh());

  function signedOut(): void {
    need("#still-here").hidden = true;
    ring.once();
    line.signedOut();
  }

  function noticed(notice: Notice): void {
    if (notice.topic === "reload") refreshAll();
    if (notice.topic === "queue") {
      void queue.refresh();
      if (selected) void detail.refresh();
    }
    if (notice.topic === `checkin:${selected}`) void detail.refresh();
  }

  function refreshAll(): void {
    void queue.refresh();
    if (selected) void detail.refresh();
  }

  function queueSwapped(): void {
    const fresh = pages().filter((row) => !known.has(row.dataset.escalation));
    known = new Set(pages().map((row) => row.dataset.escalation));
    tick();
    showWaiting();
    const emergency = fresh.find((row) => row.dataset.tier === "emergency");
    if (emergency) announce(emergency);
    else if (fresh.length > 0) {
      ring.once();
      need("#whisper").textContent = `New page: ${nameIn(fresh[0]!)}`;
    }
    // An empty desk opens what needs it; a nurse who is reading is never moved.
    if (fresh[0] && !selected && window.innerWidth > 1100) select(fresh[0].dataset.checkin ?? "");
  }

  function announce(row: HTMLElement): void {
    const toast = need("#announcement");
    const open = document.createElement("button");
    open.className = "btn sm";
    open.textContent = "Open";
    open.addEventListener("click", () => select(row.dataset.checkin ?? ""));
    toast.replaceChildren(`Emergency: ${nameIn(row)}`, open);
  }

  function showWaiting(): void {
    const waiting = pages();
    need("#count").textContent = String(waiting.length);
    need("#count").hidden = waiting.length === 0;
    document.title = waiting.length > 0 ? `(${waiting.length}) Needs you · Nightlight` : "Needs you · Nightlight";
    const emergencies = waiting.filter((row) => row.dataset.tier === "emergency");
    if (emergencies.length > 0) ring.keepRinging();
    else ring.stop();
    const toast = need("#announcement");
    if (emergencies.length === 0 && toast.hasChildNodes()) toast.replaceChildren();
  }

  let heldAtEnd = true;
  function detailSwapped(): void {
    tick();
    if (presence.isHere) answering.see();
    const transcript = document.querySelector<HTMLElement>("#transcript");
    if (!transcript) return;
    if (heldAtEnd) transcript.scrollTop = transcript.scrollHeight;
    else transcript.scrollTop = readFrom;
    transcript.addEventListener("scroll", () => {
      heldAtEnd = transcript.scrollHeight - transcript.scrollTop - transcript.clientHeight < 48;
      readFrom = transcript.scrollTop;
    });
  }
  let readFrom = 0;

  function select(checkin: string, address = `/staff/check-ins/${checkin}`): void {
    selected = checkin;
    heldAtEnd = true;
    root.dataset.showing = checkin ? "detail" : "list";
    history.replaceState(null, "", address);
    for (const row of rows()) row.toggleAttribute("aria-current", false);
    for (const row of rows()) if (row.dataset.checkin === checkin) row.setAttribute("aria-current", "true");
    need("#announcement").replaceChildren();
    if (checkin) void detail.refresh();
  }

  function step(by: number): void {
    const all = rows();
    if (all.length === 0) return;
    const at = all.findIndex((row) => row.dataset.checkin === selected);
    const next = all[at < 0 ? 0 : Math.min(all.length - 1, Math.max(0, at + by))];
    next?.scrollIntoView({ block: "nearest" });
    next?.focus({ preventScroll: true });
    select(next?.dataset.checkin ?? "");
  }

  function showSound(): void {
    need("#sound").setAttribute("aria-pressed", String(ring.on));
    need("#sound-text").textContent = ring.on ? "Sound is on" : "Turn sound on";
  }

  need("#sound").addEventListener("click", () => ring.toggle());
  need("#queue").addEventListener("click", (event) => {
    const row = (event.target as Element).closest<HTMLElement>("[data-checkin]");
    if (!row || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    select(row.dataset.checkin ?? "");
  });
  need("#detail").addEventListener("click", (event) => {
    if ((event.target as Element).closest("#join")) return openJoin();
    if ((event.target as Element).closest("#close")) answering.openSheet(selected);
    if (!(event.target as Element).closest("#back")) return;
    event.preventDefault();
    select("", "/staff/");
  });
  need("#detail").addEventListener("submit", (event) => {
    event.preventDefault();
    answering.submit(event.target as HTMLFormElement, event.submitter);
  });
  listenForKeys({
    j: () => step(1),
    k: () => step(-1),
    a: () => document.querySelector<HTMLButtonElement>("#acknowledge:not(:disabled)")?.click(),
    c: () => document.querySelector<HTMLButtonElement>("#claim:not(:disabled)")?.click(),
    d: () => document.querySelector<HTMLButtonElement>("#close")?.click(),
    n: openNewCheckIn,
    l: openJoin,
    t: () => join.talk(),
    b: () => join.handBack(),
    m: () => join.mute(),
    v: () => void join.camera(),
    x: () => join.leave(),
  });
  window.setInterval(() => {
    tick();
    line.tick();
    if (!line.isSignedOut) presence.tick();
    need("#wall-clock").textContent = wallTime(new Date());
  }, 1000);
  need("#wall-clock").textContent = wallTime(new Date());
  showWaiting();
  detailSwapped();
  tick();
}

const pages = (): HTMLElement[] => [...document.querySelectorAll<HTMLElement>(".page-row[data-escalation]")];
const rows = (): HTMLElement[] => [...document.querySelectorAll<HTMLElement>("#queue [data-checkin]")];
const nameIn = (row: HTMLElement): string => row.querySelector(".who")?.textContent ?? "a patient";
