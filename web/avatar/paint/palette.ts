/** Ana's colors. Every color of the portrait that is not light or shadow is here. */
export interface Palette {
  name: string;
  skin: { hi: string; lit: string; mid: string; shade: string; deep: string; blush: string };
  lip: { base: string; hi: string; dark: string };
  hair: { root: string; dark: string; base: string; lit: string; glint: string; cool: string };
  eye: { outer: string; mid: string; inner: string; lash: string; brow: string };
  cloth: { base: string; lit: string; shade: string; deep: string; pipe: string; cardigan: readonly [string, string, string, string, string] };
}

export const ANA: Palette = {
  name: "Ana",
  skin: { hi: "#ffe2c8", lit: "#f3c6a5", mid: "#e0a787", shade: "#bb7a64", deep: "#86453f", blush: "#d96a5c" },
  lip: { base: "#b95a5c", hi: "#f2b3a6", dark: "#79303a" },
  hair: { root: "#2a1a19", dark: "#1c1214", base: "#43291f", lit: "#8f5638", glint: "#e8a873", cool: "#6d78b8" },
  eye: { outer: "#24130d", mid: "#5f3a22", inner: "#9c6a3a", lash: "#22130f", brow: "#3f2820" },
  cloth: {
    base: "#2a6a73", lit: "#4f9da2", shade: "#143f4c", deep: "#0b2532", pipe: "#7fc0bf",
    cardigan: ["#e3cdb2", "#c9b49f", "#8f7d78", "#544a57", "#3f4265"],
  },
};

/** 0xrrggbb split into bytes. */
function bytes(color: string): [number, number, number] {
  const n = parseInt(color.slice(1), 16);
  return [n >> 16, (n >> 8) & 255, n & 255];
}

/** A CSS color with an opacity. */
export const tint = (color: string, alpha: number): string => `rgba(${bytes(color).join(",")},${alpha})`;

/** The color a share t of the way from one to the other. */
export function mix(from: string, to: string, t: number): string {
  const target = bytes(to);
  const mixed = bytes(from).map((value, i) => Math.round(value + (target[i]! - value) * t));
  return "#" + mixed.map((value) => value.toString(16).padStart(2, "0")).join("");
}

/** A color as shader components 0..1. */
export function components(color: string): [number, number, number] {
  const [r, g, b] = bytes(color);
  return [r / 255, g / 255, b / 255];
}
