/** One eye, computed for every pixel: ball, iris, lid, lashes. Coordinates: x toward the temple, y down, design units. */
import { LID_SAMPLES } from "../eyeshape";
import { PREAMBLE } from "./vertexshader";

const LAST = LID_SAMPLES - 1;

const DECLARATIONS = `
in vec2 place;
out vec4 color;
uniform float uUpper[${LID_SAMPLES}];
uniform float uLower[${LID_SAMPLES}];
uniform vec4 uEye;       // center x, side, open, squint
uniform vec4 uIris;      // gaze x, gaze y, radius, pupil -1..1
uniform vec3 uOuter, uMiddle, uInner, uLash, uLit, uShade, uDeep;
uniform float uPixel;    // size of a pixel in design units

float sampleAt(float x) { return clamp((x + 34.) / 70., 0., 1.) * ${LAST}.; }
float upperLid(float x) { float f = sampleAt(x); int i = int(min(f, ${LAST - 1}.)); return mix(uUpper[i], uUpper[i + 1], f - float(i)); }
float lowerLid(float x) { float f = sampleAt(x); int i = int(min(f, ${LAST - 1}.)); return mix(uLower[i], uLower[i + 1], f - float(i)); }
float chance(float n) { return fract(sin(n * 91.7) * 43758.5453); }
float square(float x) { return x * x; }
float bell(vec2 d) { return exp(-dot(d, d)); }
`;

const BALL = `
vec3 sclera(vec2 p, float side) {
  vec3 c = mix(vec3(.955, .925, .895), vec3(.86, .83, .835), smoothstep(-10., 30., p.x * side));
  c = mix(c, vec3(.80, .52, .48), .75 * bell((p - vec2(-30., 4.5)) / vec2(7.)));
  c = mix(c, vec3(.72, .56, .53), .6 * smoothstep(18., 35., p.x));
  return c * (1. - .10 * smoothstep(6., 14., p.y));
}

vec3 iris(vec2 q, float r, float side) {
  vec2 onScreen = vec2(q.x * side, q.y);
  float angle = atan(q.y, q.x);
  float coarse = .5 + .5 * sin(angle * 31. + 2.5 * sin(angle * 9.) + r * 4.);
  float fine = .5 + .5 * sin(angle * 57. + 1.7 * sin(angle * 13.));
  vec3 c = mix(uInner, uMiddle, smoothstep(.30, .74, r));
  c = mix(c, uOuter, smoothstep(.72, .96, r));
  c *= .84 + .20 * coarse * smoothstep(.3, .5, r) + .10 * fine;
  // light gathered on the far side of the lamp
  c += uInner * .50 * exp(-dot(onScreen - vec2(.30, .42), onScreen - vec2(.30, .42)) * 5.2) * smoothstep(.95, .7, r);
  c *= .78 + .22 * smoothstep(-.9, .2, q.y);
  float pupil = .36 + .10 * uIris.w;
  return mix(vec3(.035, .018, .014), c, smoothstep(pupil - .04, pupil + .05, r));
}

vec3 ball(vec2 p, float side, float yUpper, float yLower) {
  vec2 gaze = vec2(uIris.x * side, uIris.y);
  vec2 q = (p - vec2(1.4, -1.2) - gaze) / uIris.z;
  q.x /= 1. - .08 * abs(gaze.x) / 11.;
  float r = length(q);
  float edge = uPixel / uIris.z;
  vec3 c = mix(iris(q, r, side), sclera(p, side), smoothstep(1. - edge - .05, 1. + edge + .02, r));
  // shadow of the upper lid, occlusion at the lower
  float fromLid = p.y - yUpper;
  c *= mix(vec3(.34, .22, .20), vec3(1.), smoothstep(0., 13., fromLid) * .75 + .25 * smoothstep(0., 5., fromLid));
  c *= .90 + .10 * smoothstep(0., 3., yLower - p.y);
  // catchlights: the lamp, and a small cool bounce; they follow the eye less than the iris does: the look of wet
  vec2 glint = p * vec2(side, 1.) - vec2(1.4 * side + uIris.x * .72, -1.2 + gaze.y * .72);
  vec2 lamp = glint - vec2(-5.6, -5.6);
  float lampLight = 1. - smoothstep(3.3 - uPixel, 3.9 + uPixel, length(lamp * vec2(1., .92)));
  c = mix(c, vec3(1., .985, .95), lampLight * .97 * smoothstep(.5, 3., fromLid));
  vec2 bounce = glint - vec2(5.8, 5.6);
  c += vec3(.52, .62, .95) * .40 * exp(-dot(bounce, bounce) / 7.);
  // tear line
  return c + vec3(.95, .86, .80) * .10 * exp(-square((yLower - p.y - 1.0) / .9));
}
`;

