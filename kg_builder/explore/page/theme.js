"use strict";
/* Light or dark: as the system says, until a person chooses. */

const Theme = (() => {
  const KEPT = "kg-explorer-theme";
  const dark = matchMedia("(prefers-color-scheme: dark)");

  const stored = () => {
    try {
      return localStorage.getItem(KEPT);
    } catch {
      return null;
    }
  };
  const store = (mode) => {
    try {
      localStorage.setItem(KEPT, mode);
    } catch {
      /* storage is switched off: the choice lasts as long as the page */
    }
  };

  const SUN = "M10 2.5v2M10 15.5v2M2.5 10h2M15.5 10h2M4.7 4.7l1.4 1.4M13.9 13.9l1.4 1.4M4.7 15.3l1.4-1.4M13.9 6.1l1.4-1.4M10 6.6a3.4 3.4 0 1 0 0 6.8 3.4 3.4 0 0 0 0-6.8Z";
  const MOON = "M16.5 12.2A6.8 6.8 0 0 1 7.8 3.5a6.8 6.8 0 1 0 8.7 8.7Z";

  const make = ({ button, changed }) => {
    let chosen = stored();
    const mode = () => (chosen === "light" || chosen === "dark" ? chosen : dark.matches ? "dark" : "light");

    const apply = () => {
      const now = mode();
      document.documentElement.dataset.theme = now;
      const other = now === "dark" ? "light" : "dark";
      button.setAttribute("aria-label", `Switch to ${other} colours`);
      button.setAttribute("title", `Switch to ${other} colours`);
      Dom.clear(button).append(Dom.svg("svg", { class: "icon", viewBox: "0 0 20 20", "aria-hidden": "true" }, Dom.svg("path", { d: now === "dark" ? SUN : MOON })));
      changed(now);
    };

    button.addEventListener("click", () => {
      chosen = mode() === "dark" ? "light" : "dark";
      store(chosen);
      apply();
    });
    dark.addEventListener("change", apply);
    apply();
    return { mode };
  };

  return { make };
})();
