/** The badge says plainly that this is an AI: "Ana · AI". It must never carry a title or a credential (California AB 489). */
import { traceRoundedRectangle, type Layer } from "./layer";
import type { Palette } from "./palette";

export const BADGE_FONT = '600 15px "Atkinson Hyperlegible Next", system-ui, sans-serif';

export function paintBadge(layer: Layer, { name, cloth }: Palette): void {
  const { context } = layer;
  context.save();
  context.translate(-184, 352);
  context.rotate(-0.1);
  context.scale(0.86, 0.86);
  layer.soft(3, 8, 52, 26, 0, "#3a2c2a", 0.5);
  traceRoundedRectangle(context, -40, -17, 80, 34, 8);
  context.fillStyle = layer.gradient(-40, -17, 40, 17, [[0, "#fffaf0"], [1, "#e8ddd0"]]);
  context.fill();
  context.fillStyle = cloth.base;
  traceRoundedRectangle(context, -40, -17, 80, 9, 8, 0);
  context.fill();
  context.fillStyle = "#23303a";
  context.font = BADGE_FONT;
  context.textAlign = "center";
  context.textBaseline = "middle";
  context.fillText(`${name} · AI`, 0, 5.5);
  context.restore();
}
