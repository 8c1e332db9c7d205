import { describe, expect, it } from "vitest";
import { words, type Call } from "./room_words";

const CALL: Call = { mode: "listening", patient: "here", microphone: null, muted: false, name: "Maria", persona: "Ana", reason: "" };

describe("the panel of a joined call", () => {
  it("lets a nurse talk only to a patient who can hear, and with a microphone", () => {
    expect(words(CALL).mayTalk).toBe(true);
    expect(words({ ...CALL, patient: "gone" }).mayTalk).toBe(false);
    expect(words({ ...CALL, patient: "reads" }).mayTalk).toBe(false);
    expect(words({ ...CALL, microphone: "refused" }).mayTalk).toBe(false);
    expect(words({ ...CALL, mode: "connecting" }).mayTalk).toBe(false);
  });

  it("says what a refused microphone leaves to do", () => {
    expect(words({ ...CALL, microphone: "refused" }).problem).toContain("Allow it in the address bar");
  });

  it("never lets a muted nurse think that she is heard", () => {
    expect(words({ ...CALL, mode: "talking", muted: true }).hint).toBe("You are muted: Maria cannot hear you.");
    expect(words({ ...CALL, mode: "talking" }).hint).toBe("Maria hears you. Ana is silent.");
  });

  it("says that the patient is gone, whoever has the floor", () => {
    expect(words({ ...CALL, mode: "talking", patient: "gone" }).pill).toBe("Maria is not connected");
  });

  it("says who is with the patient when the nurse is not", () => {
    expect(words({ ...CALL, mode: "over", reason: "lost" }).hint).toContain("Ana is with Maria, who was told.");
  });
});
