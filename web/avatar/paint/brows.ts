/** The eyebrows, hair by hair. They are part of the skin's layer so that brow and skin move together. */
import { along, lerp, smooth } from "../curves";
import { scatter, type Layer, type Vertex } from "./layer";
import { mix, tint, type Palette } from "./palette";

/** From the nose to the temple. */
const TOP: readonly Vertex[] = [[17, -38], [33, -45.5], [53, -50.5], [74, -48.5], [95, -36.5]];
const BOTTOM: readonly Vertex[] = [[17.5, -28.5], [33, -36.5], [53, -42.5], [74, -43], [95, -36.5]];

export function paintBrow(layer: Layer, palette: Palette, side: -1 | 1): void {
  const { context } = layer;
  const color = palette.eye.brow;
  const mirrored = ([x, y]: Vertex): Vertex => [x * side, y];
  layer.soft(side * 54, -42, 46, 9, -side * 0.06, color, 0.28);
  context.save();
  context.beginPath();
  layer.spline(TOP.map(mirrored), false);
  layer.spline([...BOTTOM].reverse().map(mirrored), false, false);
  context.closePath();
  context.fillStyle = layer.gradient(side * 16, 0, side * 96, 0, [
    [0, tint(color, 0.2)], [0.25, tint(color, 0.52)], [0.8, tint(color, 0.62)], [1, tint(color, 0.25)],
  ]);
  context.fill();
  context.restore();
  for (let i = 0; i < 110; i++) paintHair(layer, palette, side, i);
}

function paintHair(layer: Layer, palette: Palette, side: -1 | 1, i: number): void {
  const { context } = layer;
  const u = scatter(i + side * 9);
  const low = along(BOTTOM, u);
  const high = along(TOP, u);
  const rise = scatter(i * 3.1) * 0.75;
  const x = lerp(low[0], high[0], rise);
  const y = lerp(low[1], high[1], rise);
  const angle = lerp(-1.45, -0.02, Math.pow(u, 0.55)) + (scatter(i * 7) - 0.5) * 0.25 + (u > 0.55 ? smooth(0.55, 1, u) * 0.45 : 0);
  const length = lerp(5.5, 8.5, scatter(i * 5)) * (1 - 0.35 * u);
  context.strokeStyle = tint(scatter(i * 2.2) > 0.8 ? mix(palette.eye.brow, palette.skin.lit, 0.35) : palette.eye.brow, 0.42);
  context.lineWidth = lerp(0.6, 1.15, scatter(i));
  context.beginPath();
  context.moveTo(side * x, y);
  context.quadraticCurveTo(
    side * (x + Math.cos(angle) * length * 0.6), y + Math.sin(angle) * length * 0.6,
    side * (x + Math.cos(angle * 0.8) * length), y + Math.sin(angle * 0.8) * length,
  );
  context.stroke();
}
