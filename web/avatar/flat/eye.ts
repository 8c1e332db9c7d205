/** One eye drawn with paths, in design units. */
import { clamp, lerp, smooth } from "../curves";
import { EYE_X, eyeShape, IRIS_RADIUS, LID_LEFT, LID_SAMPLES, LID_WIDTH, type EyeShape } from "../eyeshape";
import { mix, tint, type Palette } from "../paint/palette";
import type { FacePose } from "../rig";

type Context = CanvasRenderingContext2D;

const lidX = (i: number): number => LID_LEFT + (LID_WIDTH * i) / (LID_SAMPLES - 1);
/** The lids meet here on the nose side and on the temple side. */
const FIRST = 1;
const LAST = LID_SAMPLES - 1;

export function drawEye(context: Context, pose: FacePose, side: -1 | 1, palette: Palette): void {
  const eye = eyeShape(pose, side);
  context.save();
  context.translate(EYE_X * side, 0);
  context.scale(side, 1); // x toward the temple
  context.save();
  traceOpening(context, eye);
  context.clip();
  drawBall(context, eye, side, pose, palette);
  context.restore();
  drawLid(context, eye, palette, side);
  drawLashes(context, eye, palette);
  context.restore();
}

function traceOpening(context: Context, eye: EyeShape): void {
  context.beginPath();
  for (let i = FIRST; i <= LAST; i++) context.lineTo(lidX(i), eye.upper[i]!);
  for (let i = LAST; i >= FIRST; i--) context.lineTo(lidX(i), eye.lower[i]!);
  context.closePath();
}

function drawBall(context: Context, eye: EyeShape, side: -1 | 1, pose: FacePose, palette: Palette): void {
  const white = context.createLinearGradient(-34, 0, 36, 0);
  for (const [at, color] of [[0, "#cf9d90"], [0.16, "#efe4da"], [0.6, "#f0e8e0"], [1, "#bd9c96"]] as const) white.addColorStop(at, color);
  context.fillStyle = white;
  context.fillRect(-40, -30, 80, 60);
  const x = 1.4 + eye.gazeX * side;
  const y = -1.2 + eye.gazeY;
  drawIris(context, x, y, side, 0.36 + 0.1 * (pose.pupil - 0.5) * 2, palette);
  const top = Math.min(...eye.upper);
  const shadow = context.createLinearGradient(0, top, 0, top + 13);
  shadow.addColorStop(0, "rgba(60,32,28,.62)");
  shadow.addColorStop(1, "rgba(60,32,28,0)");
  context.fillStyle = shadow;
  context.fillRect(-40, -30, 80, 60);
  dot(context, x - 5.6 * side - eye.gazeX * side * 0.28, y - 5.6 - eye.gazeY * 0.28, 3.6, "rgba(255,251,242,.97)");
  dot(context, x + 5.8 * side - eye.gazeX * side * 0.28, y + 5.6 - eye.gazeY * 0.28, 2.4, "rgba(170,190,255,.34)");
}

function drawIris(context: Context, x: number, y: number, side: -1 | 1, pupil: number, { eye }: Palette): void {
  const lit = context.createRadialGradient(x + 5 * side, y + 7, 1, x, y, IRIS_RADIUS);
  lit.addColorStop(0, mix(eye.inner, "#ffd9a0", 0.2));
  lit.addColorStop(0.45, mix(eye.inner, eye.mid, 0.6));
  lit.addColorStop(0.8, eye.mid);
  lit.addColorStop(1, eye.outer);
  context.fillStyle = lit;
  context.beginPath();
  context.arc(x, y, IRIS_RADIUS, 0, 6.2832);
  context.fill();
  context.strokeStyle = tint(eye.outer, 0.3);
  context.lineWidth = 0.6;
  context.beginPath();
  for (let i = 0; i < 26; i++) {
    const angle = (i / 26) * 6.283 + 0.13 * Math.sin(i * 7.3);
    context.moveTo(x + Math.cos(angle) * IRIS_RADIUS * 0.44, y + Math.sin(angle) * IRIS_RADIUS * 0.44);
    context.lineTo(x + Math.cos(angle) * IRIS_RADIUS * 0.86, y + Math.sin(angle) * IRIS_RADIUS * 0.86);
  }
  context.stroke();
  dot(context, x, y, IRIS_RADIUS * pupil, "#0a0504");
}

