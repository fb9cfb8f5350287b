/* 小动作：对话框、提示、全选、拖放、随选随交、窄屏收起筛选。没有它，页面照样可用。 */
(function () {
  "use strict";
  function up(e, sel) { return e.target.closest ? e.target.closest(sel) : null; }

  document.addEventListener("click", function (e) {
    var b = up(e, "[data-dialog]"), d;
    if (b) {
      d = document.getElementById(b.getAttribute("data-dialog"));
      if (d && d.showModal) { e.preventDefault(); d.showModal(); }
      return;
    }
    b = up(e, "[data-close]");
    if (b) { d = b.closest("dialog"); if (d) d.close(); return; }
    b = up(e, "[data-dismiss]");
    if (b) { d = b.parentNode; d.parentNode.removeChild(d); return; }
    b = up(e, "[data-print]");
    if (b) { e.preventDefault(); window.print(); }
  });

  document.addEventListener("change", function (e) {
    var t = e.target;
    if (t.hasAttribute("data-autosubmit")) { if (t.form.requestSubmit) t.form.requestSubmit(); else t.form.submit(); return; }
    if (t.hasAttribute("data-all")) {
      t.form.querySelectorAll('input[type="checkbox"][name="row"]').forEach(function (c) { c.checked = t.checked; });
    }
  });

  ["dragenter", "dragover", "dragleave", "drop"].forEach(function (kind) {
    document.addEventListener(kind, function (e) {
      var box = up(e, "[data-drop]"), input;
      if (!box) return;
      e.preventDefault();
      box.classList.toggle("over", kind === "dragenter" || kind === "dragover");
      input = box.querySelector('input[type="file"]');
      if (kind === "drop" && input && e.dataTransfer && e.dataTransfer.files.length) {
        input.files = e.dataTransfer.files;
        input.dispatchEvent(new Event("change", { bubbles: true }));
      }
    });
  });

  document.addEventListener("DOMContentLoaded", function () {
    try {
      var sent = sessionStorage.getItem("gp-sent");
      if (sent && document.querySelector(".toast-success")) { sessionStorage.removeItem(sent); sessionStorage.removeItem("gp-sent"); }
    } catch (e) { /* 无存储也可 */ }
    var wrong = document.querySelector("[data-focus]");
    if (wrong) wrong.focus();
    if (window.matchMedia && matchMedia("(max-width: 1080px)").matches) {
      document.querySelectorAll("details[data-fold]").forEach(function (d) { d.open = false; });
    }
    var rail = document.querySelector('.rail a[aria-current]');
    if (rail && rail.scrollIntoView && window.matchMedia && matchMedia("(max-width: 900px)").matches) {
      var bar = rail.closest(".rail");
      if (rail.offsetLeft + rail.offsetWidth > bar.clientWidth) bar.scrollLeft = rail.offsetLeft - 16;
    }
  });
})();
