import { describe, expect, test } from "vitest";
import { helpWords, raise } from "./escalation";
import { readBirthday } from "./identity";
import { fingerprint, mayResume, tokenOf } from "./link";
import { problemOf } from "./devices";
import { lit, loudness } from "./meter";
import { read } from "./wire";
import { clockWords, goodbye, greeting, PROBLEMS, stateWords, wrongBirthDate } from "./words";

const said = [
  ...Object.values(PROBLEMS).flatMap((words) => [`${words.title}.`, words.text]),
  wrongBirthDate(2), goodbye("completed", "Maria").text, helpWords({ tier: "urgent", nurse: null }, "911").text,
];

describe("plain words", () => {
  test("no sentence is longer than 16 words", () => {
    const sentences = said.flatMap((text) => text.split(/[.?!]\s*/)).filter((sentence) => sentence !== "");
    expect(sentences.filter((sentence) => sentence.split(/\s+/).length > 16)).toEqual([]);
  });

  test("every problem of a device offers typing", () => {
    const devices = Object.entries(PROBLEMS).filter(([name]) => name.startsWith("mic_"));
    expect(devices.every(([, words]) => words.remedies.includes("type"))).toBe(true);
  });

  test("the pill says whose turn it is", () => {
    expect(stateWords("listening", "Ana", "voice", false)).toBe("Listening");
    expect(stateWords("listening", "Ana", "voice", true)).toBe("You are muted");
    expect(stateWords("listening", "Ana", "listen", false)).toBe("Your turn to type");
    expect(stateWords("speaking", "Ana", "voice", true)).toBe("Ana is speaking");
  });

  test("greeting and clock", () => {
    expect([greeting("Maria", 9), greeting("Maria", 20), greeting("Maria", 2)])
      .toEqual(["Good morning, Maria.", "Good evening, Maria.", "Hello, Maria."]);
    expect(clockWords(134.9)).toBe("2:14");
  });
});

describe("birth date", () => {
  test("month and day in any tidy writing", () => {
    expect(readBirthday("2", " 29 ")).toEqual({ month: 2, day: 29 });
    expect(readBirthday("4", "07")).toEqual({ month: 4, day: 7 });
  });

  test("the field that is wrong is named", () => {
    expect([readBirthday("", "3"), readBirthday("4", "31"), readBirthday("4", ""), readBirthday("4", "x")])
      .toEqual(["month", "day", "day", "day"]);
  });
});

describe("link", () => {
  test("the token is what follows the #", () => {
    expect(tokenOf("#Zm9vYmFyYmF6cXV4MTIzNA")).toBe("Zm9vYmFyYmF6cXV4MTIzNA");
    expect([tokenOf(""), tokenOf("#a b")]).toEqual([null, null]);
  });

  test("a cookie of another link is not resumed", () => {
    expect(mayResume("token-a", fingerprint("token-a"))).toBe(true);
    expect(mayResume("token-b", fingerprint("token-a"))).toBe(false);
    expect([mayResume(null, "1"), mayResume("token-a", null)]).toEqual([true, true]);
  });
});

describe("help", () => {
  test("a later, milder page does not hide an emergency", () => {
    const emergency = raise(null, "emergency", null);
    expect(raise(emergency, "same_day", null).tier).toBe("emergency");
    expect(raise(raise(null, "urgent", null), "emergency", null).tier).toBe("emergency");
  });

  test("the nurse who took it is named, and 911 stays", () => {
    const words = helpWords(raise(raise(null, "emergency", null), "emergency", "Denise"), "911");
    expect(words.title).toBe("Denise knows now");
    expect(words.call).toBe("Call 911 now");
  });

  test("a new emergency is not yet taken by the nurse of the old page", () => {
    expect(raise(raise(null, "urgent", "Denise"), "emergency", null).nurse).toBeNull();
  });
});

describe("devices and wire", () => {
  test("errors of the browser become next steps", () => {
    const names = ["NotAllowedError", "NotFoundError", "NotReadableError", "TypeError"];
    expect(names.map((name) => problemOf(Object.assign(new Error(), { name }))))
      .toEqual(["mic_refused", "mic_missing", "mic_busy", "mic_unsupported"]);
  });

  test("the bars follow the loudness", () => {
    expect(loudness(new Float32Array([0.5, -0.5]))).toBeCloseTo(0.5);
    expect([lit(0, 7), lit(0.2, 7), lit(1, 7)]).toEqual([0, 7, 7]);
  });

  test("unknown and broken messages are dropped", () => {
    expect([read("{"), read("7"), read('{"k":"new"}'), read(new ArrayBuffer(2))]).toEqual([null, null, null, null]);
    expect(read('{"k":"s","state":"warm","t":null}')).toEqual({ k: "s", state: "warm", t: null });
  });
});
