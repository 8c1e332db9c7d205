/** The finished painting: every layer a renderer needs, painted once. */
import { BADGE_FONT } from "./badge";
import { paintBody } from "./body";
import { paintExpression } from "./expression";
import { paintFace } from "./face";
import { paintBackHair, paintFrontHair } from "./hair";
import type { Layer } from "./layer";
import { paintNeck } from "./neck";
import type { Palette } from "./palette";

export const PORTRAIT_LAYERS = ["backHair", "body", "neck", "face", "expression", "hairLeft", "hairRight"] as const;
export type PortraitLayer = (typeof PORTRAIT_LAYERS)[number];
export type Portrait = Record<PortraitLayer, Layer>;

/** Sharper than this is not seen: everything painted is soft. */
export const SHARPEST_SCALE = 2.6;

/** Paints one layer; `scale` is screen pixels a design unit. Blurred layers are painted smaller. */
export function paintLayer(name: PortraitLayer, palette: Palette, scale: number): Layer {
  switch (name) {
    case "backHair":
      return paintBackHair(palette, scale * 0.7);
    case "body":
      return paintBody(palette, scale);
    case "neck":
      return paintNeck(palette, scale * 0.7);
    case "face":
      return paintFace(palette, scale);
    case "expression":
      return paintExpression(scale * 0.6);
    case "hairLeft":
      return paintFrontHair(palette, scale, -1);
    case "hairRight":
      return paintFrontHair(palette, scale, 1);
  }
}

const nextTask = (): Promise<void> => new Promise((resolve) => setTimeout(resolve));

const FONT_PATIENCE_MS = 1500;

/** The badge is painted once: its font should be there by then, but nobody waits long for a font. */
const badgeFont = (): Promise<unknown> =>
  Promise.race([document.fonts.load(BADGE_FONT), new Promise((resolve) => setTimeout(resolve, FONT_PATIENCE_MS))]).catch(() => null);

/** Paints layer by layer with a pause between, so that a tap or a click is never kept waiting for the whole painting. */
export async function paintPortrait(palette: Palette, scale: number): Promise<Portrait> {
  const portrait: Partial<Portrait> = {};
  await badgeFont();
  for (const name of PORTRAIT_LAYERS) {
    portrait[name] = paintLayer(name, palette, scale);
    await nextTask();
  }
  return portrait as Portrait;
}
