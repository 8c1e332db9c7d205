import { describe, expect, test } from "vitest";
import { advance, opening, type Claim, type Step, type Visit } from "./screens";

const claim: Claim = {
  first_name: "Maria", persona: { id: "ana", name: "Ana" }, clinic: "Riverside Clinic", nurse_phone: "555 0100",
  emergency_number: "911", checkin: "ci_1", status: "invited",
};
const running: Claim = { ...claim, status: "running" };

function after(...steps: Step[]): Visit {
  return steps.reduce(advance, opening);
}

const toPrejoin: Step[] = [{ type: "link_checked", state: "ready" }, { type: "claimed", claim, gesture: true }];
const toCall: Step[] = [...toPrejoin, { type: "started", mode: "voice" }];

describe("the way to the talk", () => {
  test("a good link asks for the birth date", () => {
    expect(after({ type: "link_checked", state: "ready" }).screen).toBe("identity");
  });

  test.each(["locked", "expired", "ended", "unknown", "taken"] as const)("a link that is %s says so", (state) => {
    expect(after({ type: "link_checked", state })).toMatchObject({ screen: "problem", problem: state });
  });

  test("a wrong birth date stays and counts", () => {
    expect(after({ type: "link_checked", state: "ready" }, { type: "wrong_birth_date", triesLeft: 3 }))
      .toMatchObject({ screen: "identity", triesLeft: 3 });
  });

  test("the right birth date leads to the device check, and Start to the call", () => {
    expect(after(...toPrejoin).screen).toBe("prejoin");
    expect(after(...toCall)).toMatchObject({ screen: "call", mode: "voice" });
  });

  test("no call without a claim", () => {
    expect(after({ type: "started", mode: "voice" }).screen).toBe("checking");
  });
});

describe("coming back", () => {
  test("a reload goes straight into a running check-in", () => {
    expect(after({ type: "claimed", claim: running, gesture: true }).screen).toBe("call");
  });

  test("one tap first where the browser wants it for sound", () => {
    const waiting = after({ type: "claimed", claim: running, gesture: false });
    expect(waiting.screen).toBe("continue");
    expect(advance(waiting, { type: "sound_allowed" }).screen).toBe("call");
  });

  test("sound blocked in the middle of the call asks for one tap and returns", () => {
    const blocked = advance(after(...toCall), { type: "sound_blocked" });
    expect(blocked.screen).toBe("continue");
    expect(advance(blocked, { type: "sound_allowed" }).screen).toBe("call");
  });

  test("an ended check-in says goodbye", () => {
    expect(after({ type: "claimed", claim: { ...claim, status: "ended" }, gesture: true }).screen).toBe("goodbye");
  });
});

describe("problems", () => {
  test("a refused microphone offers the way back and typing", () => {
    const refused = after(...toPrejoin, { type: "failed", problem: "mic_refused" });
    expect(refused).toMatchObject({ screen: "problem", problem: "mic_refused", back: "prejoin" });
    expect(advance(refused, { type: "try_again" })).toMatchObject({ screen: "prejoin", problem: null });
    expect(advance(refused, { type: "started", mode: "listen" })).toMatchObject({ screen: "call", mode: "listen" });
  });

  test("a microphone that is allowed late leads back by itself", () => {
    const waiting = after(...toPrejoin, { type: "failed", problem: "mic_waiting" });
    expect(advance(waiting, { type: "microphone_ready" }).screen).toBe("prejoin");
  });

  test("a late microphone does not hide another problem", () => {
    const offline = after({ type: "failed", problem: "offline" });
    expect(advance(offline, { type: "microphone_ready" })).toBe(offline);
  });

  test("a second problem keeps the way back", () => {
    const twice = after(...toCall, { type: "failed", problem: "stopped" }, { type: "failed", problem: "offline" });
    expect(twice.back).toBe("call");
  });
});

test("goodbye is final", () => {
  const left = advance(after(...toCall), { type: "ended", reason: "patient_ended" });
  expect(left).toMatchObject({ screen: "goodbye", reason: "patient_ended" });
  expect(advance(left, { type: "started", mode: "voice" })).toBe(left);
  expect(advance(left, { type: "failed", problem: "offline" })).toBe(left);
});
