/** A quiet room at night, out of focus: lamp on the left, moonlit window on the right. */
import { IN_MEMORY, softStops, traceRoundedRectangle } from "./layer";
import { tint } from "./palette";

type Context = CanvasRenderingContext2D;
type Disc = readonly [x: number, y: number, radius: number, alpha: number];

const LAMPLIGHT: readonly Disc[] = [
  [-250, -210, 26, 0.13], [-196, -256, 15, 0.1], [-304, -120, 34, 0.1], [-410, -232, 20, 0.1], [-228, -92, 12, 0.09],
  [-474, -92, 42, 0.07], [-348, -292, 13, 0.1], [-520, -200, 18, 0.08], [-300, 20, 20, 0.07], [-620, -40, 30, 0.05],
];
const MOONLIGHT: readonly Disc[] = [[470, -230, 16, 0.1], [520, -120, 24, 0.07], [560, -260, 12, 0.09], [640, -180, 30, 0.05]];
const PANES: readonly Disc[] = [[228, -250, 0, 0.1], [332, -250, 0, 0.085], [228, -108, 0, 0.075], [332, -108, 0, 0.06]];

/** Paints width × height pixels; the eyes are at (cx, cy), `scale` pixels a design unit. */
export function paintBackdrop(target: HTMLCanvasElement, width: number, height: number, cx: number, cy: number, scale: number): void {
  // Nothing here is sharp: half the resolution looks the same.
  target.width = Math.ceil(width / 2);
  target.height = Math.ceil(height / 2);
  const context = target.getContext("2d", IN_MEMORY);
  if (!context) return;
  context.save();
  context.scale(0.5, 0.5);
  fillWall(context, width, height);
  context.translate(cx, cy);
  context.scale(scale, scale);
  const wall = { x: -cx / scale, y: -cy / scale, width: width / scale, height: height / scale };
  fillGlow(context, wall, 270, -110, 520, "#5d79c9", 0.46);
  fillGlow(context, wall, -340, -20, 620, "#f4a85c", 0.4);
  fillGlow(context, wall, -380, -50, 240, "#ffd39a", 0.34);
  for (const [x, y, , alpha] of PANES) fillPane(context, x, y, alpha, scale);
  for (const disc of LAMPLIGHT) fillDisc(context, disc, "#ffcf94");
  for (const disc of MOONLIGHT) fillDisc(context, disc, "#a9c0ff");
  const vignette = context.createRadialGradient(0, 0, 220, 0, 0, (Math.hypot(width, height) * 0.64) / scale);
  vignette.addColorStop(0, "rgba(6,8,24,0)");
  vignette.addColorStop(1, "rgba(5,7,20,.66)");
  context.fillStyle = vignette;
  context.fillRect(wall.x, wall.y, wall.width, wall.height);
  context.restore();
  dither(context, target.width, target.height);
}

function fillWall(context: Context, width: number, height: number): void {
  const gradient = context.createLinearGradient(0, 0, 0, height);
  gradient.addColorStop(0, "#0c1230");
  gradient.addColorStop(0.55, "#171e45");
  gradient.addColorStop(1, "#1d2146");
  context.fillStyle = gradient;
  context.fillRect(0, 0, width, height);
}

interface Wall {
  x: number;
  y: number;
  width: number;
  height: number;
}

function fillGlow(context: Context, wall: Wall, x: number, y: number, radius: number, color: string, alpha: number): void {
  context.fillStyle = softStops(context.createRadialGradient(x, y, 0, x, y, radius), color, alpha, 3.2, 0.75);
  context.fillRect(wall.x, wall.y, wall.width, wall.height);
}

function fillPane(context: Context, x: number, y: number, alpha: number, scale: number): void {
  const gradient = context.createLinearGradient(0, y, 0, y + 130);
  gradient.addColorStop(0, "#8fa9ee");
  gradient.addColorStop(1, "#5069b4");
  context.save();
  context.globalAlpha = alpha;
  context.fillStyle = gradient;
  context.shadowColor = "#8fa9ee";
  context.shadowBlur = 13 * scale;
  traceRoundedRectangle(context, x, y, 92, 130, 10);
  context.fill();
  context.restore();
}

function fillDisc(context: Context, [x, y, radius, alpha]: Disc, color: string): void {
  const gradient = context.createRadialGradient(x, y, 0, x, y, radius);
  for (const [at, share] of [[0, 0.75], [0.8, 1], [0.93, 0.9], [1, 0]] as const) gradient.addColorStop(at, tint(color, alpha * share));
  context.fillStyle = gradient;
  context.beginPath();
  context.arc(x, y, radius, 0, 7);
  context.fill();
}

const GRAIN = 96;

/** A dark gradient bands on 8-bit screens; a tile of hashed noise hides it. */
function dither(context: Context, width: number, height: number): void {
  const tile = document.createElement("canvas");
  tile.width = tile.height = GRAIN;
  const paint = tile.getContext("2d", IN_MEMORY);
  if (!paint) return;
  const image = paint.createImageData(GRAIN, GRAIN);
  for (let i = 0; i < GRAIN * GRAIN; i++) {
    const gray = hashByte(i);
    image.data.set([gray, gray, gray, 8], i * 4);
  }
  paint.putImageData(image, 0, 0);
  const pattern = context.createPattern(tile, "repeat");
  if (!pattern) return;
  context.globalCompositeOperation = "overlay";
  context.fillStyle = pattern;
  context.fillRect(0, 0, width, height);
  context.globalCompositeOperation = "source-over";
}

/** MurmurHash3's finalizer. */
function hashByte(i: number): number {
  let q = Math.imul(i + 1, 0x9e3779b1);
  q ^= q >>> 15;
  q = Math.imul(q, 0x85ebca77);
  q ^= q >>> 13;
  q = Math.imul(q, 0xc2b2ae3d);
  q ^= q >>> 16;
  return q >>> 24;
}
