import { describe, expect, it } from "vitest";
import { initials, nurseWords } from "./nurse_here";

describe("what a patient is told of a nurse", () => {
  it("names who listens, also after the talk is handed back", () => {
    expect(nurseWords("listening", "Dana Lee")?.title).toBe("Dana Lee is listening");
    expect(nurseWords("handed_back", "Dana Lee")?.title).toBe("Dana Lee is still listening");
  });

  it("says that it is a person who talks", () => {
    expect(nurseWords("talking", "Dana Lee")).toEqual({ title: "Dana Lee is here with you", text: "Your nurse, a real person. You can talk now." });
  });

  it("says nothing of one who is gone", () => {
    expect([nurseWords("left", "Dana"), nurseWords("lost", "Dana")]).toEqual([null, null]);
  });

  it("shortens a name to two letters", () => {
    expect(["Dana", "Dana van der Lee", "  ", "José Álvarez"].map(initials)).toEqual(["D", "DL", "", "JÁ"]);
  });
});
