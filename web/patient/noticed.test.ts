import { describe, expect, test } from "vitest";
import { add, BECAUSE, dispute, lightWords } from "./noticed";

const trailed = { cue: "trailing_off", at: 12.5, what: "hesitation", absence: "", shows: ["trail_off", "pause_ratio", "pause_longest"] };
const gone = { cue: "absence", at: 90, what: "absence", absence: "walked_away", shows: ["nobody"] };

describe("what was noticed", () => {
  test("is told once, newest first, in plain sentences", () => {
    const list = add(add(add([], trailed), gone), trailed);
    expect(list.map((one) => one.title)).toEqual(["Nobody was in the picture.", "Your voice trailed off."]);
    expect(list[1]?.because).toEqual(["Your voice got softer at the end.", "You made longer pauses than before."]);
  });

  test("does not say the same thing twice", () => {
    expect(add([], gone)[0]?.because).toEqual([]);
  });

  test("something that this page does not know yet still has words", () => {
    const [one] = add([], { cue: "later", at: 1, what: "later", absence: "", shows: ["later"] });
    expect([one?.title, one?.because]).toEqual(["Something changed.", []]);
  });

  test("is marked where the patient says that it is not right, and nothing else is", () => {
    const list = dispute(add(add([], trailed), gone), "trailing_off", 12.5);
    expect(list.map((one) => one.disputed)).toEqual([false, true]);
  });

  test("every sentence is short", () => {
    const sentences = Object.values(BECAUSE);
    expect(sentences.filter((words) => words.split(" ").length > 12)).toEqual([]);
  });
});

test("the light says what is measured, and nothing when nothing is", () => {
  expect([lightWords(true, true), lightWords(false, true), lightWords(true, false), lightWords(false, false)])
    .toEqual(["Voice and camera cues on", "Camera cues on", "Voice cues on", "What I noticed"]);
});
