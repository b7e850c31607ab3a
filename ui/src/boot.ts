// Before the first paint: scripts are on, the theme the reader chose, the tab in the address. Nothing jumps later.
const root = document.documentElement;
const tabs = ["evidence", "attack", "observables", "detections", "entities", "graph", "timeline", "mitigations", "diagnostics"];
root.classList.add("js");
try {
  const theme = localStorage.getItem("bartizan-theme");
  if (theme === "light" || theme === "dark") root.dataset.theme = theme;
} catch {
  // Some browsers give files no storage; the theme then follows the system.
}
const first = location.hash.replace(/^#\/?/, "").split("&")[0] ?? "";
root.dataset.tab = tabs.includes(first) ? first : /^c-o/.test(first) ? "observables" : /^(c-g|det-)/.test(first) ? "detections" : "evidence";
