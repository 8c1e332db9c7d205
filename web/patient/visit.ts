/** The patient's visit from link to goodbye. This file joins the steps; the screens are decided in screens.ts. No patient data is ever logged or put into an address. */
import "../styles/patient.css";
import "../styles/patient-nurse.css";
import "../styles/noticed.css";
import type { Face } from "../avatar/face";
import { CheckIn } from "./checkin";
import { wireTextSize } from "./controls";
import { Devices } from "./devices";
import { showWrongBirthDate, wireIdentity, type Birthday } from "./identity";
import { checkLink, claim, mayResume, resume, start, tokenOf } from "./link";
import { rememberedLink, rememberedMode, rememberMode } from "./memory";
import { element, fill, fillPhone, setText, showScreen } from "./page";
import { DeviceCheck } from "./prejoin";
import { chosen } from "./noticing";
import { openFace } from "./presence";
import { showProblem, wireProblem } from "./problem";
import { advance, opening, type Claim, type Mode, type Problem, type Step, type Visit } from "./screens";
import { unlock } from "./sound";
import { goodbye, greeting } from "./words";

let visit: Visit = opening;
let checkIn: CheckIn | null = null;
let welcome: Face | null = null;
const token = tokenOf(location.hash);
const devices = new Devices();
const audio = element("persona-audio", HTMLAudioElement);
const deviceCheck = new DeviceCheck(devices, (problem) => take({ type: "failed", problem }), () => take({ type: "microphone_ready" }));

function take(step: Step): void {
  const before = visit;
  visit = advance(visit, step);
  if (visit.claim !== null && visit.claim !== before.claim) fillClaim(visit.claim);
  if (visit.problem !== null) showProblem(visit.problem, visit.claim !== null);
  if (visit.screen === before.screen) return;
  if (before.screen === "prejoin") leavePrejoin();
  showScreen(visit.screen);
  enter();
}

function enter(): void {
  switch (visit.screen) {
    case "checking": return void open();
    case "prejoin": return enterPrejoin();
    case "call": return void enterCall();
    case "goodbye": return enterGoodbye();
    case "problem": checkIn?.close(); return;
    case "identity":
    case "continue":
  }
}

/** Step 1: first the cookie, so that a reload goes back into the talk; then the link. */
async function open(): Promise<void> {
  if (mayResume(token, rememberedLink())) {
    const answer = await resume();
    if ("problem" in answer) return take({ type: "failed", problem: answer.problem });
    if (answer.ok !== null) return take({ type: "claimed", claim: answer.ok, gesture: await maySound(answer.ok) });
  }
  if (token === null) return take({ type: "link_checked", state: "unknown" });
  const answer = await checkLink(token);
  take("ok" in answer ? { type: "link_checked", state: answer.ok } : { type: "failed", problem: answer.problem });
}

/** Browsers let a page that hears the microphone play sound without a tap, so a reload in the talk opens it first. */
async function maySound({ status }: Claim): Promise<boolean> {
  if (status === "running" && rememberedMode() !== "listen") await devices.openMicrophone(() => {});
  return unlock(audio);
}

async function tryBirthday({ month, day }: Birthday): Promise<void> {
  void unlock(audio);
  const answer = await claim(token ?? "", month, day);
  if ("ok" in answer) return take({ type: "claimed", claim: answer.ok, gesture: true });
  if ("problem" in answer) return take({ type: "failed", problem: answer.problem });
  take({ type: "wrong_birth_date", triesLeft: answer.triesLeft });
  showWrongBirthDate(answer.triesLeft);
}

function enterPrejoin(): void {
  setText("greeting", greeting(visit.claim?.first_name ?? "", new Date().getHours()));
  welcome = openFace({ y: 0.475, scale: 0.98 });
  welcome?.setState("warm");
  deviceCheck.open();
}

function leavePrejoin(): void {
  deviceCheck.close();
  welcome?.destroy();
  welcome = null;
}

/** The one tap: it unlocks sound, opens the microphone, binds the link to this device. */
async function startCall(typing: boolean): Promise<void> {
  const buttons = ["start", "type-instead", "problem-type"].map((id) => element(id, HTMLButtonElement));
  void unlock(audio);
  for (const button of buttons) button.disabled = true;
  await begin(typing);
  for (const button of buttons) button.disabled = false;
}

async function begin(typing: boolean): Promise<void> {
  if (typing) devices.close();
  else if ((await deviceCheck.microphone()) === null) return;
  const mode: Mode = typing ? "listen" : devices.camera === null ? "voice" : "video";
  const answer = visit.claim?.status === "running" ? { ok: true } : await start(mode === "video", chosen());
  if ("problem" in answer) return take({ type: "failed", problem: await explain(answer.problem) });
  rememberMode(mode);
  take({ type: "started", mode });
}

/** To the server, a device that a newer one has replaced is a stranger; the link itself says what happened. */
async function explain(problem: Problem): Promise<Problem> {
  if (problem !== "unknown" || token === null) return problem;
  const answer = await checkLink(token);
  if ("problem" in answer) return answer.problem;
  return answer.ok === "ready" ? problem : answer.ok;
}

async function enterCall(): Promise<void> {
  if (checkIn !== null || visit.claim === null) return;
  const mode = visit.claim.status === "running" && rememberedMode() === "listen" ? "listen" : visit.mode;
  if (mode !== "listen" && (await deviceCheck.microphone()) === null) return;
  checkIn = new CheckIn(visit.claim, mode, devices, {
    ended: (reason) => take({ type: "ended", reason }),
    soundBlocked: () => take({ type: "sound_blocked" }),
    refused: (problem) => take({ type: "failed", problem }),
    stillRunning,
  });
  checkIn.open();
}

async function stillRunning(): Promise<boolean> {
  const answer = await resume();
  if ("problem" in answer) return true;
  if (answer.ok === null) take({ type: "failed", problem: "stopped" });
  else if (answer.ok.status === "ended") take({ type: "ended", reason: "completed" });
  return answer.ok !== null && answer.ok.status !== "ended";
}

function enterGoodbye(): void {
  checkIn?.close();
  devices.close();
  const words = goodbye(visit.reason ?? "completed", visit.claim?.first_name ?? "");
  setText("goodbye-title", words.title);
  setText("goodbye-text", words.text);
}

function fillClaim(claim: Claim): void {
  fill("persona", claim.persona.name);
  fill("clinic", claim.clinic);
  fillPhone("nurse", claim.nurse_phone);
  fillPhone("emergency", claim.emergency_number);
}

wireTextSize();
wireIdentity(tryBirthday);
wireProblem(
  // A check-in that was under way is picked up again from its cookie.
  () => visit.back === "call" ? location.reload() : take({ type: "try_again" }),
  () => void startCall(true),
);
element("start").addEventListener("click", () => void startCall(false));
element("type-instead").addEventListener("click", () => void startCall(true));
element("continue").addEventListener("click", () => void unlock(audio).then(() => take({ type: "sound_allowed" })));
showScreen(visit.screen);
enter();
