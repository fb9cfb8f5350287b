/* 只管两个开关：明暗、大字。没有它，页面照样可用。 */
(function () {
  "use strict";
  var root = document.documentElement, q = location.search;
  function get(k) { try { return localStorage.getItem(k); } catch (e) { return null; } }
  function put(k, v) { try { localStorage.setItem(k, v); } catch (e) { /* 无存储也可 */ } }
  function ask(k) { var m = new RegExp("[?&]" + k + "=(\\w+)").exec(q); return m && m[1]; }
  var theme = ask("theme") || get("gp-theme");
  if (!theme && window.matchMedia && matchMedia("(prefers-color-scheme: dark)").matches) theme = "dark";
  root.setAttribute("data-theme", theme === "dark" ? "dark" : "light");
  var type = ask("type") || get("gp-type");
  if (type && !root.hasAttribute("data-type-fixed")) root.setAttribute("data-type", type);
  root.classList.add("js");
  function mark() {
    document.querySelectorAll("[data-theme-to],[data-type-to]").forEach(function (b) {
      var t = b.getAttribute("data-theme-to");
      var on = t ? root.getAttribute("data-theme") === t : root.getAttribute("data-type") === "large";
      b.setAttribute("aria-pressed", String(on));
    });
  }
  document.addEventListener("DOMContentLoaded", mark);
  document.addEventListener("click", function (e) {
    var b = e.target.closest && e.target.closest("[data-theme-to],[data-type-to]");
    if (!b) return;
    var t = b.getAttribute("data-theme-to");
    if (t) { root.setAttribute("data-theme", t); put("gp-theme", t); }
    else {
      var v = root.getAttribute("data-type") === "large" ? "normal" : "large";
      root.setAttribute("data-type", v); put("gp-type", v);
    }
    mark();
  });
})();
