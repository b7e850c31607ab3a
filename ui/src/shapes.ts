// Draws the nodes: one program for all shapes, each a distance function of the pixel.
import { NodeProgram, type ProgramInfo } from "sigma/rendering";
import type { NodeDisplayData, RenderParams } from "sigma/types";
import { floatColor } from "sigma/utils";
import { DISTANCE } from "./forms";

/** What lies inside outlines: the page's background. */
export const ground = { rgb: [1, 1, 1] as [number, number, number] };

const VERTEX = `
attribute vec4 a_id;
attribute vec4 a_color;
attribute vec2 a_position;
attribute float a_size;
attribute float a_form;
attribute float a_angle;
uniform mat3 u_matrix;
uniform float u_sizeRatio;
uniform float u_correctionRatio;
varying vec4 v_color;
varying vec2 v_at;
varying float v_form;
varying float v_soft;
const float bias = 255.0 / 254.0;
void main() {
  float size = a_size * u_correctionRatio / u_sizeRatio * 4.0;
  vec2 away = size * vec2(cos(a_angle), sin(a_angle));
  gl_Position = vec4((u_matrix * vec3(a_position + away, 1)).xy, 0, 1);
  v_at = away / (size / 2.0);
  v_form = a_form;
  v_soft = u_correctionRatio * 2.0 / (size / 2.0);
  #ifdef PICKING_MODE
  v_color = a_id;
  #else
  v_color = a_color;
  #endif
  v_color.a *= bias;
}`;

const FRAGMENT = `
precision highp float;
varying vec4 v_color;
varying vec2 v_at;
varying float v_form;
varying float v_soft;
uniform vec3 u_ground;
void main(void) {
  vec2 p = v_at;
${DISTANCE}  #ifdef PICKING_MODE
  gl_FragColor = d > 0.08 ? vec4(0.0) : v_color;
  #else
  float cover = 1.0 - smoothstep(-v_soft, v_soft, d);
  vec4 color = v_color;
  if (v_form > 9.5) color = mix(vec4(u_ground, v_color.a), v_color, smoothstep(-v_soft, v_soft, d + 0.3));
  gl_FragColor = color * cover;
  #endif
}`;

const UNIFORMS = ["u_sizeRatio", "u_correctionRatio", "u_matrix", "u_ground"] as const;
const { FLOAT, UNSIGNED_BYTE, TRIANGLES } = (globalThis.WebGLRenderingContext ?? {}) as typeof WebGLRenderingContext;

export class ShapeProgram extends NodeProgram<(typeof UNIFORMS)[number]> {
  getDefinition() {
    return {
      VERTICES: 3,
      VERTEX_SHADER_SOURCE: VERTEX,
      FRAGMENT_SHADER_SOURCE: FRAGMENT,
      METHOD: TRIANGLES as 4,
      UNIFORMS,
      ATTRIBUTES: [
        { name: "a_position", size: 2, type: FLOAT },
        { name: "a_size", size: 1, type: FLOAT },
        { name: "a_color", size: 4, type: UNSIGNED_BYTE, normalized: true },
        { name: "a_form", size: 1, type: FLOAT },
        { name: "a_id", size: 4, type: UNSIGNED_BYTE, normalized: true },
      ],
      CONSTANT_ATTRIBUTES: [{ name: "a_angle", size: 1, type: FLOAT }],
      // A triangle whose inner circle holds every shape.
      CONSTANT_DATA: [[0], [(2 * Math.PI) / 3], [(4 * Math.PI) / 3]],
    };
  }

  processVisibleItem(node: number, at: number, data: NodeDisplayData & { form?: number }) {
    const array = this.array;
    array[at++] = data.x;
    array[at++] = data.y;
    array[at++] = data.size;
    array[at++] = floatColor(data.color);
    array[at++] = data.form ?? 0;
    array[at++] = node;
  }

  setUniforms(params: RenderParams, { gl, uniformLocations }: ProgramInfo) {
    gl.uniform1f(uniformLocations.u_correctionRatio ?? null, params.correctionRatio);
    gl.uniform1f(uniformLocations.u_sizeRatio ?? null, params.sizeRatio);
    gl.uniformMatrix3fv(uniformLocations.u_matrix ?? null, false, params.matrix);
    gl.uniform3f(uniformLocations.u_ground ?? null, ...ground.rgb);
  }
}
