import { describe, expect, it } from "vitest";
import { FaceRig, stillPose, type FacePose } from "./rig";
import { visemesFromSpelling } from "./spelling";
import { STATES, type PersonaState } from "./states";
import { isViseme, type Viseme } from "./visemes";
import type { MouthEvent } from "./mouth";

const FRAME_S = 1 / 60;
const SENTENCE = "Hello Maria, I am here with you. How are you feeling right now? Please keep taking the blue pills before meals, and tell me about your stomach.";

interface Watched {
  t: number;
  pose: FacePose;
}

function watch(rig: FaceRig, seconds: number, from = 0): Watched[] {
  const frames = Math.round(seconds / FRAME_S);
  return Array.from({ length: frames }, (_, i) => ({ t: from + i * FRAME_S, pose: rig.sample(from + i * FRAME_S) }));
}

function speechOf(seconds: number): MouthEvent[] {
  const events: MouthEvent[] = [];
  for (let start = 0.5; start < seconds; ) {
    const said = visemesFromSpelling(SENTENCE);
    events.push(...said.flatMap(([ms, id, weight]) => (isViseme(id) ? [{ at: start + ms / 1000, viseme: id, weight }] : [])));
    start += said.at(-1)![0] / 1000 + 0.5;
  }
  return events;
}

function watchState(state: PersonaState, seconds: number): Watched[] {
  const rig = new FaceRig(11);
  rig.setState(state, 0);
  return watch(rig, seconds);
}

const longWatches = new Map<PersonaState, Watched[]>();

/** Five minutes of one state, watched once for all tests. */
function longWatch(state: PersonaState): Watched[] {
  const seen = longWatches.get(state) ?? watchState(state, 300);
  longWatches.set(state, seen);
  return seen;
}

/** The frames of every sound of this kind. */
function soundsOf(viseme: Viseme): FacePose[][] {
  const events = speechOf(60);
  const rig = new FaceRig(11);
  rig.setState("speaking", 0);
  rig.schedule(1, events);
  const seen = watch(rig, 60);
  return events.flatMap((event, i) => {
    const end = events[i + 1]?.at ?? event.at + 0.1;
    const frames = seen.filter(({ t }) => t >= event.at - 0.02 && t <= end + 0.02).map(({ pose }) => pose);
    return event.viseme === viseme && end < 59 ? [frames] : [];
  });
}

const risingEdges = (values: boolean[]): number => values.filter((on, i) => on && !values[i - 1]).length;
const blinksPerMinute = (seen: Watched[]): number =>
  risingEdges(seen.map(({ pose }) => pose.blink > 0.6)) / ((seen.length * FRAME_S) / 60);
const awayOf = (seen: Watched[]): boolean[] => seen.map(({ pose }) => Math.hypot(pose.gazeX, pose.gazeY) > 0.12);
const eyeContact = (seen: Watched[]): number => awayOf(seen).filter((away) => !away).length / seen.length;
const shareOf = (sounds: FacePose[][], seen: (frames: FacePose[]) => boolean): number => sounds.filter(seen).length / sounds.length;

describe("lip-sync", () => {
  it("seals the lips on every bilabial", () => {
    expect(shareOf(soundsOf("PP"), (frames) => Math.min(...frames.map((p) => p.gap)) < 0.8)).toBe(1);
  });

  it("tucks the lower lip under the teeth on every f and v", () => {
    expect(shareOf(soundsOf("FF"), (frames) => Math.max(...frames.map((p) => p.tuck)) > 0.4)).toBe(1);
  });

  it("opens the mouth on every aa", () => {
    expect(shareOf(soundsOf("aa"), (frames) => Math.max(...frames.map((p) => p.jaw)) > 0.28)).toBe(1);
  });

  it.each([60, 20, 10])("closes the mouth within 120 ms of a cut at %i frames a second", (rate) => {
    const rig = new FaceRig(3);
    rig.schedule(1, [{ at: 0.2, viseme: "aa", weight: 1 }, { at: 2, viseme: "O", weight: 1 }, { at: 3, viseme: "sil", weight: 1 }]);
    const before = watch(rig, 1).at(-1)!.pose.gap;
    rig.cut(1);
    const after = Array.from({ length: rate * 3 }, (_, i) => rig.sample(1 + (i + 1) / rate));
    expect(before).toBeGreaterThan(15);
    expect(Math.max(...after.slice(Math.floor(0.12 * rate)).map((pose) => pose.gap))).toBeLessThan(0.8);
  });

  it("speaks again after a cut", () => {
    const rig = new FaceRig(3);
    rig.cut(1);
    rig.schedule(2, [{ at: 1.3, viseme: "aa", weight: 1 }, { at: 1.6, viseme: "sil", weight: 1 }]);
    expect(Math.max(...watch(rig, 2).map(({ pose }) => pose.gap))).toBeGreaterThan(10);
  });
});

describe("behavior", () => {
  it.each([["listening", 12, 19], ["speaking", 14, 24], ["idle", 12, 19], ["thinking", 7, 15], ["concerned", 9, 17]] as const)(
    "blinks as people do while %s",
    (state, least, most) => {
      const rate = blinksPerMinute(longWatch(state));
      expect(rate).toBeGreaterThanOrEqual(least);
      expect(rate).toBeLessThanOrEqual(most);
    },
  );

  it.each([["listening", 0.75, 0.95], ["speaking", 0.6, 0.85], ["thinking", 0.1, 0.6]] as const)(
    "keeps eye contact, but never stares, while %s",
    (state, least, most) => {
      const share = eyeContact(longWatch(state));
      expect(share).toBeGreaterThan(least);
      expect(share).toBeLessThan(most);
    },
  );

  it("looks up and to the side when it starts thinking", () => {
    const seen = watchState("thinking", 0.5).at(-1)!.pose;
    expect(Math.abs(seen.gazeX)).toBeGreaterThan(0.3);
    expect(seen.gazeY).toBeLessThan(-0.2);
  });

  it("never looks frightened when concerned", () => {
    const { expression } = STATES.concerned;
    expect(expression.smile).toBeGreaterThan(0);
    expect(expression.browIn).toBeLessThan(0.5);
    expect(expression.open).toBeLessThanOrEqual(1);
  });
});

describe("the rig", () => {
  const story = (seed: number): FacePose[] => {
    const rig = new FaceRig(seed);
    rig.schedule(1, speechOf(10));
    rig.setState("thinking", 0);
    const first = watch(rig, 3);
    rig.setState("speaking", 3);
    rig.backchannel(3);
    return [...first, ...watch(rig, 7, 3)].map(({ pose }) => pose);
  };

  it("does the same for the same seed", () => {
    expect(story(5)).toEqual(story(5));
  });

  it("does something else for another seed", () => {
    expect(story(5)).not.toEqual(story(6));
  });

  it("stays finite when a page was hidden for an hour", () => {
    const rig = new FaceRig(2);
    watch(rig, 1);
    expect(Object.values(rig.sample(3600)).every(Number.isFinite)).toBe(true);
  });

  it("closes the mouth and looks at the patient in a still picture", () => {
    const poses = (Object.keys(STATES) as PersonaState[]).map(stillPose);
    expect(poses.every(({ gap, jaw, gazeX, gazeY, blink }) => gap + jaw + gazeX + gazeY + blink === 0)).toBe(true);
  });
});
