import { describe, expect, it } from "vitest";
import { citationWords } from "./citation";

describe("where something told is written", () => {
  it("names the document, the section and the source, and shows no address to tap", () => {
    const source = "Warfarin, MedlinePlus, https://medlineplus.gov/x.html";
    expect(citationWords({ title: "Warfarin", section: "If you forget a pill", source })).toBe(
      "From your clinic’s guide: Warfarin, “If you forget a pill”. Source: Warfarin, MedlinePlus",
    );
  });

  it("says nothing twice and nothing empty", () => {
    expect(citationWords({ title: "Resting", section: "Resting", source: "" })).toBe("From your clinic’s guide: Resting");
    expect(citationWords({ title: "Resting", section: "", source: "" })).toBe("From your clinic’s guide: Resting");
  });
});
