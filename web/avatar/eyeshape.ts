/** The lids of one eye for a pose, in design units around the eye's center, x toward the temple: shared by both renderers. */
import { along, clamp, lerp } from "./curves";
import type { FacePose } from "./rig";

export const LID_SAMPLES = 17;
export const LID_LEFT = -34;
export const LID_WIDTH = 70;
/** Distance of each eye's center from the middle of the face. */
export const EYE_X = 55;
export const IRIS_RADIUS = 16.6;

export interface EyeShape {
  /** y of each lid's edge at LID_SAMPLES places from LID_LEFT over LID_WIDTH. */
  upper: Float32Array;
  lower: Float32Array;
  open: number;
  squint: number;
  /** Where the iris is off center, in picture directions. */
  gazeX: number;
  gazeY: number;
}

const DENSE = 48;

export function eyeShape(pose: FacePose, side: -1 | 1): EyeShape {
  const open = clamp(side < 0 ? pose.lidL : pose.lidR, 0, 1.15);
  const squint = clamp(pose.squint * 0.9 + pose.cheek * 0.3);
  const temple = [34, -4.2 + (1 - open) * 4];
  const upper = sampleLid([
    [-32, 4.8], [-18, lerp(9, -9.4, Math.min(1, open * 1.04))], [1, lerp(10, -15.4, open)], [20, lerp(7.2, -13.4, open)], temple,
  ]);
  const lower = sampleLid([[-32, 4.8], [-16, 10.6 - 4 * squint], [3, 13.6 - 7.2 * squint], [21, 9.6 - 6.2 * squint], temple]);
  for (let i = 0; i < LID_SAMPLES; i++) upper[i] = Math.min(upper[i]!, lower[i]!); // lids meet, never cross
  // Both eyes turn in a little: they look at a person, not at the horizon.
  return { upper, lower, open, squint, gazeX: pose.gazeX * 11 - side * 0.7, gazeY: pose.gazeY * 8 };
}

/** A curve through the points, resampled at even steps of x. */
function sampleLid(points: number[][]): Float32Array {
  const dense = Array.from({ length: DENSE + 1 }, (_, i) => along(points, i / DENSE));
  const samples = new Float32Array(LID_SAMPLES);
  let j = 0;
  for (let i = 0; i < LID_SAMPLES; i++) {
    const x = LID_LEFT + (LID_WIDTH * i) / (LID_SAMPLES - 1);
    while (j < DENSE - 1 && dense[j + 1]![0] < x) j++;
    const a = dense[j]!;
    const b = dense[j + 1]!;
    samples[i] = x <= dense[0]![0] ? dense[0]![1] : lerp(a[1], b[1], clamp((x - a[0]) / Math.max(0.001, b[0] - a[0])));
  }
  return samples;
}
