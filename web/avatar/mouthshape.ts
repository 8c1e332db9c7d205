/** The outline of the lips for a pose, in design units: shared by both renderers. */
import { bell, clamp, lerp, smooth } from "./curves";
import type { FacePose } from "./rig";
import { mouthGap } from "./rig";

/** Lip edges are sampled at this many places from corner to corner. */
export const LIP_SAMPLES = 33;
export const MOUTH_Y = 113;

export interface MouthShape {
  halfWidth: number;
  gap: number;
  cornerY: number;
  /** y of each edge at LIP_SAMPLES places from -halfWidth to halfWidth. */
  upperOuter: Float32Array;
  upperInner: Float32Array;
  lowerInner: Float32Array;
  lowerOuter: Float32Array;
  /** Height of the visible rows of teeth. */
  upperTeeth: number;
  lowerTeeth: number;
  tongueY: number;
  pucker: number;
  press: number;
  smile: number;
}

interface LipProfile {
  /** How far the edge has moved from the corner's height to the middle's, 0..1. */
  upperInner: number;
  lowerInner: number;
  upperThickness: number;
  lowerThickness: number;
  cupid: number;
}

export function mouthShape(pose: FacePose): MouthShape {
  const { jaw, wide, smile, up, low } = pose;
  const pucker = clamp(pose.pucker);
  const press = clamp(pose.press);
  const tuck = clamp(pose.tuck);
  const gap = Math.max(0, mouthGap({ jaw, low, up, press }));
  const stretched = Math.max(0, wide);
  const halfWidth = 37.5 * (1 + 0.15 * wide - 0.36 * pucker - 0.05 * jaw) + 12 * smile * (1 - pucker);
  const cornerY = MOUTH_Y - 17 * smile * (1 - 0.85 * pucker) + 8 * pose.frown + jaw * 6 + pucker * (jaw * 30 + low * 6) * 0.38;
  const upperY = MOUTH_Y - 1 + 3.6 * smile - up * 4.5 - gap * 0.1 + press * 0.6;
  const lowerY = MOUTH_Y + 0.6 + 3.6 * smile + gap * 0.92 - tuck * gap * 0.6;
  const upperHeight = (9.8 - press * 5.2) * (1 + 0.18 * pucker - 0.12 * stretched) * (1 - 0.16 * smile);
  const lowerHeight = (13.6 - press * 7.2 - tuck * 6.5) * (1 + 0.22 * pucker - 0.08 * stretched) * (1 - 0.1 * smile);
  const shape: MouthShape = {
    halfWidth, gap, cornerY, pucker, press, smile,
    upperOuter: new Float32Array(LIP_SAMPLES),
    upperInner: new Float32Array(LIP_SAMPLES),
    lowerInner: new Float32Array(LIP_SAMPLES),
    lowerOuter: new Float32Array(LIP_SAMPLES),
    upperTeeth: clamp((gap * 0.46 + up * 4) * (1 - 0.85 * pucker), 0, 9.5),
    lowerTeeth: clamp(low * 9 - 1 + (wide > 0.2 ? gap * 0.1 : 0), 0, 4.5) * (1 - tuck) * (1 - smooth(0.3, 0.6, jaw)) * (1 - pucker * 0.6),
    tongueY: lerp(lowerY - gap * 0.3, upperY + gap * 0.28, clamp(pose.tongue)),
  };
  for (let i = 0; i < LIP_SAMPLES; i++) {
    const lip = lipProfile(i / 16 - 1, clamp(pucker * 1.15));
    const inner = lerp(cornerY, upperY, lip.upperInner);
    const outer = lerp(cornerY, lowerY, lip.lowerInner);
    shape.upperInner[i] = inner + 0.9 * lip.cupid;
    shape.lowerInner[i] = outer + 0.3 * lip.cupid;
    shape.upperOuter[i] = inner - upperHeight * lip.upperThickness;
    shape.lowerOuter[i] = outer + lowerHeight * lip.lowerThickness;
    meetLips(shape, i);
  }
  return shape;
}

/** x = -1..1 from corner to corner; `round` 0..1 turns the lips into a ring. */
function lipProfile(x: number, round: number): LipProfile {
  const a = Math.abs(x);
  const q = Math.max(0, 1 - x * x);
  const ellipse = Math.sqrt(q);
  const cupid = bell(x, 0, 0.14);
  const edge = Math.max(0, 1 - Math.pow(a, 2.1));
  return {
    upperInner: lerp(Math.pow(q, 0.72), ellipse, round),
    lowerInner: lerp(Math.pow(Math.max(0, 1 - Math.pow(a, 2.5)), 0.95), ellipse, round),
    upperThickness: Math.pow(edge, lerp(0.95, 0.6, round)) * (1 - 0.2 * cupid * (1 - round) + 0.06 * bell(a, 0.26, 0.12)),
    lowerThickness: Math.pow(edge, lerp(0.85, 0.6, round)),
    cupid: cupid * (1 - round),
  };
}

/** Lips touch; they never pass through each other. */
function meetLips(shape: MouthShape, i: number): void {
  const upper = shape.upperInner[i]!;
  const lower = shape.lowerInner[i]!;
  if (lower < upper) shape.upperInner[i] = shape.lowerInner[i] = (upper + lower) / 2;
}
