/** Bends every painted layer with the head: a relief (depth from position), a head turn, and the skin's deformation fields. */

/** Both shaders start with this. GLSL leaves smoothstep undefined for reversed edges, so it is replaced. */
export const PREAMBLE = `#version 300 es
precision highp float;
float step3(float a, float b, float x) {
  float t = clamp((x - a) / (b - a), 0., 1.);
  return t * t * (3. - 2. * t);
}
#define smoothstep step3
`;

/** Which bending a layer gets; the numbers are `uKind` below. */
export const LAYER_KIND = { skin: 0, frontHair: 1, backHair: 2, body: 3, neck: 4, feature: 5 } as const;
export type LayerKind = keyof typeof LAYER_KIND;

export const VERTEX_SHADER = `${PREAMBLE}
in vec2 aCorner;
out vec2 uv;
out vec2 place;          // design units
uniform vec4 uBounds;    // of the layer: x0, y0, x1, y1
uniform vec4 uView;      // design to clip space: scale x, scale y, offset x, offset y
uniform vec3 uTurn;      // yaw, pitch, roll
uniform vec4 uBody;      // shift, breath, lean, hair sway
uniform vec4 uJaw;       // jaw, smile, pucker, cheek
uniform vec4 uBrow;      // brow in, brow out, furrow, wide
uniform int uKind;
uniform vec3 uFeature;   // center x, center y, depth offset

const vec3 PIVOT = vec3(0., 160., -70.);   // top of the neck

float bump(vec2 p, vec2 center, vec2 radius) {
  vec2 d = (p - center) / radius;
  return exp(-dot(d, d));
}

float depth(vec2 p) {
  float q = 1. - (p.x / 132.) * (p.x / 132.) - ((p.y - 15.) / 222.) * ((p.y - 15.) / 222.);
  float skull = q > 0. ? 118. * sqrt(q) : 0.;
  float nose = 30. * bump(p, vec2(0., 54.), vec2(20., 20.)) + 14. * bump(p, vec2(0., 20.), vec2(13., 38.));
  float sockets = 9. * bump(vec2(abs(p.x), p.y), vec2(55., 0.), vec2(30., 18.));
  return skull + nose - sockets;
}

vec3 turn(vec3 p) {
  vec3 d = p - PIVOT;
  float cy = cos(uTurn.x), sy = sin(uTurn.x), cp = cos(uTurn.y), sp = sin(uTurn.y), cr = cos(uTurn.z), sr = sin(uTurn.z);
  d = vec3(d.x * cy + d.z * sy, d.y, -d.x * sy + d.z * cy);
  d = vec3(d.x, d.y * cp + d.z * sp, -d.y * sp + d.z * cp);
  d = vec3(d.x * cr - d.y * sr, d.x * sr + d.y * cr, d.z);
  return d + PIVOT;
}

vec2 project(vec3 p) {
  float k = 1500. / (1500. - p.z - 70. - uBody.z * 34.);
  return vec2(p.x * k, (p.y - 160.) * k + 160.) + vec2(uBody.x, uBody.y * -2.4);
}

vec2 deformSkin(vec2 p) {
  vec2 m = vec2(abs(p.x), p.y);
  float side = sign(p.x);
  vec2 d = vec2(0.);
  // jaw
  d.y += uJaw.x * 20. * smoothstep(62., 176., p.y);
  d.x -= p.x * .035 * uJaw.x * smoothstep(60., 150., p.y);
  // cheeks, mouth corners and nostrils of a smile
  d += vec2(side * 3.5, -8.5) * uJaw.w * bump(m, vec2(62., 58.), vec2(36., 30.));
  d += vec2(side * 6.5, -7.5) * uJaw.y * bump(m, vec2(46., 104.), vec2(24., 22.));
  d.x += side * 1.6 * uJaw.y * bump(m, vec2(22., 66.), vec2(12., 12.));
  // pucker
  d.x -= p.x * .20 * uJaw.z * bump(p, vec2(0., 113.), vec2(50., 26.));
  // brows
  d.y -= 12. * uBrow.x * bump(m, vec2(22., -42.), vec2(26., 26.)) + 10. * uBrow.y * bump(m, vec2(72., -46.), vec2(32., 24.));
  d += vec2(-side * 5. * smoothstep(0., 9., m.x), 4.5) * uBrow.z * bump(m, vec2(22., -40.), vec2(24., 20.));
  d.x *= smoothstep(128., 112., m.x);
  return p + d;
}

vec2 frontHair(vec2 p) {
  float q = 1. - (p.x / 182.) * (p.x / 182.) - (p.y / 242.) * (p.y / 242.);
  float z = 118. * sqrt(max(q, 0.));
  z *= 1. - .86 * smoothstep(52., 118., abs(p.x)) * smoothstep(-90., 50., p.y);
  z -= 12. * smoothstep(60., 220., p.y);
  vec2 o = project(turn(vec3(p, z)));
  o.x += uBody.w * smoothstep(10., 240., p.y) * smoothstep(10., 240., p.y);
  return o;
}

vec2 backHair(vec2 p) {
  vec2 o = project(turn(vec3(p, -36.)));
  o.x += uBody.w * .8 * smoothstep(20., 260., p.y);
  return o;
}

vec2 body(vec2 p) {
  float breath = uBody.y;
  float chest = smoothstep(700., 260., p.y);
  vec2 o = p;
  o.y -= 12. * smoothstep(700., 300., p.y);
  o.y -= breath * 3.6 * chest;
  o.x += p.x * .010 * breath * smoothstep(220., 330., p.y) * chest;
  o.x += uBody.x * .35 + uTurn.z * 10. * chest;
  return o;
}

vec2 neck(vec2 p) {
  vec2 withHead = project(turn(vec3(p, -4.)));
  vec2 withBody = p + vec2(uBody.x * .35 + uTurn.z * 10., -uBody.y * 3.6 - 12.);
  return mix(withBody, withHead, smoothstep(236., 110., p.y));
}

void main() {
  uv = aCorner;
  vec2 p = mix(uBounds.xy, uBounds.zw, aCorner);
  place = p;
  vec2 o;
  if (uKind == ${LAYER_KIND.skin}) o = project(turn(vec3(deformSkin(p), depth(p))));
  else if (uKind == ${LAYER_KIND.frontHair}) o = frontHair(p);
  else if (uKind == ${LAYER_KIND.backHair}) o = backHair(p);
  else if (uKind == ${LAYER_KIND.body}) o = body(p);
  else if (uKind == ${LAYER_KIND.neck}) o = neck(p);
  else o = project(turn(vec3(p, depth(mix(uFeature.xy, p, .85)) + uFeature.z)));
  gl_Position = vec4(o * uView.xy + uView.zw, 0., 1.);
}`;
