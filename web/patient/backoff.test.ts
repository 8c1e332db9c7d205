import { expect, test } from "vitest";
import { waitBefore } from "./backoff";

test("the waits are half a second, one, two, three and then three for ever", () => {
  expect([0, 1, 2, 3, 4, 400].map((attempt) => waitBefore(attempt, 0.5))).toEqual([500, 1000, 2000, 3000, 3000, 3000]);
});

test("chance spreads a wait by a tenth each way", () => {
  expect([waitBefore(1, 0), waitBefore(1, 1)]).toEqual([900, 1100]);
});
