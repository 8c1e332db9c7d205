/** The neck: bends between head and shoulders, and fades into the skin of the neckline. */
import { Layer } from "./layer";
import { mix, type Palette } from "./palette";

export function paintNeck({ skin }: Palette, scale: number): Layer {
  const layer = new Layer([-96, 90, 96, 300], scale);
  const { context } = layer;
  context.beginPath();
  layer.spline([
    [-58, 90], [-56, 150], [-55, 196], [-56, 224], [-44, 262], [0, 300], [44, 262], [56, 224], [55, 196], [56, 150], [58, 90], [0, 80],
  ]);
  context.save();
  context.clip();
  context.fillStyle = layer.gradient(-62, 0, 66, 0, [[0, skin.lit], [0.34, skin.mid], [0.8, skin.shade], [1, mix(skin.shade, skin.deep, 0.6)]]);
  context.fillRect(-96, 80, 192, 230);
  layer.soft(10, 168, 120, 92, 0, skin.deep, 0.85);
  layer.soft(6, 150, 110, 56, 0, mix(skin.deep, "#2a0f14", 0.4), 0.6);
  layer.curve([-32, 200, -24, 240, -7, 270], 14, skin.deep, 0.1, 8);
  layer.curve([36, 200, 28, 240, 9, 270], 14, skin.deep, 0.14, 8);
  layer.curve([-44, 206, -36, 240, -18, 268], 9, skin.hi, 0.1, 8);
  context.restore();
  context.globalCompositeOperation = "destination-out";
  context.fillStyle = layer.gradient(0, 206, 0, 262, [[0, "rgba(0,0,0,0)"], [1, "rgba(0,0,0,1)"]]);
  context.fillRect(-96, 206, 192, 110);
  context.globalCompositeOperation = "source-over";
  return layer;
}