const LASHES = `
// Sixteen lines are searched for every pixel near the lid, so this is only called there.
float upperLashes(vec2 p, float open) {
  float most = 0.;
  for (int i = 0; i < 15; i++) {
    float n = float(i);
    float u = .30 + n * .050 + .008 * chance(n);
    float x0 = -34. + 70. * u;
    vec2 root = vec2(x0, upperLid(x0) - .6);
    float size = mix(3.6, 8.2, smoothstep(.25, .95, u)) * (.85 + .3 * chance(n + 7.));
    float lean = mix(.05, 1.05, smoothstep(.3, 1., u));
    vec2 hair = vec2(size * lean * .95, -size * mix(-.55, 1., smoothstep(.15, .75, open)) * (1.05 - .45 * lean));
    vec2 from = p - root;
    float h = clamp(dot(from, hair) / dot(hair, hair), 0., 1.);
    vec2 bend = vec2(-hair.y, hair.x) * -.22 * h * (1. - h);
    float distance = length(from - hair * h - bend);
    most = max(most, smoothstep(.85 * (1. - h * .85) + uPixel * .8, .25 * (1. - h), distance) * smoothstep(1.02, .70, h));
  }
  return most;
}

float lowerLashes(vec2 p) {
  float most = 0.;
  for (int i = 0; i < 8; i++) {
    float u = .40 + float(i) * .068;
    float x0 = -34. + 70. * u;
    vec2 hair = vec2(1.2 + u * 1.8, 3.0);
    vec2 from = p - vec2(x0, lowerLid(x0) + .5);
    float h = clamp(dot(from, hair) / dot(hair, hair), 0., 1.);
    most = max(most, smoothstep(.62 + uPixel * .6, .15, length(from - hair * h)) * (1. - h));
  }
  return most;
}

float lashLine(vec2 p, float yUpper, float open) {
  float width = mix(.9, 3.5, pow(clamp((p.x + 33.) / 69., 0., 1.), .75)) * (.72 + .28 * open);
  float d = p.y - yUpper;
  return smoothstep(-width - uPixel, -width + uPixel * 1.5 + .6, d) * smoothstep(width * .30 + uPixel, width * .30 - uPixel, d)
    * smoothstep(-34., -28., p.x) * smoothstep(37., 33.5, p.x);
}
`;

const MAIN = `
void main() {
  float side = uEye.y;
  vec2 p = vec2((place.x - uEye.x) * side, place.y);
  float open = uEye.z;
  float yUpper = upperLid(p.x);
  float yLower = lowerLid(p.x);
  if (p.y < min(yUpper - 11., -29.) || p.y > yLower + 10. || abs(p.x) > 44.) discard;
  float between = smoothstep(-34.5, -32.5, p.x) * smoothstep(36.5, 34., p.x);
  float inside = smoothstep(-uPixel, uPixel, p.y - yUpper) * smoothstep(-uPixel, uPixel, yLower - p.y) * between
    * step(.5, yLower - yUpper + .5);
  vec4 c = vec4(0.);
  if (inside > 0.) c = vec4(ball(p, side, yUpper, yLower), 1.) * inside;

  // skin of the upper lid, between crease and margin
  float crease = max(-19.5 - 4.2 * open * cos(p.x * .045) + (1. - open) * 1.5 + .010 * p.x * p.x, -27.);
  float onLid = smoothstep(crease - 2.5, crease + 1.5, p.y) * smoothstep(uPixel, -uPixel, p.y - yUpper)
    * smoothstep(-33., -24., p.x) * smoothstep(38., 28., p.x);
  float v = clamp((p.y - crease) / max(1., yUpper - crease), 0., 1.);
  vec3 lid = mix(mix(uShade, uLit, .35), uLit, smoothstep(.0, .45, v) * (side < 0. ? 1. : .55) * exp(-p.x * p.x / 900.));
  lid = mix(lid, uShade, smoothstep(.6, 1., v) * .55);
  c = mix(c, vec4(lid, 1.), onLid * mix(.62, .96, 1. - open) * (1. - inside));
  c = mix(c, vec4(uDeep, 1.), exp(-square((p.y - crease) / 1.25)) * smoothstep(-30., -14., p.x) * smoothstep(36., 20., p.x) * .50);

  // rim of the lower lid: a soft line and the light under it
  float rim = exp(-square((p.y - yLower - 1.2) / 1.3)) * smoothstep(-30., -8., p.x) * smoothstep(36., 26., p.x);
  c = mix(c, vec4(uDeep, 1.), rim * .42);
  float under = exp(-square((p.y - yLower - 4.2) / 2.4)) * smoothstep(-30., 0., p.x) * smoothstep(36., 22., p.x);
  c = mix(c, vec4(uLit, 1.), under * .25 * (1. - c.a));

  float upper = p.y < yUpper + 2. && p.y > yUpper - 11. ? upperLashes(p, open) : 0.;
  float lower = p.y > yLower - 1. && p.y < yLower + 5. ? lowerLashes(p) : 0.;
  float detail = smoothstep(1.15, .45, uPixel);
  c = mix(c, vec4(uLash, 1.), max(max(lashLine(p, yUpper, open), upper * mix(.34, .92, detail)), lower * .30 * detail));
  color = c;
}`;

export const EYE_SHADER = PREAMBLE + DECLARATIONS + BALL + LASHES + MAIN;
