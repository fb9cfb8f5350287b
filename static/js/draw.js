/* 抽取室：随机数在本机生成、本机留存，只交出承诺值。散列由 verify.js 计算（http 下无 crypto.subtle）。
   没有它：在别处生成，把承诺值粘贴进来。 */
(function () {
  "use strict";
  var HEX = /^[0-9a-f]{64}$/;
  function keyOf(box) { return "gp-nonce:" + box.getAttribute("data-h") + ":" + box.getAttribute("data-party"); }
  function kept(key, value) {
    try {
      if (value === undefined) return localStorage.getItem(key);
      if (value === null) localStorage.removeItem(key); else localStorage.setItem(key, value);
    } catch (e) { /* 无存储：靠回执单 */ }
    return null;
  }
  function word(box, name) { return box.getAttribute("data-word-" + name) || ""; }
  function say(box, text, bad) {
    var line = box.querySelector("[data-said]");
    line.textContent = text;
    line.classList.toggle("st", Boolean(bad));
    line.classList.toggle("st-bad", Boolean(bad));
  }
  function commitment(box, nonce) { return window.Gongping.commit(box.getAttribute("data-h"), box.getAttribute("data-party"), nonce); }

  function maker(box) {
    var form = box.closest("form"), field = form.querySelector('input[name="commitment"]');
    function show(nonce, text) {
      box.querySelector("[data-nonce]").textContent = nonce;
      box.querySelector("[data-slip]").hidden = false;
      box.querySelector("[data-keep]").hidden = false;
      field.value = commitment(box, nonce);
      say(box, text);
    }
    var old = kept(keyOf(box));
    if (old && HEX.test(old)) show(old, word(box, "kept"));
    box.querySelector("[data-make]").addEventListener("click", function () {
      var nonce = kept(keyOf(box));
      if (nonce && HEX.test(nonce)) { show(nonce, word(box, "kept")); return; }
      if (!window.crypto || !window.crypto.getRandomValues) { say(box, word(box, "none"), true); return; }
      nonce = window.Gongping.nonce();
      kept(keyOf(box), nonce);
      show(nonce, word(box, "made"));
    });
    box.querySelector("[data-save]").addEventListener("click", function () {
      var text = [box.getAttribute("data-name"), "party " + box.getAttribute("data-party"), "H " + box.getAttribute("data-h"),
        "nonce " + box.querySelector("[data-nonce]").textContent, "commitment " + field.value, ""].join("\r\n");
      var link = document.createElement("a");
      link.href = URL.createObjectURL(new Blob([text], { type: "text/plain" }));
      link.download = "nonce-" + box.getAttribute("data-h").slice(0, 8) + "-" + box.getAttribute("data-party") + ".txt";
      link.click();
      setTimeout(function () { URL.revokeObjectURL(link.href); }, 1000);
    });
    box.querySelector("[data-slip-print]").addEventListener("click", function () {
      document.documentElement.classList.add("slip-only");
      window.print();
      document.documentElement.classList.remove("slip-only");
    });
  }

  function opener(box) {
    var form = box.closest("form"), field = form.querySelector('input[name="nonce"]');
    function fits() {
      var value = field.value.trim().toLowerCase();
      return HEX.test(value) && commitment(box, value) === box.getAttribute("data-commitment");
    }
    function judge() {
      if (!field.value.trim()) { say(box, ""); return; }
      if (fits()) say(box, word(box, "fits")); else say(box, word(box, "not"), true);
    }
    var old = kept(keyOf(box));
    if (!field.value && old && HEX.test(old)) {
      field.value = old;
      if (fits()) say(box, word(box, "kept")); else judge();
    }
    field.addEventListener("input", judge);
    form.addEventListener("submit", function (event) {
      if (!fits()) { event.preventDefault(); say(box, word(box, "not"), true); field.focus(); }
    });
  }

  function start() {
    document.querySelectorAll("[data-maker]").forEach(maker);
    document.querySelectorAll("[data-opener]").forEach(opener);
    document.querySelectorAll("[data-forget]").forEach(function (box) {
      ["operator", "witness", "third"].forEach(function (party) { kept("gp-nonce:" + box.getAttribute("data-h") + ":" + party, null); });
    });
  }
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", start); else start();
})();
