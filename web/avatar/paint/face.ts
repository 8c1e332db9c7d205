/** The face without its moving parts: form, light, nose, brows, skin. Eyes and mouth are drawn live on top. */
import { paintBrow } from "./brows";
import { Layer, scatter, type Rectangle, type Vertex } from "./layer";
import { mix, tint, type Palette } from "./palette";

export const FACE_BOUNDS: Rectangle = [-136, -172, 136, 192];

const RIGHT_HALF: readonly Vertex[] = [
  [0, -160], [58, -154], [98, -126], [117, -76], [121, -24], [118.5, 26], [111, 68], [96, 110], [72, 144], [41, 168], [0, 177],
];

export const FACE_OUTLINE: readonly Vertex[] = [
  ...RIGHT_HALF,
  ...RIGHT_HALF.slice(1, -1).map(([x, y]): Vertex => [-x, y]).reverse(),
];

type Dab = readonly [x: number, y: number, rx: number, ry: number, angle: number, color: string, alpha: number];

export function paintFace(palette: Palette, scale: number): Layer {
  const layer = new Layer(FACE_BOUNDS, scale);
  const { context } = layer;
  const skin = palette.skin;
  outline(layer);
  context.fillStyle = layer.gradient(-122, -50, 126, 40, [
    [0, skin.lit], [0.34, skin.lit], [0.64, skin.mid], [0.93, skin.shade], [1, mix(skin.shade, skin.deep, 0.4)],
  ]);
  context.fill();
  context.save();
  outline(layer);
  context.clip();
  for (const dab of [...form(palette), ...light(palette), ...sockets(palette), ...nose(palette)]) layer.soft(...dab);
  paintNostrils(layer, palette);
  paintMuzzle(layer, palette);
  for (const side of [-1, 1] as const) paintBrow(layer, palette, side);
  paintGrain(layer, palette);
  context.restore();
  paintRims(layer);
  return layer;
}

function outline(layer: Layer): void {
  layer.context.beginPath();
  layer.spline(FACE_OUTLINE);
}

/** Shadow side, turning edges, and the shadow the hair throws. The lamp is on the left. */
const form = ({ skin: s }: Palette): Dab[] => [
  [128, 36, 112, 210, 0, s.deep, 0.66], [104, 124, 86, 86, 0.5, s.deep, 0.4], [-134, 70, 52, 160, 0, s.shade, 0.55],
  [-92, 150, 70, 50, -0.7, s.shade, 0.55], [0, 188, 96, 32, 0, s.shade, 0.75], [40, 172, 60, 26, -0.3, s.deep, 0.3],
  [34, -128, 130, 62, 0.24, s.deep, 0.7], [-74, -116, 60, 50, -0.6, s.deep, 0.5], [116, -46, 40, 96, 0.08, s.deep, 0.5],
  [-121, -24, 26, 110, 0, s.deep, 0.42],
];

const light = ({ skin: s }: Palette): Dab[] => [
  [-30, -72, 72, 42, 0.04, s.hi, 0.62], [-62, 40, 50, 38, -0.35, s.hi, 0.72], [-14, 154, 36, 20, 0, s.hi, 0.42],
  [46, 42, 44, 34, 0.35, s.lit, 0.5], [-34, 104, 16, 26, 0.2, s.hi, 0.22],
  [-66, 58, 56, 38, -0.25, s.blush, 0.27], [68, 60, 56, 38, 0.25, s.blush, 0.25], [0, 56, 30, 24, 0, s.blush, 0.14],
  [0, 160, 34, 22, 0, s.blush, 0.12],
];

const sockets = ({ skin: s }: Palette): Dab[] => [
  [-54, -20, 54, 30, 0.05, s.shade, 0.52], [56, -20, 54, 31, -0.05, s.shade, 0.62], [-23, -8, 20, 34, 0.1, s.shade, 0.5],
  [25, -8, 24, 38, -0.1, s.deep, 0.4], [-56, 25, 40, 10, 0.06, s.shade, 0.3], [58, 25, 40, 10, -0.06, s.shade, 0.36],
  [-58, 34, 40, 12, 0.05, s.hi, 0.22],
];

