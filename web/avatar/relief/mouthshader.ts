/** The mouth, computed for every pixel between four lip edges: inside, tongue, teeth, lips. */
import { LIP_SAMPLES } from "../mouthshape";
import { PREAMBLE } from "./vertexshader";

const LAST = LIP_SAMPLES - 1;

const DECLARATIONS = `
in vec2 place;
out vec4 color;
uniform float uUpperOuter[${LIP_SAMPLES}];
uniform float uUpperInner[${LIP_SAMPLES}];
uniform float uLowerInner[${LIP_SAMPLES}];
uniform float uLowerOuter[${LIP_SAMPLES}];
uniform vec4 uMouth;     // half width, gap, height of the upper teeth, of the lower teeth
uniform vec3 uTongue;    // y, corner y, smile
uniform vec3 uBase, uHigh, uDark, uSkinDeep;
uniform float uPixel;    // size of a pixel in design units

#define EDGE(edge, f) mix(edge[int(min(f, ${LAST - 1}.))], edge[int(min(f, ${LAST - 1}.)) + 1], f - floor(min(f, ${LAST - 1}.)))
float square(float x) { return x * x; }
float chance(float x) { return fract(sin(floor(x) * 127.1) * 43758.5453); }
float noise(float x) {
  float f = fract(x);
  f = f * f * (3. - 2. * f);
  return mix(chance(x), chance(x + 1.), f);
}
`;

const INSIDE = `
vec3 tongueAndDark(vec2 p, float ax, float v) {
  float halfWidth = uMouth.x;
  vec3 c = mix(vec3(.145, .035, .05), vec3(.36, .12, .13), v * v);
  float shape = smoothstep(0., 5., p.y - (uTongue.x + 7. * ax * ax)) * smoothstep(0., .25, 1. - ax * ax * 1.5);
  vec3 tongue = mix(vec3(.62, .27, .27), vec3(.86, .50, .47), smoothstep(0., 7., p.y - uTongue.x) * exp(-square(p.x / (halfWidth * .5))));
  tongue *= .80 + .20 * smoothstep(0., 3., abs(p.x));
  return mix(c, tongue, shape * .9);
}

vec3 mouthInside(vec2 p, float ax, float top, float bottom) {
  float halfWidth = uMouth.x;
  float v = clamp((p.y - top) / max(1., bottom - top), 0., 1.);
  vec3 c = tongueAndDark(p, ax, v);
  float lowTeeth = smoothstep(-uPixel, uPixel, p.y - (bottom - uMouth.w * (1. - ax * ax))) * smoothstep(.72, .5, ax) * step(.3, uMouth.w);
  c = mix(c, vec3(.80, .73, .68) * (.82 + .18 * v), lowTeeth * .9);
  float edge = top + uMouth.z * (1. - .55 * ax * ax);
  float tooth = abs(fract(p.x / (halfWidth * .235) + .5) - .5) * 2.;
  float scallop = .8 * smoothstep(.75, 1., tooth);
  float teeth = smoothstep(uPixel + .4, -uPixel, p.y - edge + scallop) * smoothstep(.93, .74, ax) * step(.4, uMouth.z);
  vec3 enamel = mix(vec3(.985, .955, .915), vec3(.70, .60, .56), smoothstep(.1, .9, ax));
  enamel *= .60 + .40 * smoothstep(0., 5.5, p.y - top);
  enamel *= 1. - .10 * smoothstep(.86, 1., tooth);
  c = mix(c, enamel, teeth);
  c *= .62 + .38 * smoothstep(0., 4.5, p.y - top);
  return c * (1. - .35 * smoothstep(.55, 1., ax));
}
`;

const LIPS = `
vec3 upperLip(vec2 p, float v) {
  float across = p.x / uMouth.x;
  vec3 c = mix(uBase * 1.05, mix(uBase, uDark, .62), smoothstep(.15, 1., v));
  c = mix(c, uHigh, .22 * exp(-square((v - .22) / .22)) * smoothstep(.9, .1, abs(across + .25)));
  return c * (1. - .16 * smoothstep(-.2, 1., across));
}

vec3 lowerLip(vec2 p, float v) {
  float across = p.x / uMouth.x;
  vec3 c = mix(mix(uBase, uDark, .42), mix(uBase, uHigh, .20), smoothstep(0., .34, v));
  c = mix(c, uBase * .86, smoothstep(.62, 1., v));
  float shine = exp(-square((v - .40) / .20)) * exp(-square((across + .16) / .42));
  c = mix(c, uHigh, shine * .62 * (.75 + .5 * noise(p.x * 1.1)));
  return c * (1. - .20 * smoothstep(-.1, 1., across));
}
`;

const MAIN = `
void main() {
  vec2 p = place;
  float halfWidth = uMouth.x;
  float gap = uMouth.y;
  float f = clamp(p.x / halfWidth * .5 + .5, 0., 1.) * ${LAST}.;
  float a = EDGE(uUpperOuter, f), b = EDGE(uUpperInner, f), c = EDGE(uLowerInner, f), d = EDGE(uLowerOuter, f);
  float ax = abs(p.x) / halfWidth;
  if (p.y < a - 6. || p.y > d + 24. || abs(p.x) > halfWidth + 12.) discard;
  float within = smoothstep(halfWidth + uPixel, halfWidth - uPixel, abs(p.x));

  // on the skin: soft shadow under the lower lip and at the corners
  float under = exp(-square((p.y - d - 8.) / 7.5)) * smoothstep(1.05, .2, ax) * .40;
  vec4 r = vec4(uSkinDeep * under, under);
  vec2 corner = (vec2(abs(p.x), p.y) - vec2(halfWidth + 1.2, uTongue.y + .4)) / vec2(6. + 4. * uTongue.z, 5.);
  r = mix(r, vec4(uSkinDeep, 1.), exp(-dot(corner, corner)) * (.46 + .12 * step(0., p.x)));

  float inside = smoothstep(-uPixel, uPixel, p.y - b) * smoothstep(-uPixel, uPixel, c - p.y) * within * smoothstep(.2, 1.2, gap);
  if (inside > 0.) r = mix(r, vec4(mouthInside(p, ax, b, c), 1.), inside);

  float lines = .965 + .05 * noise(p.x * .7 + 3.) * (1. - .3 * ax) + .025 * noise(p.x * 1.9);
  float onUpper = smoothstep(-1.3 - uPixel, .9, p.y - a) * smoothstep(uPixel, -uPixel, p.y - b) * within;
  r = mix(r, vec4(upperLip(p, clamp((p.y - a) / max(.6, b - a), 0., 1.)) * lines, 1.), onUpper * .96);
  float onLower = smoothstep(-uPixel, uPixel, p.y - c) * smoothstep(1.6, -1.2 - uPixel, p.y - d) * within;
  r = mix(r, vec4(lowerLip(p, clamp((p.y - c) / max(.6, d - c), 0., 1.)) * lines, 1.), onLower * .96);

  // where the lips meet, and the light edge over the cupid's bow
  float contact = exp(-square((p.y - (b + c) * .5) / (1.05 + .5 * (1. - ax)))) * within * smoothstep(6., .5, gap);
  r = mix(r, vec4(uDark * .62, 1.), contact * .86);
  float bow = exp(-square((p.y - a + 2.0) / 1.3)) * smoothstep(.75, .2, ax);
  color = mix(r, vec4(1., .86, .74, 1.), bow * .20);
}`;

export const MOUTH_SHADER = PREAMBLE + DECLARATIONS + INSIDE + LIPS + MAIN;