function dot(context: Context, x: number, y: number, radius: number, color: string): void {
  context.fillStyle = color;
  context.beginPath();
  context.arc(x, y, radius, 0, 6.2832);
  context.fill();
}

const creaseY = (x: number, open: number): number =>
  Math.max(-19.5 - 4.2 * open * Math.cos(x * 0.045) + (1 - open) * 1.5 + 0.01 * x * x, -27);

/** The lid's skin between crease and lash line, the crease, and the rim under the eye. */
function drawLid(context: Context, eye: EyeShape, { skin }: Palette, side: -1 | 1): void {
  const lid = context.createLinearGradient(0, -24, 0, Math.max(-10, eye.upper[8]!));
  lid.addColorStop(0, tint(skin.shade, 0));
  lid.addColorStop(0.3, tint(side < 0 ? skin.lit : skin.mid, lerp(0.5, 0.95, 1 - eye.open)));
  lid.addColorStop(1, tint(skin.shade, lerp(0.6, 0.96, 1 - clamp(eye.open))));
  context.fillStyle = lid;
  context.beginPath();
  for (let i = FIRST; i <= LAST; i++) context.lineTo(lidX(i), Math.min(creaseY(lidX(i), eye.open), eye.upper[i]!));
  for (let i = LAST; i >= FIRST; i--) context.lineTo(lidX(i), eye.upper[i]!);
  context.closePath();
  context.fill();
  stroke(context, 4, 14, (x) => creaseY(x, eye.open), tint(skin.deep, 0.42), 1.5);
  context.beginPath();
  for (let i = 5; i < LAST; i++) context.lineTo(lidX(i), eye.lower[i]! + 1.2);
  context.strokeStyle = tint(skin.deep, 0.36);
  context.lineWidth = 1.4;
  context.stroke();
}

function stroke(context: Context, from: number, to: number, y: (x: number) => number, color: string, width: number): void {
  context.beginPath();
  for (let i = from; i <= to; i++) context.lineTo(lidX(i), y(lidX(i)));
  context.strokeStyle = color;
  context.lineWidth = width;
  context.lineCap = "round";
  context.stroke();
}

function drawLashes(context: Context, eye: EyeShape, palette: Palette): void {
  context.fillStyle = palette.eye.lash;
  context.beginPath();
  const thickness = (i: number) => lerp(0.9, 3.5, Math.pow(i / LAST, 0.75)) * (0.72 + 0.28 * eye.open);
  for (let i = FIRST; i <= LAST; i++) context.lineTo(lidX(i), eye.upper[i]! - thickness(i));
  for (let i = LAST; i >= FIRST; i--) context.lineTo(lidX(i), eye.upper[i]! + thickness(i) * 0.3);
  context.closePath();
  context.fill();
  context.strokeStyle = tint(palette.eye.lash, 0.85);
  context.lineWidth = 0.9;
  context.beginPath();
  for (let i = 0; i < 15; i++) traceLash(context, eye, 0.3 + i * 0.048);
  context.stroke();
}

function traceLash(context: Context, eye: EyeShape, u: number): void {
  const at = u * LAST;
  const i = Math.min(LAST - 1, Math.floor(at));
  const x = LID_LEFT + LID_WIDTH * u;
  const y = lerp(eye.upper[i]!, eye.upper[i + 1]!, at - i);
  const length = lerp(3.6, 8.2, smooth(0.25, 0.95, u));
  const lean = lerp(0.05, 1.05, smooth(0.3, 1, u));
  const rise = length * lerp(-0.55, 1, smooth(0.15, 0.75, eye.open)) * (1.05 - 0.45 * lean);
  context.moveTo(x, y);
  context.quadraticCurveTo(x + length * lean * 0.6, y - rise * 0.35, x + length * lean * 0.95, y - rise);
}
