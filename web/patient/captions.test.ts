import { expect, test } from "vitest";
import { caption, lastWords, nurseSaid, patientSaid, patientTyped, personaSaid, type Log } from "./captions";

const none: Log = [];

test("a caption grows in one line", () => {
  const log = personaSaid(personaSaid(none, 1, "Did you", false), 1, "Did you sleep well?", true);
  expect(log.map((line) => line.text)).toEqual(["Did you sleep well?"]);
  expect(log[0]?.done).toBe(true);
});

test("a caption that was cut keeps only what was heard", () => {
  const log = personaSaid(personaSaid(none, 1, "Do not take two", false), 1, "Do not take", true);
  expect(caption(log).now?.text).toBe("Do not take");
});

test("utterance numbers that start again after a restart do not overwrite the log", () => {
  const before = personaSaid(none, 1, "Good evening, Maria.", true);
  const log = personaSaid(before, 1, "I am back.", false);
  expect(log.map((line) => line.text)).toEqual(["Good evening, Maria.", "I am back."]);
});

test("a question that is asked again after a restart is shown again", () => {
  const before = personaSaid(personaSaid(none, 1, "Are you dizzy?", true), 2, "Thank you.", true);
  const log = personaSaid(before, 1, "Are you dizzy?", true, before.length);
  expect(caption(log).now?.text).toBe("Are you dizzy?");
  expect(log).toHaveLength(3);
});

test("an empty caption of a new utterance wipes nothing", () => {
  const before = personaSaid(none, 1, "Good evening, Maria.", true);
  expect(personaSaid(before, 1, "", false)).toEqual(before);
});

test("the question stays readable until the patient speaks", () => {
  const log = personaSaid(personaSaid(none, 1, "Thank you.", true), 2, "Do you have your pills?", true);
  expect(caption(log).before?.text).toBe("Thank you.");
  expect(caption(personaSaid(patientSaid(log, "Yes.", true), 3, "Good.", true)).before).toBeNull();
});

test("a guess at the patient's words is replaced until it is final", () => {
  const log = patientSaid(patientSaid(patientSaid(none, "I feel", false), "I feel dizzy", false), "I feel dizzy.", true);
  expect(log.map((line) => line.text)).toEqual(["I feel dizzy."]);
  expect(lastWords(patientSaid(log, "Very.", true))).toBe("Very.");
});

test("typed words appear once, though the server says them again", () => {
  const log = patientSaid(patientTyped(none, " yes  please "), "yes please", true);
  expect(log).toHaveLength(1);
  expect(log[0]?.done).toBe(true);
});

test("the same answer twice is two lines", () => {
  const once = patientSaid(patientTyped(none, "yes"), "yes", true);
  expect(patientSaid(once, "yes", true)).toHaveLength(2);
});

test("a nurse in the call is shown by name, a guess replaced until it is final, in the caption's place", () => {
  const guess = nurseSaid(personaSaid(none, 1, "Your nurse is here.", true), "Denise Carter", "how are", false);
  const said = nurseSaid(guess, "Denise Carter", "How are you?", true);
  expect(said.map((line) => line.text)).toEqual(["Your nurse is here.", "Denise Carter: How are you?"]);
  expect(caption(said)).toEqual({ now: said[1], before: null });
  const more = nurseSaid(said, "Denise Carter", "Where does it hurt?", true);
  expect(caption(more).before?.text).toBe("Denise Carter: How are you?");
});
