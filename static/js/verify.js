/* Check the published record of a draw in the browser, with our own SHA-256 and MD5: crypto.subtle does not exist on
   plain http. The checks and their words are those of verify_draw.py. No modules, no network besides the record.

   Gongping.verify(text) -> {ok, message, message_zh, steps: [{en, zh}]}
   Gongping.sha256hex(text or bytes) · md5hex · canon(value) · nonce() · commit(freezeHash, party, nonceHex)
   An element with data-verify-src="URL of the record" gets the answer as text. */
"use strict";

(function (root) {
  const HEX_64 = /^[0-9a-f]{64}$/;
  const BEACON_VALUE = /^(?:[0-9a-f]{2}){16,128}$/;
  const NUMBER = /^(?:0|[1-9][0-9]{0,399})(?:\.[0-9]{1,40})?$/;
  const KEY = /^[a-z0-9_]{1,64}$/;
  const DEEPEST = 64;
  const LARGEST_POOL = { rfc3797: 65535, "gongping-1": 1000000 };
  const PARTIES_ZH = { operator: "操作人", witness: "监督人", third: "第三人" };
  const VOID_GROUNDS = ["missing_commitment", "refused_reveal", "ordered_again"];

  class Difference extends Error {
    constructor(english, chinese) {
      super(english);
      this.chinese = chinese;
    }
  }

  class Malformed extends Error {}

  function expect(holds, english, chinese) {
    if (!holds) {
      throw new Difference(english, chinese);
    }
  }

  /* --- bytes and hashes --- */

  const utf8 = (text) => new TextEncoder().encode(text);

  const hex = (bytes) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");

  const unhex = (text) => Uint8Array.from(text.match(/../g) || [], (pair) => parseInt(pair, 16));

  function blocks(bytes, littleEndian) {
    const padded = new Uint8Array(((bytes.length + 8) >> 6) * 64 + 64);
    padded.set(bytes);
    padded[bytes.length] = 0x80;
    const view = new DataView(padded.buffer);
    const high = Math.floor(bytes.length / 0x20000000);
    const low = (bytes.length << 3) >>> 0;
    view.setUint32(padded.length - 8, littleEndian ? low : high, littleEndian);
    view.setUint32(padded.length - 4, littleEndian ? high : low, littleEndian);
    return view;
  }

  function words(state, littleEndian) {
    const out = new DataView(new ArrayBuffer(state.length * 4));
    state.forEach((word, place) => out.setUint32(place * 4, word, littleEndian));
    return new Uint8Array(out.buffer);
  }

  /* The constants of SHA-256: the first 32 bits of the fractions of square and cube roots of the first primes. */
  const [SHA_START, SHA_STEPS] = (function () {
    const start = [];
    const steps = [];
    for (let n = 2; steps.length < 64; n += 1) {
      let prime = true;
      for (let d = 2; d * d <= n; d += 1) {
        prime = prime && n % d !== 0;
      }
      if (prime) {
        if (start.length < 8) {
          start.push(Number(rootOf(BigInt(n) << 64n, 2n) & 0xffffffffn));
        }
        steps.push(Number(rootOf(BigInt(n) << 96n, 3n) & 0xffffffffn));
      }
    }
    return [start, Int32Array.from(steps)];
  })();

  /* The whole part of the k-th root of n, by halving. */
  function rootOf(n, k) {
    let low = 0n;
    let high = 1n << 48n;
    while (high - low > 1n) {
      const middle = (low + high) >> 1n;
      if (middle ** k <= n) {
        low = middle;
      } else {
        high = middle;
      }
    }
    return low;
  }

  function sha256(bytes) {
    const view = blocks(bytes, false);
    const state = Int32Array.from(SHA_START);
    const w = new Int32Array(64);
    for (let at = 0; at < view.byteLength; at += 64) {
      for (let i = 0; i < 16; i += 1) {
        w[i] = view.getInt32(at + i * 4, false);
      }
      for (let i = 16; i < 64; i += 1) {
        const x = w[i - 15];
        const y = w[i - 2];
        const s0 = ((x >>> 7) | (x << 25)) ^ ((x >>> 18) | (x << 14)) ^ (x >>> 3);
        const s1 = ((y >>> 17) | (y << 15)) ^ ((y >>> 19) | (y << 13)) ^ (y >>> 10);
        w[i] = (w[i - 16] + s0 + w[i - 7] + s1) | 0;
      }
      let [a, b, c, d, e, f, g, h] = state;
      for (let i = 0; i < 64; i += 1) {
        const s1 = ((e >>> 6) | (e << 26)) ^ ((e >>> 11) | (e << 21)) ^ ((e >>> 25) | (e << 7));
        const t1 = (h + s1 + ((e & f) ^ (~e & g)) + SHA_STEPS[i] + w[i]) | 0;
        const s0 = ((a >>> 2) | (a << 30)) ^ ((a >>> 13) | (a << 19)) ^ ((a >>> 22) | (a << 10));
        const t2 = (s0 + ((a & b) ^ (a & c) ^ (b & c))) | 0;
        h = g;
        g = f;
        f = e;
        e = (d + t1) | 0;
        d = c;
        c = b;
        b = a;
        a = (t1 + t2) | 0;
      }
      [a, b, c, d, e, f, g, h].forEach((word, i) => {
        state[i] = (state[i] + word) | 0;
      });
    }
    return words(state, false);
  }

  const MD5_STEPS = Int32Array.from({ length: 64 }, (_, i) => Math.floor(Math.abs(Math.sin(i + 1)) * 4294967296));
  const MD5_TURNS = [
    [7, 12, 17, 22],
    [5, 9, 14, 20],
    [4, 11, 16, 23],
    [6, 10, 15, 21],
  ];

  function md5(bytes) {
    const view = blocks(bytes, true);
    const state = Int32Array.from([0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476]);
    for (let at = 0; at < view.byteLength; at += 64) {
      let [a, b, c, d] = state;
      for (let i = 0; i < 64; i += 1) {
        const round = i >> 4;
        const mix = [(b & c) | (~b & d), (d & b) | (~d & c), b ^ c ^ d, c ^ (b | ~d)][round];
        const word = [i, 5 * i + 1, 3 * i + 5, 7 * i][round] & 15;
        const sum = (a + mix + MD5_STEPS[i] + view.getInt32(at + word * 4, true)) | 0;
        const turn = MD5_TURNS[round][i & 3];
        a = d;
        d = c;
        c = b;
        b = (b + ((sum << turn) | (sum >>> (32 - turn)))) | 0;
      }
      [a, b, c, d].forEach((word, i) => {
        state[i] = (state[i] + word) | 0;
      });
    }
    return words(state, true);
  }

  const bytesOf = (value) => (typeof value === "string" ? utf8(value) : value);
  const sha256hex = (value) => hex(sha256(bytesOf(value)));
  const md5hex = (value) => hex(md5(bytesOf(value)));

  /* --- canonical JSON --- */

  const SHORT = { '"': '\\"', "\\": "\\\\", "\b": "\\b", "\f": "\\f", "\n": "\\n", "\r": "\\r", "\t": "\\t" };

  function canonText(text) {
    if (/[\ud800-\udbff](?![\udc00-\udfff])|(?:[^\ud800-\udbff]|^)[\udc00-\udfff]/.test(text)) {
      throw new Malformed("half of a surrogate pair");
    }
    const escaped = text.replace(
      /["\\\u0000-\u001f]/g,
      (one) => SHORT[one] || "\\u00" + one.charCodeAt(0).toString(16).padStart(2, "0"),
    );
    return '"' + escaped + '"';
  }

  function canon(value, depth = DEEPEST) {
    if (value === null || typeof value === "boolean") {
      return String(value);
    }
    if (typeof value === "string") {
      return canonText(value);
    }
    if (typeof value === "number" && Number.isSafeInteger(value)) {
      return String(value);
    }
    if (typeof value !== "object" || depth === 0) {
      throw new Malformed("a value without canonical form");
    }
    if (Array.isArray(value)) {
      return "[" + value.map((inner) => canon(inner, depth - 1)).join(",") + "]";
    }
    const keys = Object.keys(value).sort();
    if (!keys.every((key) => KEY.test(key))) {
      throw new Malformed("a key without canonical form");
    }
    return "{" + keys.map((key) => '"' + key + '":' + canon(value[key], depth - 1)).join(",") + "}";
  }

  const hashOf = (document) => sha256hex(canon(document));
  const same = (one, other) => canon(one) === canon(other);

  /* Keys of JSON may stand twice, which JSON.parse hides; then two readers would see two records. */
  function hasTwins(text) {
    const stack = [];
    const token = /"(?:[^"\\]|\\.)*"|[{}[\],:]/g;
    let last = null;
    for (let found = token.exec(text); found; found = token.exec(text)) {
      const part = found[0];
      if (part === "{" || part === "[") {
        stack.push(part === "{" ? new Set() : null);
      } else if (part === "}" || part === "]") {
        stack.pop();
      } else if (part === ":") {
        const keys = stack[stack.length - 1];
        const key = JSON.parse(last);
        if (keys.has(key)) {
          return true;
        }
        keys.add(key);
      }
      last = part;
    }
    return false;
  }

  /* --- seed and order --- */

  function compareNumbers(one, other) {
    const [a, b] = [one, other].map((number) => number.split("."));
    const places = Math.max((a[1] || "").length, (b[1] || "").length);
    const [x, y] = [a, b].map((parts) => BigInt(parts[0] + (parts[1] || "").padEnd(places, "0")));
    return x < y ? -1 : x > y ? 1 : 0;
  }

  function rfc3797Key(freezeHash, parts) {
    const decimal = (value) => BigInt("0x" + value).toString();
    const sources = parts.map((part) => {
      if (part.kind === "numbers") {
        return part.value.slice().sort(compareNumbers);
      }
      return part.value === null ? [] : [decimal(part.value)];
    });
    return [[decimal(freezeHash)], ...sources]
      .map((source) =>
        source
          .map((number) => {
            const [whole, decimals] = number.split(".");
            return whole + "." + (decimals || "").replace(/0+$/, "");
          })
          .concat("/")
          .join(""),
      )
      .join("");
  }

  function orderOf(algorithm, key, size) {
    const [digest, width] = algorithm === "rfc3797" ? [md5, 2] : [sha256, 4];
    const message = new Uint8Array(key.length + 2 * width);
    const view = new DataView(message.buffer);
    const setIndex = width === 2 ? view.setUint16.bind(view) : view.setUint32.bind(view);
    message.set(key, width);
    const pool = Array.from({ length: size }, (_, place) => place + 1);
    const result = [];
    for (let turn = 0; turn < size; turn += 1) {
      setIndex(0, turn);
      setIndex(width + key.length, turn);
      const left = size - turn;
      const place = digest(message).reduce((rest, byte) => (rest * 256 + byte) % left, 0);
      result.push(pool.splice(place, 1)[0]);
    }
    return result;
  }

  /* --- who can sit together; see verify_draw.py --- */

  class Draw {
    constructor(freeze) {
      this.seats = new Map(freeze.seats.map((seat) => [seat.stratum, seat.count]));
      this.total = freeze.seats.reduce((sum, seat) => sum + seat.count, 0);
      this.limit = freeze.group_max;
      this.size = freeze.entries.length;
      this.group = [0, ...freeze.entries.map((entry) => entry.group)];
      this.strata = [[], ...freeze.entries.map((entry) => entry.strata)];
      this.tier = [0, ...freeze.entries.map((entry) => entry.tier)];
    }

    together(people, room = this.seats) {
      const taken = new Map(Array.from(room.keys(), (stratum) => [stratum, []]));
      const sits = (person, tried) => {
        for (const stratum of this.strata[person]) {
          if (tried.has(stratum)) {
            continue;
          }
          tried.add(stratum);
          const here = taken.get(stratum);
          if (here.length < room.get(stratum)) {
            here.push(person);
            return true;
          }
          for (let place = 0; place < here.length; place += 1) {
            if (sits(here[place], tried)) {
              here[place] = person;
              return true;
            }
          }
        }
        return false;
      };
      return people.every((person) => sits(person, new Set()));
    }

    placing(people) {
      const room = new Map(this.seats);
      const result = [];
      people.forEach((person, turn) => {
        for (const [stratum, left] of Array.from(room)) {
          if (left > 0 && this.strata[person].includes(stratum)) {
            room.set(stratum, left - 1);
            if (this.together(people.slice(turn + 1), room)) {
              result.push({ number: person, stratum });
              return;
            }
            room.set(stratum, left);
          }
        }
      });
      return result;
    }

    complete(seated, rest) {
      const panel = new Panel(this, seated, rest);
      if (!seated.every((person) => panel.bring(person))) {
        return null;
      }
      while (panel.place.size < this.total) {
        if (!panel.bring(null)) {
          return null;
        }
      }
      return panel.place;
    }

    walk(order, opened, late, seated, withdrawn) {
      const gone = new Set([...seated, ...withdrawn]);
      const isLate = new Set(late);
      const path = opened
        .slice()
        .sort((a, b) => a - b)
        .flatMap((tier) => order.filter((number) => this.tier[number] === tier && !gone.has(number)));
      const panel = seated.slice();
      const cameIn = [];
      const skipped = [];
      let known = this.complete(
        panel,
        path.filter((number) => !isLate.has(number)),
      );
      if (known === null) {
        return null;
      }
      let fits = new Map();
      const blocked = new Set();
      for (let place = 0; place < path.length && panel.length < this.total; place += 1) {
        const number = path[place];
        const kind = this.strata[number].join() + "/" + this.group[number];
        let reason = isLate.has(number) ? "late" : this.plainReason(number, panel, fits);
        if (reason === null && !known.has(number)) {
          const later = path.slice(place + 1).filter((one) => !isLate.has(one));
          const full = blocked.has(kind) ? null : this.complete([...panel, number], later);
          if (full === null) {
            blocked.add(kind);
            reason = "ahead";
          } else {
            known = full;
          }
        }
        if (reason) {
          skipped.push({ number, reason });
        } else {
          panel.push(number);
          cameIn.push(number);
          fits = new Map();
        }
      }
      return [cameIn, skipped];
    }

    plainReason(number, panel, fits) {
      const group = this.group[number];
      if (this.limit && group && panel.filter((one) => this.group[one] === group).length >= this.limit) {
        return "group";
      }
      const strata = this.strata[number].join();
      if (!fits.has(strata)) {
        fits.set(strata, this.together([...panel, number]));
      }
      return fits.get(strata) ? null : "seat";
    }
  }

  /* A flow source -> group -> person -> stratum in which those already seated never leave. Nodes are texts. */
  class Panel {
    constructor(draw, seated, rest) {
      this.draw = draw;
      this.stays = new Set(seated);
      this.members = new Map();
      for (const person of rest) {
        const group = draw.limit ? draw.group[person] : 0;
        if (!this.members.has(group)) {
          this.members.set(group, []);
        }
        this.members.get(group).push(person);
      }
      this.place = new Map();
      this.used = new Map();
    }

    bring(entrant) {
      this.cameFrom = new Map();
      this.stack = [];
      if (entrant !== null) {
        this.reach("person", entrant, null);
      } else {
        for (const group of this.members.keys()) {
          if (group === 0 || (this.used.get(group) || 0) < this.draw.limit) {
            this.reach("group", group, null);
          }
        }
      }
      while (this.stack.length) {
        const node = this.stack.pop();
        if (node.kind === "person") {
          this.draw.strata[node.which].forEach((stratum) => this.reach("stratum", stratum, node));
        } else if (node.kind === "group") {
          (this.members.get(node.which) || [])
            .filter((person) => !this.place.has(person))
            .forEach((person) => this.reach("person", person, node));
        } else if (this.hasRoom(node)) {
          this.carryOut(node);
          return true;
        }
      }
      return false;
    }

    reach(kind, which, origin, leaver = null) {
      const name = kind + which;
      if (!this.cameFrom.has(name)) {
        const node = { kind, which, origin, leaver };
        this.cameFrom.set(name, node);
        this.stack.push(node);
      }
    }

    hasRoom(node) {
      const sitting = Array.from(this.place.keys()).filter((person) => this.place.get(person) === node.which);
      if (sitting.length < this.draw.seats.get(node.which)) {
        return true;
      }
      for (const person of sitting) {
        this.reach("person", person, node);
        if (!this.stays.has(person) && this.draw.limit && this.draw.group[person]) {
          this.reach("group", this.draw.group[person], node, person);
        }
      }
      return false;
    }

    carryOut(reached) {
      for (let node = reached; node; node = node.origin) {
        if (node.kind === "stratum") {
          const person = node.origin.which;
          if (!this.place.has(person)) {
            this.count(person, 1);
          }
          this.place.set(person, node.which);
        } else if (node.leaver !== null) {
          this.place.delete(node.leaver);
          this.count(node.leaver, -1);
        }
      }
    }

    count(person, change) {
      const group = this.draw.group[person];
      this.used.set(group, (this.used.get(group) || 0) + change);
    }
  }

  /* --- the checks, in the order in which they are made --- */

  /* Refuse what is absent or of another kind: a kind is "list", "object" or what typeof says. */
  function take(holder, key, kind) {
    const value = holder === null || typeof holder !== "object" ? undefined : holder[key];
    const actual = Array.isArray(value) ? "list" : typeof value;
    if (value === undefined || value === null || (kind && actual !== kind)) {
      throw new Malformed(key);
    }
    return value;
  }

  const rowsOf = (holder, key, shape) => {
    const rows = take(holder, key, "list");
    rows.forEach((row) => Object.keys(shape).forEach((name) => take(row, name, shape[name])));
    return rows;
  };

  function checkFreeze(record) {
    const text = take(record, "freeze", "string");
    let freeze = null;
    let canonical = false;
    try {
      freeze = JSON.parse(text);
      canonical = canon(freeze) === text;
    } catch (error) {
      canonical = false;
    }
    expect(canonical, "the freeze is not canonical JSON", "冻结名单不是规范 JSON");
    expect(take(freeze, "type") === "gongping/freeze/1", "the freeze has another type", "冻结名单的 type 不对");
    const actual = sha256hex(text);
    const h = take(record, "h", "string");
    expect(
      actual === h,
      `the frozen list was changed (a candidate, a seat or a term): its SHA-256 is ${actual}, the commitment H is ${h}`,
      `冻结名单被改动（候选、席位或条件）：其 SHA-256 为 ${actual}，承诺值 H 为 ${h}`,
    );
    checkList(freeze);
    return freeze;
  }

  function checkList(freeze) {
    const entries = rowsOf(freeze, "entries", { leaf: "string", group: "number", strata: "list", tier: "number" });
    const seats = rowsOf(freeze, "seats", { stratum: "number", count: "number" });
    const strata = seats.map((seat) => seat.stratum);
    const algorithm = take(freeze, "algorithm", "string");
    take(freeze, "group_max", "number");
    expect(Object.keys(LARGEST_POOL).includes(algorithm), `unknown algorithm ${algorithm}`, `未知算法 ${algorithm}`);
    expect(
      entries.length >= 1 && entries.length <= LARGEST_POOL[algorithm],
      "the list is empty or too long",
      "名单为空或过长",
    );
    expect(
      strata.length && new Set(strata).size === strata.length && seats.every((seat) => seat.count > 0),
      "the seats are malformed",
      "席位设置有误",
    );
    const tiers = take(freeze, "tiers", "list");
    let groups = 0;
    entries.forEach((entry, place) => {
      expect(
        HEX_64.test(entry.leaf) &&
          (place === 0 || entries[place - 1].leaf < entry.leaf) &&
          entry.group >= 0 &&
          entry.group <= groups + 1 &&
          entry.strata.length &&
          entry.strata.every((stratum) => strata.includes(stratum)) &&
          entry.tier >= 0 &&
          entry.tier < tiers.length,
        `entry ${place + 1} of the frozen list is out of order or malformed`,
        `冻结名单第 ${place + 1} 号次序有误或内容不合规`,
      );
      groups = Math.max(groups, entry.group);
    });
    const excluded = take(freeze, "excluded", "object");
    const removed = rowsOf(excluded, "rules", { count: "number" }).reduce((sum, rule) => sum + rule.count, 0);
    expect(
      removed === take(excluded, "total") && take(freeze, "pool") === entries.length + excluded.total,
      "eligible and excluded do not add up to the pool",
      "合格人数与排除人数之和不等于库内人数",
    );
    const opened = take(freeze, "opened", "list");
    expect(
      opened.length && opened.length <= tiers.length && opened.every((tier, place) => tier === place),
      "the open tiers are malformed",
      "开放层级设置有误",
    );
    const sources = rowsOf(freeze, "sources", { id: "string", kind: "string", fallbacks: "list" });
    sources.forEach((source) => rowsOf(source, "fallbacks", { id: "string", kind: "string" }));
    const outside = { O: true, I: false }[take(freeze, "profile", "string")];
    expect(
      rowsOf(freeze, "parties", { id: "string" }).length > 1 && outside === sources.length > 0,
      "parties, sources and profile do not fit together",
      "种子提供方、来源与模式不相符",
    );
  }

  function checkParties(record, freeze) {
    const parties = freeze.parties.map((party) => party.id);
    const commitments = rowsOf(record, "commitments", { party: "string", hash: "string" });
    const reveals = rowsOf(record, "reveals", { party: "string" });
    const hashes = new Map(commitments.map((row) => [row.party, row.hash]));
    const nonces = new Map(reveals.map((row) => [row.party, row.nonce]));
    for (const [rows, found] of [
      [commitments, hashes],
      [reveals, nonces],
    ]) {
      expect(
        same(
          rows.map((row) => row.party),
          parties.filter((party) => found.has(party)),
        ),
        "commitments or reveals do not follow the parties of the freeze",
        "承诺或公开与冻结名单中的各方不一致",
      );
    }
    for (const [party, nonce] of nonces) {
      expect(hashes.has(party), `${party} revealed without a commitment`, `${party} 未作承诺即公开`);
      if (nonce !== null) {
        expect(HEX_64.test(nonce), `the nonce of ${party} is malformed`, `${party} 的随机数格式不对`);
        expect(
          commit(record.h, party, nonce) === hashes.get(party),
          `the nonce of ${party} does not match the commitment`,
          `${party} 公开的随机数与其承诺不符`,
        );
      }
    }
    return nonces;
  }

  function checkParts(record, freeze, nonces) {
    const parts = rowsOf(record, "parts", { id: "string", kind: "string" });
    const count = freeze.parties.length + freeze.sources.length;
    expect(
      parts.length === count,
      `the seed has ${parts.length} parts, the freeze names ${count}`,
      "种子部分的数目不对",
    );
    freeze.parties.forEach((party, place) => {
      const name = party.id;
      expect(
        nonces.has(name) && same(parts[place], { id: name, kind: "nonce", value: nonces.get(name) }),
        `the seed part of ${name} is not the revealed nonce`,
        `${name} 的种子部分不是其公开的随机数`,
      );
      expect(
        parts[place].value !== null || freeze.profile === "O",
        `${name} revealed nothing, so this draw would be void`,
        `${name} 未公开随机数，此次抽取应作废`,
      );
    });
    freeze.sources.forEach((source, place) => {
      const part = parts[freeze.parties.length + place];
      const named = [source, ...source.fallbacks].find((one) => one.id === part.id);
      expect(
        named && part.kind === named.kind && isPublicValue(part, named),
        `the public value ${part.id} is not the one named in the freeze, or malformed`,
        `公开数值 ${part.id} 与冻结时约定不符，或格式不对`,
      );
    });
  }

  function isPublicValue(part, source) {
    const keys = Object.keys(part).sort().join();
    if (part.kind === "numbers" && keys === "id,kind,value") {
      const value = take(part, "value", "list");
      if (!value.length || !value.every((number) => typeof number === "string" && NUMBER.test(number))) {
        return false;
      }
      return (
        source.as_drawn === true ||
        value.every((number, place) => place === 0 || compareNumbers(value[place - 1], number) <= 0)
      );
    }
    return (
      part.kind === "beacon" &&
      keys === "id,kind,round,value" &&
      Number.isSafeInteger(part.round) &&
      BEACON_VALUE.test(part.value)
    );
  }

  function checkOutside(record, freeze) {
    const rows = (record.outside === undefined ? [] : take(record, "outside", "list")).slice();
    const at = (name, state) => rows.length > 0 && take(rows[0], "id") === name && take(rows[0], "state") === state;
    freeze.sources.forEach((source, place) => {
      const part = record.parts[freeze.parties.length + place];
      const chain = [source, ...source.fallbacks];
      chain.slice(0, chain.findIndex((one) => one.id === part.id) + 1).forEach((named) => {
        const name = named.id;
        const isUsed = name === part.id;
        const wrong = [];
        while (at(name, "corrected")) {
          const row = rows.shift();
          if (row.part === undefined) {
            take(row, "part");
          }
          wrong.push(row.part);
        }
        expect(
          at(name, isUsed ? "used" : "unavailable") && rows[0].words,
          isUsed
            ? `the record does not say where the public value ${name} was read`
            : `${name} stands before ${part.id}, but the record does not say why it was not to be had`,
          isUsed ? `记录未载明公开数值 ${name} 的出处` : `${name} 在 ${part.id} 之前，记录却未说明其为何取不到`,
        );
        const row = rows.shift();
        if (row.part === undefined) {
          take(row, "part");
        }
        expect(
          same(row.part, isUsed ? part : null) &&
            (isUsed || !wrong.length) &&
            wrong.every((one) => one && one.id === name && !same(one, part) && isPublicValue(one, named)),
          `what the record tells of the public value ${name} is not what the seed was made of`,
          `记录所载公开数值 ${name} 与形成种子的数值不符`,
        );
      });
    });
    expect(
      !rows.length,
      "the record tells of a public value that this draw does not have",
      "记录载有本次抽取并不存在的公开数值",
    );
  }

  function checkSeed(record, freeze) {
    let key;
    let seed;
    if (freeze.algorithm === "rfc3797") {
      seed = rfc3797Key(record.h, record.parts);
      key = utf8(seed);
    } else {
      seed = hashOf({ freeze: record.h, parts: record.parts, type: "gongping/seed/1", use: "draw" });
      key = unhex(seed);
    }
    expect(
      seed === record.seed,
      `the seed is ${seed}, the record says ${record.seed}`,
      `种子应为 ${seed}，记录为 ${record.seed}`,
    );
    const order = orderOf(freeze.algorithm, key, freeze.entries.length);
    const told = record.order;
    expect(
      Array.isArray(told) && told.length === order.length,
      "the order does not hold every number once",
      "抽取次序的号码数目不对",
    );
    order.forEach((number, place) => {
      expect(
        number === told[place],
        `place ${place + 1} of the order is ${number}, the record says ${told[place]}`,
        `抽取次序第 ${place + 1} 位应为 ${number} 号，记录为 ${told[place]}`,
      );
    });
    return order;
  }

  function checkWalk(draw, order, step, start) {
    const [english, chinese] = start.title;
    const opened = take(step, "opened", "list");
    const late = take(step, "late", "list");
    const seats = rowsOf(step, "seated", { number: "number" });
    expect(
      opened.length >= start.opened.length &&
        opened.every((tier, place) => tier === place) &&
        opened.length <= Math.max(start.tiers, start.opened.length),
      `${english}: the opened tiers are malformed`,
      `${chinese}：开放层级有误`,
    );
    expect(
      late.every(
        (number, place) =>
          Number.isInteger(number) && number >= 1 && number <= draw.size && (place === 0 || late[place - 1] < number),
      ),
      `${english}: the late numbers are malformed`,
      `${chinese}：失格号码有误`,
    );
    if (opened.length > start.opened.length) {
      const top = opened[opened.length - 1];
      expect(
        draw.walk(order, opened.slice(0, -1), late, start.seated, start.withdrawn) === null,
        `${english}: tier ${top} was opened although the seats could be filled without it`,
        `${chinese}：无须开放第 ${top} 层即可坐满，却开放了`,
      );
    }
    const outcome = draw.walk(order, opened, late, start.seated, start.withdrawn);
    expect(outcome !== null, `${english}: the seats cannot be filled`, `${chinese}：席位无法坐满`);
    const [cameIn, skipped] = outcome;
    for (let turn = 0; turn < Math.max(cameIn.length, seats.length); turn += 1) {
      const number = turn < cameIn.length ? cameIn[turn] : "None";
      const said = turn < seats.length ? seats[turn].number : "None";
      expect(
        number === said,
        `${english}: seat ${turn + 1} goes to number ${number}, the record says ${said}`,
        `${chinese}：第 ${turn + 1} 个席位应为 ${number} 号，记录为 ${said}`,
      );
    }
    checkSkips(skipped, take(step, "skipped", "list"), start.title);
    const panel = draw.placing([...start.seated, ...cameIn]);
    expect(
      same(panel, take(step, "panel")) &&
        same(
          panel.filter((row) => cameIn.includes(row.number)),
          step.seated,
        ),
      `${english}: the panel or its fields differ`,
      `${chinese}：组成人员或其专业席位不一致`,
    );
    return panel.map((row) => row.number);
  }

  function checkSkips(skipped, told, [english, chinese]) {
    const shown = (row) =>
      row === undefined ? "null" : JSON.stringify(row).replace(/,"/g, ', "').replace(/":/g, '": ');
    for (let turn = 0; turn < Math.max(skipped.length, told.length); turn += 1) {
      expect(
        shown(skipped[turn]) !== "null" && told[turn] !== undefined && same(skipped[turn], told[turn]),
        `${english}: skip ${turn + 1} is ${shown(skipped[turn])}, the record says ${shown(told[turn])}`,
        `${chinese}：第 ${turn + 1} 个跳过应为 ${shown(skipped[turn])}，记录为 ${shown(told[turn])}`,
      );
    }
  }

  function checkReplacements(record, draw, order, tiers) {
    let panel = record.draw.panel.map((row) => row.number);
    let opened = record.draw.opened;
    let gone = [];
    const called = [];
    take(record, "replacements", "list").forEach((step, place) => {
      const title = [`replacement ${place + 1}`, `第 ${place + 1} 次替补`];
      const out = take(step, "withdrawn", "list");
      expect(
        out.length &&
          out.every((number, at) => panel.includes(number) && (at === 0 || out[at - 1] < number)),
        `${title[0]}: only somebody who holds a seat can withdraw`,
        `${title[1]}：只有在席人员可以退出`,
      );
      gone = [...gone, ...out];
      const seated = panel.filter((number) => !out.includes(number));
      panel = checkWalk(draw, order, step, { opened, tiers, seated, withdrawn: gone, title });
      opened = step.opened;
      called.push(...step.seated.map((row) => row.number));
    });
    expect(
      same(called, take(record, "called", "list")),
      "the list of alternates called differs",
      "已启用的候补名单不一致",
    );
  }

  function checkVoid(record, freeze, nonces) {
    const current = record.void === undefined ? take(record, "void") : record.void;
    const attempts = take(record, "voids", "list").concat(current ? [current] : []);
    for (const attempt of attempts) {
      const ground = take(attempt, "ground", "string");
      expect(VOID_GROUNDS.includes(ground), `an attempt may not be void for ${ground}`, `不得以 ${ground} 为由作废`);
    }
    if (current === null) {
      return;
    }
    const missing = record.commitments.length < freeze.parties.length;
    const silent = freeze.parties.some((party) => (nonces.get(party.id) || null) === null);
    const drawn = record.draw !== null;
    const holds = {
      missing_commitment: missing,
      refused_reveal: !missing && silent && freeze.profile === "I",
      ordered_again: drawn,
    }[current.ground];
    expect(
      holds && current.h === record.h && drawn === (current.ground === "ordered_again"),
      `the record does not bear out the ground ${current.ground}`,
      `记录不支持作废理由 ${current.ground}`,
    );
    const there = missing
      ? record.commitments.map((row) => row.party)
      : freeze.parties.map((party) => party.id).filter((id) => nonces.get(id));
    expect(
      current.ground === "ordered_again" || !there.includes(take(current, "role")),
      `the record blames ${current.role}, who did the part`,
      `记录归咎于 ${current.role}，而其已履行`,
    );
  }

  function isLeafOf(opening, leaf) {
    const person = { name: opening.name, ref: opening.ref };
    return leaf === hashOf({ person, reason: null, salt: opening.salt, type: "gongping/leaf/1" });
  }

  function checkOpenings(record, freeze) {
    const shape = { number: "number", name: "string", ref: "string", salt: "string" };
    for (const opening of rowsOf(record, "openings", shape)) {
      const entry = freeze.entries[opening.number - 1];
      expect(
        entry && isLeafOf(opening, entry.leaf),
        `the person shown for number ${opening.number} is not the one on the frozen list`,
        `${opening.number} 号公开的人员不是冻结名单中的那一位`,
      );
    }
  }

  function checkResult(record, freeze, nonces, steps) {
    expect(
      record.commitments.length === freeze.parties.length && record.reveals.length === freeze.parties.length,
      "a commitment or a reveal is missing",
      "缺少承诺或公开",
    );
    checkParts(record, freeze, nonces);
    checkOutside(record, freeze);
    const order = checkSeed(record, freeze);
    const { algorithm } = freeze;
    steps.push({
      en: `The seed follows from the commitment and all values shown, the order from the seed (${algorithm}).`,
      zh: `种子由承诺值与全部揭示值得出，次序由种子得出（${algorithm}）。`,
    });
    const draw = new Draw(freeze);
    const tiers = freeze.tiers.length;
    const start = { opened: freeze.opened, tiers, seated: [], withdrawn: [], title: ["the draw", "抽取"] };
    const panel = checkWalk(draw, order, record.draw, start);
    steps.push({
      en: `Walked in that order, the ${panel.length} published seats come out, with the same reasons for passing over.`,
      zh: `按此次序逐个走过，得出公布的 ${panel.length} 个席位，跳过的理由也一致。`,
    });
    checkReplacements(record, draw, order, tiers);
    const givers = record.parts.map((part) => part.id);
    steps.push({
      en: `To steer it, all of these would have had to agree: ${givers.join(", ")}.`,
      zh: `要操纵本次结果，须以下各方全部串通：${givers.map((id) => PARTIES_ZH[id] || id).join("、")}。`,
    });
    const turns = record.replacements.length;
    if (turns) {
      steps.push({ en: `${turns} replacements follow from the same order.`, zh: `${turns} 次替补出自同一次序。` });
    }
  }

  function checkDraw(record, steps) {
    const freeze = checkFreeze(record);
    const size = freeze.entries.length;
    const short = record.h.slice(0, 8);
    steps.push({
      en: `The frozen list of ${size} gives the published commitment ${short}….`,
      zh: `${size} 个编号的冻结名单，摘要就是公布的承诺值 ${short}…。`,
    });
    const nonces = checkParties(record, freeze);
    const [given, shown] = [record.commitments.length, record.reveals.length];
    steps.push({
      en: `${shown} of ${given} parties showed the value to which they had committed before.`,
      zh: `${given} 方先作承诺，其中 ${shown} 方揭示的随机数与承诺相符。`,
    });
    checkVoid(record, freeze, nonces);
    if (record.draw === undefined) {
      throw new Malformed("draw");
    }
    if (record.draw !== null) {
      checkResult(record, freeze, nonces, steps);
    } else {
      expect(record.void !== null, "there is neither a draw nor a void", "既无抽取结果也无作废说明");
      expect(
        record.seed === null &&
          record.order === null &&
          ["parts", "replacements", "called"].every((key) => take(record, key, "list").length === 0),
        "a void attempt has no seed and no result",
        "作废的抽取不应有种子和结果",
      );
    }
    checkOpenings(record, freeze);
    checkSeal(record, steps);
  }

  function checkSeal(record, steps) {
    const whole = Object.assign({}, record);
    delete whole.sha256;
    expect(
      hashOf(whole) === record.sha256,
      "a stated fact (late, withdrawn, witness, texts) was changed after the record was sealed",
      "记录封存后，所载事实（失格、退出、见证、文字）被改动",
    );
    const witnessed = record.witness !== null;
    steps.push({
      en: witnessed
        ? "The record states an outside witness of the commitment; ask the witness for the slip."
        : "UNWITNESSED: nobody outside holds the commitment.",
      zh: witnessed ? "记录载明承诺值有外部见证，可向见证人核对封条。" : "未经外部见证（UNWITNESSED）：没有外部人员留存承诺值。",
    });
  }

  /* What checks a record, by its type; verify_batch.js adds batches. */
  const CHECKS = { "gongping/record/1": checkDraw };

  function verify(text) {
    const steps = [];
    try {
      const record = JSON.parse(text);
      if (hasTwins(text)) {
        throw new Malformed("a key stands twice");
      }
      const type = take(record, "type", "string");
      expect(Object.keys(CHECKS).includes(type), "this is not the record of a draw", "这不是抽取记录");
      CHECKS[type](record, steps);
      const isDrawn = record.draw !== null;
      return { ok: true, message: "OK", message_zh: "核验通过：与公布结果完全一致", steps, isDrawn };
    } catch (error) {
      if (error instanceof Difference) {
        return { ok: false, message: error.message, message_zh: error.chinese, steps };
      }
      /* Whatever else goes wrong here, the record brought it about. */
      const what = `${error.name}: ${error.message}`;
      return {
        ok: false,
        message: `the record is malformed (${what})`,
        message_zh: `记录格式有误（${what}）`,
        steps,
      };
    }
  }

  /* --- for the draw room: a nonce made here, and the hash that binds its maker --- */

  function nonce() {
    return hex(root.crypto.getRandomValues(new Uint8Array(32)));
  }

  function commit(freezeHash, party, nonceHex) {
    if (!HEX_64.test(freezeHash) || !HEX_64.test(nonceHex)) {
      throw new Malformed("the freeze and the nonce are 64 lower-case hexadecimal digits each");
    }
    return hashOf({ freeze: freezeHash, nonce: nonceHex, party, type: "gongping/commit/1" });
  }

  /* --- on the page --- */

  function show(element, answer) {
    const chinese = document.documentElement.lang.toLowerCase().startsWith("zh");
    const said = chinese ? answer.message_zh : answer.message;
    const verdict = document.createElement("p");
    verdict.className = "verdict";
    const meaning = document.createElement("p");
    if (answer.ok && answer.isDrawn === false) {
      verdict.textContent = chinese ? "核验通过：记录前后相符" : "OK: the record is consistent.";
      meaning.textContent = chinese
        ? "本次抽取没有产生结果。您的浏览器核对了名单、承诺值、随机数和作废的理由。查了以下各项："
        : "This attempt has no result. Your browser checked the list, the commitments, the nonces and the ground on " +
          "which it is void. What was checked:";
    } else if (answer.ok) {
      verdict.textContent = chinese ? said : "OK: the published result is exactly what the list and the seed give.";
      meaning.textContent = chinese
        ? "您的浏览器用公布的名单和种子把抽取重做了一遍。名单在种子产生之前已经封存，选中谁只取决于种子。查了以下各项："
        : "Your browser has just done the draw again from the published list and seed. The list was sealed before the " +
          "seed existed, so that the seed alone decided. What was checked:";
    } else if (answer.unread) {
      verdict.textContent = said;
    } else {
      verdict.textContent = chinese ? `核验未通过：${said}` : `Not confirmed: ${said}`;
      meaning.textContent = chinese
        ? "请下载记录与核验程序再核一次；结果仍不一致的，不要采信这次抽取，并告知监督人员。"
        : "Download the record and the program and check once more. If they still differ, do not rely on this draw, and " +
          "tell the supervisor.";
    }
    const list = document.createElement("ol");
    list.className = "dots";
    for (const step of answer.steps) {
      const item = document.createElement("li");
      item.textContent = chinese ? step.zh : step.en;
      list.append(item);
    }
    element.dataset.verified = answer.ok ? "ok" : "different";
    element.classList.remove("note-info");
    element.classList.add(answer.ok ? "note-ok" : "note-warn");
    element.replaceChildren(verdict, meaning, list);
  }

  function start() {
    for (const element of document.querySelectorAll("[data-verify-src]")) {
      fetch(element.dataset.verifySrc, { credentials: "same-origin" })
        .then((response) => {
          if (!response.ok) {
            throw new Error(String(response.status));
          }
          return response.text();
        })
        .then((text) => show(element, verify(text)))
        .catch((error) =>
          show(element, {
            ok: false,
            unread: true,
            message: `The record could not be loaded (${error.message}). Reload the page, or download and check it.`,
            message_zh: `记录未能载入（${error.message}）。请刷新页面，或下载后自行核验。`,
            steps: [],
          }),
        );
    }
  }

  root.Gongping = Object.assign(root.Gongping || {}, {
    verify,
    canon,
    sha256hex,
    md5hex,
    nonce,
    commit,
    order: (algorithm, key, size) => orderOf(algorithm, bytesOf(key), size),
    parts: {
      Difference, Malformed, Draw, canon, checkOutside, checkParties, checkParts, checkSeal, checkSkips, checkVoid, checks: CHECKS, expect,
      hashOf, isLeafOf, orderOf, rowsOf, same, sha256, sha256hex, take, unhex, utf8,
    },
  });

  if (typeof document !== "undefined") {
    if (document.readyState === "loading") {
      document.addEventListener("DOMContentLoaded", start);
    } else {
      start();
    }
  }
})(typeof window === "undefined" ? globalThis : window);
