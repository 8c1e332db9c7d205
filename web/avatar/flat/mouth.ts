/** The mouth drawn with paths between the four lip edges, in design units. */
import { clamp } from "../curves";
import { LIP_SAMPLES, mouthShape, type MouthShape } from "../mouthshape";
import { softStops } from "../paint/layer";
import { mix, tint, type Palette } from "../paint/palette";
import type { FacePose } from "../rig";

type Context = CanvasRenderingContext2D;
type Edge = Float32Array;

const MIDDLE = (LIP_SAMPLES - 1) / 2;

export function drawMouth(context: Context, pose: FacePose, palette: Palette): void {
  const shape = mouthShape(pose);
  drawSkinShadows(context, shape, palette);
  if (shape.gap > 0.6) drawInside(context, shape);
  drawLips(context, shape, palette);
  drawContact(context, shape, palette);
}

const lipX = (shape: MouthShape, i: number): number => shape.halfWidth * (i / MIDDLE - 1);

function traceBetween(context: Context, shape: MouthShape, upper: Edge, lower: Edge): void {
  context.beginPath();
  for (let i = 0; i < LIP_SAMPLES; i++) context.lineTo(lipX(shape, i), upper[i]!);
  for (let i = LIP_SAMPLES - 1; i >= 0; i--) context.lineTo(lipX(shape, i), lower[i]!);
  context.closePath();
}

function dab(context: Context, x: number, y: number, rx: number, ry: number, color: string, alpha: number): void {
  context.save();
  context.translate(x, y);
  context.scale(rx, ry);
  context.fillStyle = softStops(context.createRadialGradient(0, 0, 0, 0, 0, 1), color, alpha, 3.4, 0.72);
  context.fillRect(-1, -1, 2, 2);
  context.restore();
}

function drawSkinShadows(context: Context, shape: MouthShape, { skin }: Palette): void {
  dab(context, 0, shape.lowerOuter[MIDDLE]! + 8, shape.halfWidth * 0.9, 14, skin.deep, 0.4);
  for (const side of [-1, 1]) {
    dab(context, side * (shape.halfWidth + 1.2), shape.cornerY + 0.4, 11 + 7 * shape.smile, 9, skin.deep, side > 0 ? 0.56 : 0.44);
  }
}

function drawInside(context: Context, shape: MouthShape): void {
  const { halfWidth, upperInner, lowerInner } = shape;
  const top = upperInner[MIDDLE]!;
  const bottom = lowerInner[MIDDLE]!;
  context.save();
  traceBetween(context, shape, upperInner, lowerInner);
  context.clip();
  const dark = context.createLinearGradient(0, top, 0, bottom);
  dark.addColorStop(0, "#18050a");
  dark.addColorStop(1, "#4c1b1e");
  context.fillStyle = dark;
  context.fillRect(-halfWidth, top - 12, halfWidth * 2, bottom - top + 24);
  dab(context, 0, shape.tongueY + 10, halfWidth * 0.9, 15, "#b05c58", 0.9);
  context.beginPath();
  context.ellipse(0, top - 6, halfWidth * 0.8, 6 + shape.upperTeeth, 0, 0, Math.PI);
  const enamel = context.createLinearGradient(-halfWidth, 0, halfWidth, 0);
  for (const [at, color] of [[0, "#8d7a72"], [0.3, "#ece2d6"], [0.5, "#faf3e8"], [0.7, "#e6dbd0"], [1, "#7f6d67"]] as const) enamel.addColorStop(at, color);
  context.fillStyle = enamel;
  if (shape.upperTeeth > 0.4) context.fill();
  context.fillStyle = "rgba(204,186,173,.85)";
  context.beginPath();
  context.ellipse(0, bottom + 5, halfWidth * 0.6, 5 + shape.lowerTeeth, 0, Math.PI, 0);
  if (shape.lowerTeeth > 0.3) context.fill();
  dab(context, 0, top - 1, halfWidth, 5, "#2c0d10", 0.6);
  context.restore();
}

function drawLips(context: Context, shape: MouthShape, { lip }: Palette): void {
  const { halfWidth, upperOuter, upperInner, lowerInner, lowerOuter } = shape;
  const upper = context.createLinearGradient(0, upperOuter[MIDDLE]!, 0, upperInner[MIDDLE]! + 0.1);
  upper.addColorStop(0, mix(lip.base, lip.hi, 0.12));
  upper.addColorStop(1, mix(lip.base, lip.dark, 0.58));
  traceBetween(context, shape, upperOuter, upperInner);
  context.fillStyle = upper;
  context.fill();
  const lower = context.createLinearGradient(0, lowerInner[MIDDLE]!, 0, lowerOuter[MIDDLE]! + 0.1);
  lower.addColorStop(0, mix(lip.base, lip.dark, 0.4));
  lower.addColorStop(0.35, mix(lip.base, lip.hi, 0.2));
  lower.addColorStop(1, mix(lip.base, lip.dark, 0.2));
  traceBetween(context, shape, lowerInner, lowerOuter);
  context.fillStyle = lower;
  context.fill();
  context.save();
  context.clip();
  const middle = lowerInner[MIDDLE]! * 0.6 + lowerOuter[MIDDLE]! * 0.4;
  dab(context, -halfWidth * 0.16, middle, halfWidth * 0.7, 5, lip.hi, 0.6);
  context.restore();
  traceEdge(context, shape, upperOuter, -2, 5);
  context.strokeStyle = "rgba(255,219,189,.20)";
  context.lineWidth = 1.6;
  context.stroke();
}

function traceEdge(context: Context, shape: MouthShape, edge: Edge, shift: number, inset: number): void {
  context.beginPath();
  for (let i = inset; i < LIP_SAMPLES - inset; i++) context.lineTo(lipX(shape, i), edge[i]! + shift);
}

function drawContact(context: Context, shape: MouthShape, { lip }: Palette): void {
  const closed = clamp(1 - shape.gap / 6);
  if (closed === 0) return;
  traceEdge(context, shape, shape.upperInner.map((y, i) => (y + shape.lowerInner[i]!) / 2), 0, 0);
  context.strokeStyle = tint(mix(lip.dark, "#000000", 0.38), 0.86 * closed);
  context.lineWidth = 1.8;
  context.lineCap = "round";
  context.stroke();
}