const nose = ({ skin: s }: Palette): Dab[] => [
  [22, 16, 17, 52, -0.12, s.shade, 0.56], [25, 60, 19, 22, 0, s.shade, 0.5], [-23, 62, 13, 17, 0, s.shade, 0.26],
  [-3, 6, 8.5, 52, 0.02, s.hi, 0.62], [0, 56, 24, 19, 0, s.blush, 0.17], [-5, 50, 11, 10, 0, "#fff3e4", 0.66],
  [3, 77, 32, 11, 0, s.deep, 0.44],
];

function paintNostrils(layer: Layer, { skin }: Palette): void {
  const { context } = layer;
  for (const k of [-1, 1]) {
    layer.curve([k * 20.5, 59, k * 27, 67, k * 18.5, 75.5], 6, skin.deep, k > 0 ? 0.3 : 0.18);
    context.beginPath();
    context.moveTo(k * 4.6, 74.5);
    context.bezierCurveTo(k * 8, 70.4, k * 14, 70.8, k * 17, 74.4);
    context.bezierCurveTo(k * 13, 77.6, k * 8, 77.4, k * 4.6, 74.5);
    context.fillStyle = tint(mix(skin.deep, "#2a0f10", 0.35), 0.5);
    context.fill();
    layer.soft(k * 11, 74.5, 10, 5, 0, skin.deep, 0.45);
  }
  layer.curve([-8, 78.5, 0, 82, 9, 78.5], 4, skin.deep, 0.3);
}

function paintMuzzle(layer: Layer, { skin }: Palette): void {
  layer.line((c) => { c.moveTo(4.5, 85); c.lineTo(5.5, 98); }, 7, skin.shade, 0.34);
  layer.line((c) => { c.moveTo(-4.5, 85); c.lineTo(-5, 98); }, 5, skin.hi, 0.26);
  layer.soft(0, 143, 34, 10, 0, skin.deep, 0.3);
  layer.soft(-44, 112, 14, 14, 0, skin.shade, 0.26);
  layer.soft(46, 112, 15, 15, 0, skin.deep, 0.24);
}

/** Warm and cool mottling and a few freckles, so that the skin does not look airbrushed. */
function paintGrain(layer: Layer, { skin }: Palette): void {
  const { context } = layer;
  for (let i = 0; i < 420; i++) {
    const x = (scatter(i) * 2 - 1) * 118;
    const y = -120 + scatter(i * 1.7) * 290;
    const color = scatter(i * 2.9) > 0.5 ? skin.blush : skin.hi;
    layer.soft(x, y, 3 + 5 * scatter(i * 4.1), 3 + 4 * scatter(i * 5.3), 0, color, 0.045);
  }
  for (let i = 0; i < 34; i++) {
    const side = i % 2 ? 1 : -1;
    context.fillStyle = tint(skin.deep, 0.07 + 0.06 * scatter(i));
    context.beginPath();
    context.arc(side * (22 + 50 * scatter(i * 3.3)), 34 + 30 * scatter(i * 9.1), 0.7 + 0.5 * scatter(i * 2), 0, 7);
    context.fill();
  }
}

/** Moonlight on the right jaw, lamplight on the left. */
function paintRims(layer: Layer): void {
  const { context } = layer;
  context.save();
  outline(layer);
  context.clip();
  context.globalCompositeOperation = "screen";
  layer.line(() => layer.spline(FACE_OUTLINE.slice(4, 10), false), 12, "#6f86d8", 0.3);
  layer.line(() => layer.spline(FACE_OUTLINE.slice(12, 18), false), 9, "#f0a860", 0.26);
  context.restore();
}
