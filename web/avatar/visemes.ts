/** What each mouth shape looks like and how strongly it insists. Ids are the 15 of Oculus LipSync, which is our wire format. */
export const VISEMES = ["sil", "PP", "FF", "TH", "DD", "kk", "CH", "SS", "nn", "RR", "aa", "E", "I", "O", "U"] as const;
export type Viseme = (typeof VISEMES)[number];

export const isViseme = (id: string): id is Viseme => (VISEMES as readonly string[]).includes(id);

export const MOUTH_CHANNELS = ["jaw", "wide", "pucker", "press", "up", "low", "tuck", "tongue"] as const;
export type MouthChannel = (typeof MOUTH_CHANNELS)[number];

/**
 * jaw 0..1 open; wide -1..1; pucker 0..1; press 0..1 lips rolled together; up / low 0..1 upper lip raised, lower lip dropped;
 * tuck 0..1 lower lip under the upper teeth; tongue 0..1 tip raised.
 */
export type MouthPose = Record<MouthChannel, number>;

/** How strongly a sound insists on each channel, and over how many seconds it spreads to its neighbors. */
export type Dominance = MouthPose & { spread: number };

const pose = (
  jaw: number, wide: number, pucker: number, press: number, up: number, low: number, tuck: number, tongue: number,
): MouthPose => ({ jaw, wide, pucker, press, up, low, tuck, tongue });

export const VISEME_POSES: Record<Viseme, MouthPose> = {
  //       jaw   wide  pucker press  up    low   tuck  tongue
  sil: pose(0.00, 0.00, 0.00, 0.00, 0.00, 0.00, 0.00, 0.00),
  PP: pose(0.02, -0.02, 0.10, 0.90, 0.00, 0.00, 0.00, 0.00),
  FF: pose(0.10, 0.08, 0.00, 0.15, 0.22, 0.00, 0.85, 0.00),
  TH: pose(0.22, 0.10, 0.00, 0.00, 0.10, 0.12, 0.00, 0.90),
  DD: pose(0.22, 0.10, 0.00, 0.00, 0.12, 0.14, 0.00, 0.55),
  kk: pose(0.26, 0.04, 0.04, 0.00, 0.08, 0.10, 0.00, 0.10),
  CH: pose(0.16, -0.22, 0.55, 0.00, 0.26, 0.26, 0.00, 0.10),
  SS: pose(0.09, 0.26, 0.00, 0.00, 0.18, 0.24, 0.00, 0.15),
  nn: pose(0.16, 0.06, 0.00, 0.00, 0.08, 0.10, 0.00, 0.60),
  RR: pose(0.20, -0.20, 0.42, 0.00, 0.14, 0.14, 0.00, 0.30),
  aa: pose(0.80, 0.08, 0.00, 0.00, 0.16, 0.22, 0.00, 0.10),
  E: pose(0.46, 0.34, 0.00, 0.00, 0.16, 0.20, 0.00, 0.15),
  I: pose(0.24, 0.48, 0.00, 0.00, 0.16, 0.20, 0.00, 0.20),
  O: pose(0.52, -0.30, 0.62, 0.00, 0.10, 0.12, 0.00, 0.00),
  U: pose(0.22, -0.48, 0.92, 0.00, 0.10, 0.10, 0.00, 0.00),
};

const insists = (jaw: number, lips: number, press: number, tuck: number, tongue: number, spread: number): Dominance => ({
  jaw, wide: lips, pucker: lips, press, up: lips * 0.8, low: lips * 0.8, tuck, tongue, spread,
});

/** Dominance functions after Cohen & Massaro 1993. PP and FF insist hardest: lips that fail to meet are what viewers notice first. */
export const VISEME_DOMINANCE: Record<Viseme, Dominance> = {
  //           jaw   lips  press tuck tongue spread
  sil: insists(0.45, 0.40, 0.5, 0.5, 0.5, 0.1),
  PP: insists(1.20, 0.50, 4.0, 0.6, 0.2, 0.055),
  FF: insists(0.90, 0.50, 0.8, 3.0, 0.2, 0.06),
  TH: insists(0.70, 0.35, 0.8, 0.8, 2.0, 0.06),
  DD: insists(0.45, 0.20, 0.8, 0.8, 1.6, 0.05),
  kk: insists(0.35, 0.12, 0.8, 0.8, 0.6, 0.05),
  CH: insists(0.80, 1.20, 0.8, 0.8, 0.8, 0.08),
  SS: insists(1.10, 0.80, 0.8, 0.8, 0.8, 0.06),
  nn: insists(0.40, 0.20, 0.8, 0.8, 1.4, 0.05),
  RR: insists(0.50, 0.80, 0.8, 0.8, 0.8, 0.08),
  aa: insists(1.30, 0.60, 0.8, 0.8, 0.5, 0.09),
  E: insists(1.00, 0.90, 0.8, 0.8, 0.5, 0.08),
  I: insists(0.90, 1.10, 0.8, 0.8, 0.5, 0.08),
  O: insists(1.10, 1.30, 0.8, 0.8, 0.5, 0.11),
  U: insists(0.90, 1.60, 0.8, 0.8, 0.5, 0.13),
};
