/** Where expressions crease the skin. Red: smile folds and crow's feet. Green: frown between the brows. Blue: forehead. */
import { FACE_BOUNDS } from "./face";
import { Layer } from "./layer";

const RED = "#ff0000";
const GREEN = "#00ff00";
const BLUE = "#0000ff";

export function paintExpression(scale: number): Layer {
  const layer = new Layer(FACE_BOUNDS, scale);
  layer.context.globalCompositeOperation = "lighter";
  for (const k of [-1, 1]) {
    layer.curve([k * 26, 72, k * 45, 88, k * 54, 116], 9, RED, 0.9, 8);
    layer.curve([k * 92, -4, k * 99, -8, k * 105, -14], 3.2, RED, 0.55, 4);
    layer.curve([k * 92, 3, k * 100, 3, k * 106, 1], 3.2, RED, 0.5, 4);
    layer.curve([k * 90, 9, k * 97, 13, k * 103, 15], 3, RED, 0.4, 4);
    layer.curve([k * 32, 22, k * 54, 30, k * 78, 20], 5, RED, 0.45, 5);
    layer.curve([k * 9, -52, k * 7.5, -42, k * 9, -32], 5.5, GREEN, 0.8, 6);
    layer.soft(k * 16, -30, 12, 14, 0, GREEN, 0.35);
  }
  for (const [y, half] of [[-96, 52], [-82, 58], [-69, 44]] as const) {
    layer.curve([-half, y + 6, 0, y - 6, half, y + 6], 5, BLUE, 0.75, 6);
  }
  return layer;
}
