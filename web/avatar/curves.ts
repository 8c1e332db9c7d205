/** Plain curve arithmetic that the rig, the painter and both renderers share. */
export type Point = readonly [x: number, y: number];

export const clamp = (x: number, low = 0, high = 1): number => (x < low ? low : x > high ? high : x);

export const lerp = (from: number, to: number, share: number): number => from + (to - from) * share;

/** Hermite step; unlike GLSL's smoothstep it is defined for a > b as well. */
export function smooth(a: number, b: number, x: number): number {
  const t = clamp((x - a) / (b - a));
  return t * t * (3 - 2 * t);
}

/** Hermite step of fifth order: the speed profile of an eye movement. */
export const ease = (u: number): number => u * u * u * (u * (u * 6 - 15) + 10);

/** A bell: 1 at the center, e^-1 one width away. */
export const bell = (x: number, center: number, width: number): number => Math.exp(-(((x - center) / width) ** 2));

const catmullRom = (a: number, b: number, c: number, d: number, t: number): number =>
  0.5 * (2 * b + (-a + c) * t + (2 * a - 5 * b + 4 * c - d) * t * t + (-a + 3 * b - 3 * c + d) * t * t * t);

/** The point a share u of the way along an open Catmull-Rom curve through the points. */
export function along(points: readonly (readonly number[])[], u: number): [number, number] {
  const last = points.length - 1;
  const f = clamp(u) * last;
  const i = Math.min(last - 1, Math.floor(f));
  const at = (index: number, axis: number): number => points[clamp(index, 0, last)]![axis]!;
  const axis = (k: number): number => catmullRom(at(i - 1, k), at(i, k), at(i + 1, k), at(i + 2, k), f - i);
  return [axis(0), axis(1)];
}
