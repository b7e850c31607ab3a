// Before the first paint: scripts are on, the theme the reader chose. Nothing jumps later.
const root = document.documentElement;
root.classList.add("js");
try {
  const theme = localStorage.getItem("bartizan-theme");
  if (theme === "light" || theme === "dark") root.dataset.theme = theme;
} catch {
  // Without storage the theme follows the system.
}
export {};
