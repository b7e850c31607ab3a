// The shapes of things and their colours, Okabe and Ito's palette: a form for each, so that colour is never alone.

/** Shape numbers of the shader; an outline is 10 more. */
export const FORMS: Record<string, number> = {
  actor: 1, campaign: 11, malware: 2, tool: 12, technique: 3, mitigation: 13, vulnerability: 4, indicator: 0, observable: 5, identity: 6,
};

export const COLOURS: Record<string, string> = {
  actor: "#d55e00", campaign: "#d55e00", malware: "#cc79a7", tool: "#e69f00", technique: "#0072b2", mitigation: "#009e73",
  vulnerability: "#f0e442", indicator: "#009e73", observable: "#56b4e9", identity: "#8b95a3",
};

/** GLSL: from `p`, a place in the square from -1 to 1, and `v_form`, the distance `d` to the border of the shape. */
export const DISTANCE = `
  vec2 a = abs(p);
  float form = v_form > 9.5 ? v_form - 10.0 : v_form;
  float d = length(p) - 0.86;
  if (form > 0.5 && form < 1.5) d = (a.x + a.y - 1.0) * 0.707;
  else if (form < 2.5 && form > 1.5) d = max(a.y, a.x * 0.866 + a.y * 0.5) - 0.84;
  else if (form < 3.5 && form > 2.5) d = max(a.x, a.y) - 0.7;
  else if (form < 4.5 && form > 3.5) d = max(a.x * 0.866 + p.y * 0.5, -p.y) - 0.5;
  else if (form < 5.5 && form > 4.5) d = length(p) - 0.62;
  else if (form > 5.5) d = length(max(a - 0.34, 0.0)) - 0.36;
`;
