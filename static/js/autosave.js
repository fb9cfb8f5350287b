/* 随写随存。存不上（断网、登录过期）就先记在本机，回来时放回原处；交上去以后本机不留。 */
(function () {
  "use strict";
  var WAIT = 2500;
  function local(k, v) {
    try {
      if (v === undefined) return sessionStorage.getItem(k);
      if (v === null) sessionStorage.removeItem(k); else sessionStorage.setItem(k, v);
    } catch (e) { /* 无存储也可 */ }
    return null;
  }
  function fields(form) {
    var out = [];
    new FormData(form).forEach(function (value, name) {
      if (typeof value === "string" && name !== "csrfmiddlewaretoken" && name !== "next") out.push([name, value]);
    });
    return out;
  }
  function restore(form, pairs) {
    var left = {};
    pairs.forEach(function (p) { (left[p[0]] = left[p[0]] || []).push(p[1]); });
    Array.prototype.forEach.call(form.elements, function (el) {
      if (!el.name || el.type === "hidden" || el.type === "file" || el.type === "submit" || el.type === "button") return;
      var values = left[el.name] || [];
      if (el.type === "checkbox" || el.type === "radio") el.checked = values.indexOf(el.value) >= 0;
      else if (values.length) el.value = values[0];
    });
  }
  function start(form) {
    var url = form.getAttribute("data-autosave"), key = "gp-draft:" + form.getAttribute("data-owner") + url, timer = null, last = "", busy = false;
    var hint = form.querySelector("[data-saved]") || document.querySelector("[data-saved]");
    var token = form.querySelector('input[name="csrfmiddlewaretoken"]');
    function say(ok, text) {
      if (!hint) return;
      hint.hidden = false;
      hint.classList.toggle("saved-no", !ok);
      hint.textContent = text;
    }
    function word(name, otherwise) { return (hint && hint.getAttribute("data-" + name)) || otherwise; }
    function send() {
      var pairs = fields(form), text = JSON.stringify(pairs), body = new URLSearchParams();
      if (text === last || busy) return;
      busy = true;
      pairs.forEach(function (p) { body.append(p[0], p[1]); });
      fetch(url, {
        method: "POST", body: body, credentials: "same-origin", redirect: "manual",
        headers: { "X-CSRFToken": token ? token.value : "" }
      }).then(function (r) {
        if (!r.ok) throw new Error("not kept");
        return r.json();
      }).then(function (d) {
        last = text; busy = false; local(key, null);
        say(true, d.saved + " " + word("word", "saved"));
      }).catch(function () {
        busy = false; local(key, text);
        say(false, word("no", "kept on this machine only"));
      });
    }
    function later() { clearTimeout(timer); timer = setTimeout(send, WAIT); }
    var kept = local(key);
    if (kept) { try { restore(form, JSON.parse(kept)); later(); } catch (e) { local(key, null); } }
    last = JSON.stringify(fields(form));
    if (kept) last = "";
    form.addEventListener("input", later);
    form.addEventListener("change", later);
    form.addEventListener("submit", function () { clearTimeout(timer); local(key, JSON.stringify(fields(form))); local("gp-sent", key); });
    window.addEventListener("pagehide", function () { if (timer) { clearTimeout(timer); send(); } });
  }
  document.addEventListener("DOMContentLoaded", function () {
    document.querySelectorAll("form[data-autosave]").forEach(start);
  });
})();
