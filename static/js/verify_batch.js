/* Check the published record of a batch assignment in the browser; needs verify.js before it. The checks, their order and
   their words are those of verify_draw.py. What may pass 2^53 (prices, potentials, bounds) is computed with BigInt. */
"use strict";

(function (root) {
  const { Difference, Malformed, expect, take, rowsOf, canon, same, sha256, sha256hex, hashOf, unhex, utf8 } =
    root.Gongping.parts;
  const { orderOf, Draw, checkOutside, checkParties, checkParts, checkVoid, checkSkips, checkSeal, isLeafOf, checks } =
    root.Gongping.parts;
  const UNITS = 1000;
  const TIE_BITS = 16;
  const FAMILIES = ["rows", "experts", "limits", "twice", "quotas", "apart"];

  const isInt = (value) => typeof value === "number" && Number.isSafeInteger(value);
  const sum = (numbers) => numbers.reduce((all, one) => all + one, 0);
  const keyOf = (task, expert) => task + "," + expert;
  const least = (numbers, otherwise) => numbers.reduce((a, b) => (b < a ? b : a), numbers.length ? numbers[0] : otherwise);
  const most = (numbers, otherwise) => numbers.reduce((a, b) => (b > a ? b : a), numbers.length ? numbers[0] : otherwise);
  const gcd = (a, b) => (b ? gcd(b, a % b) : a);
  const bitLength = (number) => (number ? number.toString(2).length : 0);
  const ascending = (a, b) => a - b;

  /* Division that rounds down, as Python's does. */
  function floored(a, b) {
    const whole = a / b;
    return whole * b > a ? whole - 1n : whole;
  }

  const big = (value) => {
    if (!isInt(value)) {
      throw new Malformed("a whole number is missing");
    }
    return BigInt(value);
  };

  const bytesOf = (number, width) => {
    const bytes = new Uint8Array(width);
    for (let place = width - 1, rest = number; place >= 0; place -= 1, rest = Math.floor(rest / 256)) {
      bytes[place] = rest % 256;
    }
    return bytes;
  };

  function joined(...arrays) {
    const all = new Uint8Array(sum(arrays.map((one) => one.length)));
    let place = 0;
    for (const one of arrays) {
      all.set(one, place);
      place += one.length;
    }
    return all;
  }

  /* --- the network, rebuilt from the problem alone --- */

  class Batch {
    constructor(problem, pins, forbids, seating) {
      this.problem = problem;
      this.limit = problem.group_limit || 0;
      this.most = problem.q_permille === null ? UNITS : problem.q_permille;
      this.fit = new Map(problem.edges.map(([task, expert, fit]) => [keyOf(task, expert), fit]));
      this.pins = pins;
      this.forbidden = new Set(forbids.map(([task, expert]) => keyOf(task, expert)));
      const numbers = new Map();
      this.group = problem.groups.map((name) => {
        if (name === null) {
          return -1;
        }
        const key = typeof name + name;
        if (!numbers.has(key)) {
          numbers.set(key, numbers.size);
        }
        return numbers.get(key);
      });
      this.caps = problem.caps.slice();
      this.quotaRows = (problem.quotas || []).map(([name, room]) => ({ key: typeof name + name, room }));
      const quota = new Map(this.quotaRows.map((row, place) => [row.key, place]));
      this.quotaOf = problem.groups.map((name) => (quota.has(typeof name + name) ? quota.get(typeof name + name) : -1));
      this.quotas = this.quotaRows.map((row) => row.room);
      this.closed = new Map();
      this.count = { open: 0, forbidden: 0, pinned: 0, employer_of_pin: 0, no_such_seat: 0, group_of_pin: 0 };
      this.groupOfTask = new Map();
      (problem.task_groups || []).forEach((tasks, number) => tasks.forEach((task) => this.groupOfTask.set(task, number)));
      this.taken = new Set();
      this.seating = new Map(seating.map(([task, expert, stratum]) => [keyOf(task, expert), stratum]));
      const named = new Set(pins.map(([task, expert]) => keyOf(task, expert)));
      this.contradicts = [...this.seating.keys()].some((key) => !named.has(key));
      this.rows = [];
      this.rowsOfTask = [];
      this.seatPins();
      this.pairs = [];
      this.limits = [];
      this.apart = [];
      this.listPairs();
      this.twice = this.several();
    }

    typed(task) {
      return this.problem.seat_strata ? this.problem.seat_strata[task] : [];
    }

    strataOf(expert) {
      return this.problem.strata[expert];
    }

    seatPins() {
      const byTask = new Map();
      for (const [task, expert] of this.pins) {
        const key = keyOf(task, expert);
        this.contradicts = this.contradicts || !this.fit.has(key) || this.forbidden.has(key);
        byTask.set(task, [...(byTask.get(task) || []), expert]);
        this.caps[expert] -= 1;
        if (this.groupOfTask.has(task)) {
          const both = keyOf(expert, this.groupOfTask.get(task));
          this.contradicts = this.contradicts || this.taken.has(both);
          this.taken.add(both);
        }
        if (this.group[expert] >= 0) {
          const held = keyOf(task, this.group[expert]);
          this.closed.set(held, (this.closed.get(held) || 0) + 1);
          if (this.quotaOf[expert] >= 0) {
            this.quotas[this.quotaOf[expert]] -= 1;
          }
        }
      }
      this.problem.seats.forEach((seats, task) => {
        const typed = this.typed(task);
        const room = typed.length
          ? typed.map(([stratum, count]) => ({ stratum, count }))
          : [{ stratum: null, count: seats }];
        for (const expert of byTask.get(task) || []) {
          const chosen = this.seating.get(keyOf(task, expert));
          const mine = room.find(
            (one) =>
              one.count &&
              (one.stratum === null || this.strataOf(expert).includes(one.stratum)) &&
              (chosen === undefined || one.stratum === chosen),
          );
          if (mine) {
            mine.count -= 1;
          } else {
            this.contradicts = true;
          }
        }
        this.rowsOfTask.push(room.map((_, place) => this.rows.length + place));
        this.rows.push(...room.map((one) => ({ task, stratum: one.stratum, seats: one.count })));
      });
      this.contradicts = this.contradicts || [...this.caps, ...this.quotas].some((left) => left < 0);
      this.contradicts = this.contradicts || (this.limit > 0 && [...this.closed.values()].some((n) => n > this.limit));
    }

    listPairs() {
      const pinned = new Set(this.pins.map(([task, expert]) => keyOf(task, expert)));
      const people = new Map();
      const several = new Map();
      const found = [];
      for (const [task, expert, fit] of this.problem.edges) {
        const key = keyOf(task, expert);
        const group = this.group[expert];
        const held = keyOf(task, group);
        const taskGroup = this.groupOfTask.has(task) ? this.groupOfTask.get(task) : -1;
        const both = keyOf(expert, taskGroup);
        if (this.forbidden.has(key)) {
          this.count.forbidden += 1;
        } else if (pinned.has(key)) {
          this.count.pinned += 1;
        } else if (this.limit && group >= 0 && (this.closed.get(held) || 0) >= this.limit) {
          this.count.employer_of_pin += 1;
        } else if (this.taken.has(both)) {
          this.count.group_of_pin += 1;
        } else {
          const typed = this.typed(task).length > 0;
          const rows = this.rowsOfTask[task].filter(
            (row) => !typed || this.strataOf(expert).includes(this.rows[row].stratum),
          );
          this.count[rows.length ? "open" : "no_such_seat"] += 1;
          if (rows.length && group >= 0) {
            people.set(held, (people.get(held) || 0) + 1);
          }
          if (rows.length && taskGroup >= 0) {
            several.set(both, { expert, group: taskGroup, tasks: (several.get(both) || { tasks: 0 }).tasks + 1 });
          }
          rows.forEach((row) => found.push({ row, expert, fit, limit: -1, apart: -1 }));
        }
      }
      found.sort((a, b) => a.row - b.row || a.expert - b.expert || a.fit - b.fit);
      const first = new Map();
      for (const { row, expert } of found) {
        const task = this.rows[row].task;
        const group = this.group[expert];
        const held = keyOf(task, group);
        const room = this.limit - (this.closed.get(held) || 0);
        if (this.limit && group >= 0 && people.get(held) > room && !first.has(held)) {
          first.set(held, { row, group, task, room });
        }
      }
      this.limits = [...first.values()].sort((a, b) => a.row - b.row || a.group - b.group || a.task - b.task);
      const place = new Map(this.limits.map(({ task, group }, number) => [keyOf(task, group), number]));
      this.apart = [...several.values()].filter((one) => one.tasks > 1);
      this.apart.sort((a, b) => a.expert - b.expert || a.group - b.group);
      const parted = new Map(this.apart.map(({ expert, group }, number) => [keyOf(expert, group), number]));
      for (const pair of found) {
        const task = this.rows[pair.row].task;
        const held = keyOf(task, this.group[pair.expert]);
        const both = keyOf(pair.expert, this.groupOfTask.has(task) ? this.groupOfTask.get(task) : -1);
        pair.limit = place.has(held) ? place.get(held) : -1;
        pair.apart = parted.has(both) ? parted.get(both) : -1;
      }
      this.pairs = found;
    }

    /* A number for each pair that could take one of several rows of its task. */
    several() {
      const seen = new Set();
      const twice = new Map();
      for (const pair of this.problem.seat_strata ? this.pairs : []) {
        const task = this.rows[pair.row].task;
        const key = keyOf(task, pair.expert);
        if (seen.has(key)) {
          twice.set(key, [task, pair.expert]);
        }
        seen.add(key);
      }
      const sorted = [...twice.entries()].sort(([, a], [, b]) => a[0] - b[0] || a[1] - b[1]);
      return new Map(sorted.map(([key], number) => [key, number]));
    }

    isCrossing() {
      return (
        this.twice.size > 0 || this.pairs.some((pair) => pair.limit >= 0 && this.limits[pair.limit].row !== pair.row)
      );
    }

    /* Tail, head, capacity and units of every arc, given the units of the pairs. */
    arcs(units) {
      const firstApart = this.rows.length + this.limits.length;
      const firstExpert = firstApart + this.apart.length;
      const firstQuota = firstExpert + this.caps.length;
      const sink = firstQuota + this.quotas.length;
      const limited = this.limits.map(() => 0);
      const held = this.caps.map(() => 0);
      const counted = this.quotas.map(() => 0);
      const parted = this.apart.map(() => 0);
      this.pairs.forEach((pair, place) => {
        held[pair.expert] += units[place];
        if (pair.limit >= 0) {
          limited[pair.limit] += units[place];
        }
        if (pair.apart >= 0) {
          parted[pair.apart] += units[place];
        }
      });
      const arcs = this.limits.map(({ row, room }, number) => ({
        tail: row,
        head: this.rows.length + number,
        capacity: room * UNITS,
        held: limited[number],
      }));
      this.pairs.forEach((pair, place) => {
        const tail = pair.limit >= 0 ? this.rows.length + pair.limit : pair.row;
        const head = pair.apart >= 0 ? firstApart + pair.apart : firstExpert + pair.expert;
        arcs.push({ tail, head, capacity: this.most, held: units[place] });
      });
      this.apart.forEach(({ expert }, number) => {
        arcs.push({ tail: firstApart + number, head: firstExpert + expert, capacity: UNITS, held: parted[number] });
      });
      this.caps.forEach((cap, expert) => {
        const quota = this.quotaOf[expert];
        const head = quota >= 0 ? firstQuota + quota : sink;
        arcs.push({ tail: firstExpert + expert, head, capacity: cap * UNITS, held: held[expert] });
        if (quota >= 0) {
          counted[quota] += held[expert];
        }
      });
      this.quotas.forEach((room, number) => {
        arcs.push({ tail: firstQuota + number, head: sink, capacity: room * UNITS, held: counted[number] });
      });
      return arcs;
    }

    /* The bound on all units, each at weight times fit, that the prices prove. */
    worth(prices, fits, fixed = new Map()) {
      const rooms = {
        rows: this.rows.map((row) => row.seats),
        experts: this.caps,
        limits: this.limits.map((limit) => limit.room),
        twice: Array.from(this.twice, () => 1),
        quotas: this.quotas,
        apart: this.apart.map(() => 1),
      };
      const price = {};
      let total = 0n;
      for (const family of FAMILIES) {
        price[family] = family === "apart" && !("apart" in prices) ? [] : take(prices, family, "list").map(big);
        expect(
          price[family].length === rooms[family].length && (family === "rows" || price[family].every((one) => one >= 0n)),
          `the prices of ${family} are malformed`,
          `${family} 的价格有误`,
        );
        price[family].forEach((one, place) => {
          total += BigInt(UNITS) * BigInt(rooms[family][place]) * one;
        });
      }
      const weights = take(prices, "weights", "list").map(big);
      let earned = 0n;
      this.pairs.forEach((pair, place) => {
        const task = this.rows[pair.row].task;
        let paid = price.rows[pair.row] + price.experts[pair.expert];
        paid += pair.limit >= 0 ? price.limits[pair.limit] : 0n;
        paid += pair.apart >= 0 ? price.apart[pair.apart] : 0n;
        const both = this.twice.get(keyOf(task, pair.expert));
        paid += both === undefined ? 0n : price.twice[both];
        paid += this.quotaOf[pair.expert] >= 0 ? price.quotas[this.quotaOf[pair.expert]] : 0n;
        const gain = BigInt(fits[place]) * weights[task] - paid;
        if (fixed.has(place)) {
          total += BigInt(UNITS) * gain * big(fixed.get(place));
        } else if (gain > 0n) {
          earned += gain;
        }
      });
      return total + BigInt(this.most) * earned;
    }

    /* Units times fit of each task, pins included. */
    sums(units) {
      const sums = this.problem.seats.map(() => 0);
      this.pairs.forEach((pair, place) => {
        sums[this.rows[pair.row].task] += units[place] * pair.fit;
      });
      this.pins.forEach(([task, expert]) => {
        sums[task] += UNITS * this.fit.get(keyOf(task, expert));
      });
      return sums;
    }

    seated(sums) {
      return sums.filter((_, task) => this.problem.seats[task]);
    }
  }

  function tieOf(salt, task, expert) {
    const digest = sha256(joined(salt, bytesOf(task, 4), bytesOf(expert, 4)));
    return digest[0] * 256 + digest[1];
  }

  /* Whether the two-way arcs make a forest and the one-way arcs between its trees no circle. */
  function isUnique(both, oneWay) {
    const up = new Map();
    const find = (start) => {
      let node = start;
      while (up.has(node) && up.get(node) !== node) {
        const above = up.get(node);
        up.set(node, up.has(above) ? up.get(above) : above);
        node = up.get(node);
      }
      return node;
    };
    for (const [one, other] of both) {
      const [first, second] = [find(one), find(other)];
      if (first === second) {
        return false;
      }
      up.set(first, second);
    }
    const onward = new Map();
    const waiting = new Map();
    for (const [one, other] of oneWay) {
      const [first, second] = [find(one), find(other)];
      if (first === second) {
        return false;
      }
      onward.set(first, [...(onward.get(first) || []), second]);
      waiting.set(second, (waiting.get(second) || 0) + 1);
    }
    const ready = [...onward.keys()].filter((node) => !waiting.get(node));
    let left = oneWay.length;
    while (ready.length) {
      for (const node of onward.get(ready.pop()) || []) {
        left -= 1;
        waiting.set(node, waiting.get(node) - 1);
        if (!waiting.get(node)) {
          ready.push(node);
        }
      }
    }
    return left === 0;
  }

  const remainder = (bytes, by) => bytes.reduce((rest, byte) => (rest * 256 + byte) % by, 0);

  const byBytes = (one, other) => {
    for (let place = 0; place < one.length; place += 1) {
      if (one[place] !== other[place]) {
        return one[place] - other[place];
      }
    }
    return 0;
  };

  /* The units of each pair after the draw: cycles of fractional arcs, cancelled one after the other. */
  function sampled(batch, units, seed) {
    const arcs = batch.arcs(units);
    const held = arcs.map((arc) => arc.held);
    const rank = new Map();
    let turn = 0;
    arcs.forEach((_, arc) => {
      if (held[arc]) {
        if (held[arc] % UNITS) {
          rank.set(arc, sha256(joined(seed, utf8("arc"), bytesOf(turn, 4))));
        }
        turn += 1;
      }
    });
    const at = new Map();
    for (const arc of [...rank.keys()].sort((a, b) => byBytes(rank.get(b), rank.get(a)))) {
      for (const node of [arcs[arc].tail, arcs[arc].head]) {
        if (!at.has(node)) {
          at.set(node, []);
        }
        at.get(node).push(arc);
      }
    }
    let coins = 0;
    const lowest = (node, last) => {
      const stack = at.get(node);
      while (stack.length && held[stack[stack.length - 1]] % UNITS === 0) {
        stack.pop();
      }
      for (let place = stack.length - 1; place >= 0; place -= 1) {
        if (stack[place] !== last && held[stack[place]] % UNITS) {
          return stack[place];
        }
      }
      return -1;
    };
    for (const start of [...at.keys()].sort(ascending)) {
      const path = [];
      const nodes = [start];
      const seen = new Map([[start, 0]]);
      for (;;) {
        const here = nodes[nodes.length - 1];
        const arc = lowest(here, path.length ? path[path.length - 1] : -1);
        if (arc < 0) {
          break;
        }
        const node = arcs[arc].tail === here ? arcs[arc].head : arcs[arc].tail;
        path.push(arc);
        nodes.push(node);
        if (!seen.has(node)) {
          seen.set(node, nodes.length - 1);
          continue;
        }
        const begin = seen.get(node);
        const cycle = path.slice(begin).map((one, place) => [one, arcs[one].tail === nodes[begin + place] ? 1 : -1]);
        const rest = cycle.map(([one, sign]) => (sign > 0 ? held[one] % UNITS : UNITS - (held[one] % UNITS)));
        const [forward, backward] = [UNITS - most(rest, 0), least(rest, 0)];
        const coin = remainder(sha256(joined(seed, bytesOf(coins, 8))), forward + backward);
        const shift = coin < backward ? forward : -backward;
        coins += 1;
        cycle.forEach(([one, sign]) => {
          held[one] += sign * shift;
        });
        nodes.slice(begin + 1, -1).forEach((gone) => seen.delete(gone));
        path.length = begin;
        nodes.length = begin + 1;
      }
      expect(!path.length, "the fractions at a node do not add up", "某节点的分数单位之和不是整数");
    }
    return held.slice(batch.limits.length, batch.limits.length + units.length);
  }

  /* --- the checks --- */

  function checkProblem(problem) {
    const seats = take(problem, "seats", "list");
    const caps = take(problem, "caps", "list");
    let before = [-1, -1];
    take(problem, "edges", "list").forEach((edge, number) => {
      const [task, expert, fit] = edge;
      const follows = before[0] < task || (before[0] === task && before[1] < expert);
      expect(
        edge.length === 3 && edge.every(isInt) && follows && task >= 0 && task < seats.length && expert >= 0 &&
          expert < caps.length && isInt(fit),
        `edge ${number} is out of order or malformed`,
        `第 ${number} 个组合次序有误或内容不合规`,
      );
      before = [task, expert];
    });
    expect(
      take(problem, "groups", "list").length === caps.length &&
        [...seats, ...caps].every((one) => isInt(one) && one >= 0) &&
        ["none", "max-min"].includes(problem.floor),
      "the problem is malformed",
      "问题内容不合规",
    );
    const groups = "task_groups" in problem ? take(problem, "task_groups", "list") : [];
    const grouped = groups.flat();
    const inOrder = (rows, before) => rows.every((row, place) => place === 0 || before(rows[place - 1], row));
    expect(
      groups.every((group) => Array.isArray(group) && group.length > 1 && inOrder(group, (a, b) => a < b)) &&
        inOrder(groups, (a, b) => a[0] < b[0]) &&
        new Set(grouped).size === grouped.length &&
        grouped.every((task) => isInt(task) && task >= 0 && task < seats.length),
      "the groups of tasks are malformed",
      "互斥任务组有误",
    );
    if (problem.q_permille === undefined || problem.group_limit === undefined) {
      throw new Malformed("q_permille or group_limit");
    }
  }

  function checkAccounting(batch, freeze) {
    const rows = rowsOf(freeze, "accounting", { rule: "string", count: "number" });
    const told = new Map(rows.map((row) => [row.rule, row.count]));
    const pairs = batch.problem.seats.length * batch.problem.caps.length;
    expect(
      freeze.pairs === pairs && pairs === sum([...told.values()]),
      `the pairs of the rules do not add up to ${pairs}, tasks times experts`,
      `各规则的组合数之和不等于任务数乘专家数 ${pairs}`,
    );
    for (const [rule, count] of Object.entries(batch.count)) {
      const said = told.get(rule) || 0;
      expect(
        said === count,
        `${count} pairs are ${rule}, the record says ${said}`,
        `${rule} 的组合应为 ${count} 个，记录为 ${said}`,
      );
    }
  }

  function checkMarginals(batch, freeze) {
    const pinned = new Set(batch.pins.map(([task, expert]) => keyOf(task, expert)));
    const chance = new Map();
    let before = [-1, -1];
    for (const row of take(freeze, "marginals", "list")) {
      const [task, expert, amount] = row;
      const follows = before[0] < task || (before[0] === task && before[1] < expert);
      expect(
        row.length === 3 && row.every(isInt) && follows && amount > 0,
        `the chances are out of order at task ${task}, expert ${expert}`,
        `概率表在任务 ${task}、专家 ${expert} 处次序有误`,
      );
      before = [task, expert];
      const key = keyOf(task, expert);
      if (pinned.has(key)) {
        expect(amount === UNITS, `the pin of expert ${expert} is not whole`, `专家 ${expert} 的指定不是整席`);
        pinned.delete(key);
      } else {
        chance.set(key, row);
      }
    }
    expect(!pinned.size, "a pin is missing among the chances", "概率表缺少指定的组合");
    const strata = new Map((freeze.certificate.strata || []).map(([task, expert, one]) => [keyOf(task, expert), one]));
    const units = batch.pairs.map((pair) => {
      const row = batch.rows[pair.row];
      const key = keyOf(row.task, pair.expert);
      if (chance.has(key) && (!strata.size || (strata.has(key) && strata.get(key) === row.stratum))) {
        const amount = chance.get(key)[2];
        chance.delete(key);
        return amount;
      }
      return 0;
    });
    const [left] = [...chance.values()].sort((a, b) => a[0] - b[0] || a[1] - b[1]);
    expect(
      left === undefined,
      `expert ${left && left[1]} has a chance on task ${left && left[0]}, but may not take it`,
      `专家 ${left && left[1]} 不得承担任务 ${left && left[0]}，却有概率`,
    );
    checkLimits(batch, units, batch.most);
    return units;
  }

  function checkLimits(batch, units, highest) {
    const filled = batch.rows.map(() => 0);
    batch.pairs.forEach((pair, place) => {
      filled[pair.row] += units[place];
      const task = batch.rows[pair.row].task;
      expect(
        units[place] <= highest,
        `task ${task}, expert ${pair.expert}: ${units[place]} units are over the cap of ${highest}`,
        `任务 ${task}、专家 ${pair.expert}：${units[place]} 个单位超过上限 ${highest}`,
      );
    });
    batch.rows.forEach((row, place) => {
      expect(
        filled[place] === row.seats * UNITS,
        `task ${row.task} fills ${filled[place]} units of its ${row.seats * UNITS}`,
        `任务 ${row.task} 只坐满 ${filled[place]}／${row.seats * UNITS} 个单位`,
      );
    });
    const apart = batch.limits.length + units.length;
    const experts = apart + batch.apart.length;
    batch.arcs(units).forEach((arc, number) => {
      if (number >= batch.limits.length && number < apart) {
        return; // the cap of a pair was looked at before
      }
      if (arc.held > arc.capacity) {
        if (number < batch.limits.length) {
          const task = batch.limits[number].task;
          throw new Difference(`an employer is over its limit on task ${task}`, `任务 ${task} 上有单位超限`);
        }
        if (number < experts) {
          const { expert } = batch.apart[number - apart];
          throw new Difference(`expert ${expert} sits on two tasks that keep apart`, `专家 ${expert} 承担了两项互斥的任务`);
        }
        const expert = number - experts;
        throw expert < batch.caps.length
          ? new Difference(`expert ${expert} is over the load cap`, `专家 ${expert} 超过任务上限`)
          : new Difference("an employer is over its quota", "有单位超过名额");
      }
    });
  }

  /* By complementary slackness no other flow is better; by tight circles none is as good. */
  function checkFlow(batch, units, certificate) {
    const potentials = take(certificate, "potentials", "list");
    const { tie, tie_bits: bits } = certificate;
    const arcs = batch.arcs(units);
    const nodes =
      1 + batch.rows.length + batch.limits.length + batch.apart.length + batch.caps.length + batch.quotas.length;
    expect(
      potentials.length === nodes && potentials.every(isInt) && /^tie[0-9]*$/.test(tie) && isInt(bits) && bits >= 1 &&
        bits <= TIE_BITS,
      "the potentials are malformed",
      "势值格式有误",
    );
    const [first, last] = [batch.limits.length, batch.limits.length + units.length];
    const [both, oneWay] = [[], []];
    const q = batch.problem.q_permille || 1000;
    const shift = BigInt(bits + bitLength(sum(batch.problem.seats) * (1000 / gcd(1000, q))));
    const salt = utf8(tie);
    arcs.forEach(({ tail, head, capacity, held }, number) => {
      let reduced = BigInt(potentials[tail]) - BigInt(potentials[head]);
      if (number >= first && number < last) {
        const pair = batch.pairs[number - first];
        reduced -= BigInt(pair.fit) << shift;
        if (held === 0 && reduced >= 1n << BigInt(bits)) {
          return;
        }
        reduced -= BigInt(tieOf(salt, batch.rows[pair.row].task, pair.expert) >> (TIE_BITS - bits));
      }
      expect(
        reduced >= 0n || held >= capacity,
        `the potentials do not prove that nothing is better: arc ${number} could take more`,
        `势值不能证明最优：弧 ${number} 仍可增加`,
      );
      expect(
        reduced <= 0n || held <= 0,
        `the potentials do not prove that nothing is better: arc ${number} should take less`,
        `势值不能证明最优：弧 ${number} 应当减少`,
      );
      if (reduced === 0n && capacity > 0) {
        if (held > 0 && held < capacity) {
          both.push([tail, head]);
        } else {
          oneWay.push(held === 0 ? [tail, head] : [head, tail]);
        }
      }
    });
    const unique = isUnique(both, oneWay);
    const word = (is) => (is ? "unique" : "not unique");
    expect(
      certificate.unique === unique,
      `the record says that the optimum is ${word(certificate.unique)}, it is ${word(unique)}`,
      "关于最优解是否唯一的说法不实",
    );
    return {
      en: `No assignment of the listed pairs fits better${unique ? ", and no other fits as well" : ""}: shown by prices alone.`,
      zh: `名单所列组合中没有更优的分派${unique ? "，也没有同样好的另一个" : ""}：仅凭势值即可证明。`,
    };
  }

  /* The cases leave nothing out: at each pair there is one way where it is seated, one where it is not. */
  function checkCases(batch, cases) {
    const fixed = cases.map((one) => take(one, "fixed", "list"));
    const whole =
      batch.problem.q_permille === null &&
      fixed.every((way) => way.every(([pair]) => isInt(pair) && pair >= 0 && pair < batch.pairs.length));
    const isAll = (ways, depth) => {
      if (ways.some((way) => way.length === depth)) {
        return ways.length === 1;
      }
      const pair = ways[0][depth][0];
      const sides = [0, 1].map((value) => ways.filter((way) => same(way[depth], [pair, value])));
      return (
        sum(sides.map((side) => side.length)) === ways.length &&
        sides.every((side) => side.length && isAll(side, depth + 1))
      );
    };
    expect(
      whole && fixed.length && isAll(fixed, 0),
      "the cases of the proof leave something out",
      "证明的情形有遗漏",
    );
  }

  /* By weak duality: how much better anything else could be. */
  function checkProgram(batch, units, freeze) {
    const { certificate } = freeze;
    const { seats } = batch.problem;
    const sums = batch.sums(units);
    const fits = batch.pairs.map((pair) => pair.fit);
    const floor = BigInt(least(batch.seated(sums), 0));
    const total = BigInt(sum(sums));
    const pins = seats.map(() => 0);
    batch.pins.forEach(([task, expert]) => {
      pins[task] += UNITS * batch.fit.get(keyOf(task, expert));
    });
    let step = 1n;
    if (batch.problem.q_permille === null) {
      const all = [...fits, ...batch.pins.map(([task, expert]) => batch.fit.get(keyOf(task, expert)))];
      step = BigInt(UNITS * (all.reduce((a, b) => gcd(a, Math.abs(b)), 0) || 1));
    }
    const bound = (prices, fixed) => {
      const weights = take(prices, "weights", "list").map(big);
      expect(
        weights.length === pins.length && weights.every((one) => one >= 0n),
        "the weights are malformed",
        "权重有误",
      );
      return weights.reduce((all, one, task) => all + one * BigInt(pins[task]), batch.worth(prices, fits, fixed));
    };
    const room = (one, least) => {
      const scale = big(take(one, "scale", "number"));
      const weights = take(take(one, "prices", "object"), "weights", "list").map(big);
      expect(scale >= 0n && weights.every((weight) => weight >= scale), "the scale is malformed", "比例有误");
      const extra = weights.reduce((all, weight, task) => all + (seats[task] ? weight - scale : 0n), 0n);
      return bound(one.prices, new Map(one.fixed || [])) - extra * least;
    };
    const whole = (value, by) => floored(floored(value, by), step) * step;
    const scale = big(take(certificate, "scale", "number"));
    expect(scale >= 1n, "the scale is malformed", "比例有误");
    const best = whole(room(certificate, floor), scale);
    const told = [["bound_units", best]];
    let gap = best - total;
    if ("cases" in certificate) {
      checkCases(batch, take(certificate, "cases", "list"));
      for (const one of certificate.cases) {
        const can = room(one, floor);
        const holds = one.scale ? whole(can, BigInt(one.scale)) < total + BigInt(UNITS) : can < 0n;
        expect(holds, "a case of the proof may hold something better", "证明中有一种情形可能更优");
      }
      gap = 0n;
    }
    if (batch.problem.floor === "max-min" && seats.some((one) => one)) {
      const prices = take(certificate, "floor_prices", "object");
      const weight = take(prices, "weights", "list").map(big).reduce((a, b) => a + b, 0n);
      expect(weight > 0n, "the weights are malformed", "权重有误");
      const highest = whole(bound(prices), weight);
      told.push(["floor_bound_units", highest], ["floor_units", floor]);
      if ("floor_cases" in certificate) {
        checkCases(batch, take(certificate, "floor_cases", "list"));
        const holds = certificate.floor_cases.every((one) => !one.scale && room(one, floor + step) < 0n);
        expect(holds, "a case of the proof may hold a higher floor", "证明中有一种情形可能有更高的下限");
      } else if (highest - floor > gap) {
        gap = highest - floor;
      }
    }
    for (const [name, value] of told) {
      expect(
        isInt(certificate[name]) && BigInt(certificate[name]) === value,
        `${name} is ${value}, the record says ${certificate[name]}`,
        `${name} 应为 ${value}，记录为 ${certificate[name]}`,
      );
    }
    const status = gap < BigInt(UNITS) ? "optimal" : "feasible";
    expect(freeze.status === status, `the status should be ${status}`, `状态应为 ${status}`);
    const over = gap > 0n ? gap : 0n;
    return {
      en: `${status}: nothing is better by more than ${over} units of fit.`,
      zh: `${status}：没有任何方案能好出 ${over} 个匹配单位以上。`,
    };
  }

  function checkInfeasible(batch, freeze) {
    const { certificate } = freeze;
    const { kind } = certificate;
    const needed = UNITS * sum(batch.rows.map((row) => row.seats));
    expect(!take(freeze, "marginals", "list").length, "an infeasible batch has chances", "无解的分派不应有概率表");
    const said = (en, zh) => ({ en: `infeasible: ${en}`, zh: `无解：${zh}` });
    if (kind === "pins") {
      expect(batch.contradicts, "the pins contradict nothing", "指定的组合与规则并不矛盾");
      return said("the pins contradict the limits", "指定的组合与规则矛盾");
    }
    expect(!batch.contradicts, "the pins contradict the limits", "指定的组合与规则矛盾");
    let room = 0n;
    if (kind === "cut") {
      const inside = new Set(take(certificate, "nodes", "list"));
      batch.rows.forEach((row, number) => {
        room += inside.has(number) ? 0n : BigInt(UNITS * row.seats);
      });
      for (const arc of batch.arcs(batch.pairs.map(() => 0))) {
        room += inside.has(arc.tail) && !inside.has(arc.head) ? BigInt(arc.capacity) : 0n;
      }
      const sink =
        batch.rows.length + batch.limits.length + batch.apart.length + batch.caps.length + batch.quotas.length;
      expect(!inside.has(sink), "the cut holds the sink", "割集含有汇点");
    } else if (kind === "seats") {
      const { prices, scale } = certificate;
      const ok = isInt(scale) && scale >= 1 && take(prices, "weights", "list").every((one) => one >= scale);
      expect(ok, "the scale is malformed", "比例有误");
      expect(take(prices, "rows", "list").every((one) => one >= 0), "the prices of rows are malformed", "rows 的价格有误");
      room = floored(batch.worth(prices, batch.pairs.map(() => 1)), BigInt(scale));
    } else if (kind === "cases") {
      checkCases(batch, take(certificate, "cases", "list"));
      const fits = batch.pairs.map((pair) => pair.fit);
      for (const one of certificate.cases) {
        expect(
          take(one.prices, "weights", "list").every((weight) => weight === 0) &&
            batch.worth(one.prices, fits, new Map(one.fixed)) < 0n,
          "a case of the proof may hold an assignment",
          "证明中有一种情形可能有解",
        );
      }
      return said(`shown by ${certificate.cases.length} cases`, `由 ${certificate.cases.length} 种情形证明`);
    } else {
      expect(kind === "solver", `unknown certificate ${kind}`, `未知证书 ${kind}`);
      return said("by the solver's word alone", "仅凭求解器所言");
    }
    const missing = BigInt(needed) - room;
    expect(
      isInt(certificate.missing_units) && missing === BigInt(certificate.missing_units) && missing > 0n,
      `the certificate shows room for ${room} of ${needed} units, the record says otherwise`,
      `证书表明 ${needed} 个单位中可容纳 ${room} 个，与记录不符`,
    );
    return said(`${missing} of ${needed} units find no place`, `${needed} 个单位中 ${missing} 个无处安放`);
  }

  function checkPhaseOne(freeze, steps) {
    const problem = take(freeze, "problem", "object");
    checkProblem(problem);
    const [pins, forbids] = ["pins", "forbids"].map((name) =>
      rowsOf(freeze, name, { task: "number", expert: "number" }).map((row) => [row.task, row.expert]),
    );
    const { kind, pin_strata: seating } = take(freeze, "certificate", "object");
    const batch = new Batch(problem, pins, forbids, seating || []);
    if (!(batch.contradicts && kind === "pins")) {
      checkAccounting(batch, freeze);
    }
    if (freeze.status === "infeasible") {
      steps.push(checkInfeasible(batch, freeze));
      return [batch, []];
    }
    expect(!batch.contradicts, "the pins contradict the limits", "指定的组合与规则矛盾");
    const units = checkMarginals(batch, freeze);
    const expected = sum(batch.sums(units));
    expect(
      same(take(freeze, "totals"), { expected_total: Math.floor(expected / UNITS), expected_units: expected }),
      `the expected total is ${expected} units, the record says otherwise`,
      `期望总匹配度应为 ${expected} 个单位，与记录不符`,
    );
    steps.push({
      en: `All pairs of task and expert are accounted for; ${freeze.marginals.length} have a chance, each within every limit.`,
      zh: `任务与专家的全部组合都有交代；${freeze.marginals.length} 个组合有机会，且都在各项上限之内。`,
    });
    const needsProgram = batch.isCrossing() || problem.floor === "max-min";
    expect(kind === (needsProgram ? "program" : "flow"), "the certificate is of the wrong kind", "证书的种类不对");
    if (needsProgram) {
      steps.push(checkProgram(batch, units, freeze));
    } else {
      expect(freeze.status === "optimal", "the status should be optimal", "状态应为 optimal");
      steps.push(checkFlow(batch, units, freeze.certificate));
    }
    return [batch, units];
  }

  const pythonic = (value) => (value === undefined ? "None" : JSON.stringify(value).replace(/,/g, ", "));

  function checkAssignment(batch, units, seed, told) {
    const whole = sampled(batch, units, seed);
    const panels = batch.problem.seats.map(() => []);
    batch.pins.forEach(([task, expert]) => panels[task].push(expert));
    batch.pairs.forEach((pair, place) => {
      if (whole[place]) {
        panels[batch.rows[pair.row].task].push(pair.expert);
      }
    });
    const said = take(told, "assignment", "list");
    expect(said.length === panels.length, "the assignment has another number of tasks", "分派结果的任务数不对");
    panels.forEach((panel, task) => {
      panel.sort(ascending);
      expect(
        same(panel, said[task]),
        `task ${task}: the seed seats experts ${pythonic(panel)}, the record says ${pythonic(said[task])}`,
        `任务 ${task}：按种子应为专家 ${pythonic(panel)}，记录为 ${pythonic(said[task])}`,
      );
    });
    expect(whole.every((amount) => amount === 0 || amount === UNITS), "somebody holds a part of a seat", "有人只占部分席位");
    checkLimits(batch, whole, UNITS);
    const sums = batch.sums(whole);
    for (const [name, value] of [
      ["total", Math.floor(sum(sums) / UNITS)],
      ["min_task", Math.floor(least(batch.seated(sums), 0) / UNITS)],
    ]) {
      expect(
        told[name] === value,
        `${name} is ${value}, the record says ${told[name]}`,
        `${name} 应为 ${value}，记录为 ${told[name]}`,
      );
    }
  }

  /* Experts who are at their load cap, or whose employer is at its quota. */
  function fullyLoaded(batch, panels) {
    const { caps } = batch.problem;
    const load = caps.map(() => 0);
    const held = batch.quotaRows.map(() => 0);
    panels.flat().forEach((expert) => {
      load[expert] += 1;
      if (batch.quotaOf[expert] >= 0) {
        held[batch.quotaOf[expert]] += 1;
      }
    });
    return caps
      .map((_, expert) => expert)
      .filter((expert) => {
        const quota = batch.quotaOf[expert];
        return load[expert] >= caps[expert] || (quota >= 0 && held[quota] >= batch.quotaRows[quota].room);
      });
  }

  /* Experts who sit on a task of the same group. */
  function sitting(batch, panels, task) {
    const group = batch.groupOfTask.get(task);
    const isOther = (other) => group !== undefined && other !== task && batch.groupOfTask.get(other) === group;
    return panels.filter((_, other) => isOther(other)).flat();
  }

  function checkBatchReplacements(record, batch, freeze) {
    const panels = record.draw.assignment.map((panel) => panel.slice());
    const hasChance = new Set(freeze.marginals.map(([task, expert]) => keyOf(task, expert)));
    const gone = new Map();
    const opened = new Map();
    take(record, "replacements", "list").forEach((step, place) => {
      const title = [`replacement ${place + 1}`, `第 ${place + 1} 次替补`];
      const { task } = step;
      const out = take(step, "withdrawn", "list");
      expect(
        isInt(task) && task >= 0 && task < panels.length && out.length &&
          out.every((one, at) => panels[task].includes(one) && (at === 0 || out[at - 1] < one)),
        `${title[0]}: only somebody who holds a seat can withdraw`,
        `${title[1]}：只有在席人员可以退出`,
      );
      const typed = batch.typed(task);
      const strata = new Map();
      for (const [of, expert] of batch.problem.edges) {
        if (of === task && !batch.forbidden.has(keyOf(task, expert))) {
          const own = typed.length
            ? typed.map(([one]) => one).filter((one) => batch.strataOf(expert).includes(one))
            : [0];
          if (own.length) {
            strata.set(expert, own);
          }
        }
      }
      const people = [...strata.keys()];
      const number = new Map(people.map((expert, at) => [expert, at + 1]));
      const draw = new Draw({
        seats: (typed.length ? typed : [[0, batch.problem.seats[task]]]).map(([stratum, count]) => ({ stratum, count })),
        group_max: batch.limit,
        entries: people.map((expert) => ({
          group: batch.group[expert] + 1,
          strata: strata.get(expert),
          tier: hasChance.has(keyOf(task, expert)) ? 0 : 1,
        })),
      });
      const key = unhex(hashOf({ seed: record.seed, task, type: "gongping/replace/1" }));
      const order = orderOf("gongping-1", key, people.length);
      gone.set(task, [...(gone.get(task) || []), ...out]);
      panels[task] = panels[task].filter((expert) => !out.includes(expert));
      const told = take(step, "late", "list");
      expect(
        told.every((one, at) => isInt(one) && (at === 0 || told[at - 1] < one)),
        `${title[0]}: the late numbers are malformed`,
        `${title[1]}：失格号码有误`,
      );
      const late = [...new Set([...told, ...fullyLoaded(batch, panels), ...sitting(batch, panels, task)])]
        .filter((expert) => number.has(expert))
        .map((expert) => number.get(expert));
      const seated = panels[task].map((expert) => number.get(expert));
      const withdrawn = gone.get(task).map((expert) => number.get(expert));
      const tiers = take(step, "opened", "list");
      const before = opened.get(task) || [0];
      expect(
        (same(tiers, [0]) || same(tiers, [0, 1])) && tiers.length >= before.length,
        `${title[0]}: the opened tiers are malformed`,
        `${title[1]}：开放层级有误`,
      );
      if (tiers.length > before.length) {
        expect(
          draw.walk(order, [0], late, seated, withdrawn) === null,
          `${title[0]}: tier 1 was opened although the seats could be filled without it`,
          `${title[1]}：无须开放第 1 层即可坐满，却开放了`,
        );
      }
      opened.set(task, tiers);
      const outcome = draw.walk(order, tiers, late, seated, withdrawn);
      expect(outcome !== null, `${title[0]}: the seats cannot be filled`, `${title[1]}：席位无法坐满`);
      const newcomers = outcome[0].map((at) => people[at - 1]);
      expect(
        same(newcomers, take(step, "seated", "list")),
        `${title[0]}: experts ${pythonic(newcomers)} come in, the record says ${pythonic(step.seated)}`,
        `${title[1]}：应由专家 ${pythonic(newcomers)} 递补，记录为 ${pythonic(step.seated)}`,
      );
      checkSkips(
        outcome[1].map((skip) => ({ expert: people[skip.number - 1], reason: skip.reason })),
        take(step, "skipped", "list"),
        title,
      );
      panels[task] = [...panels[task], ...newcomers].sort(ascending);
      expect(same(panels[task], take(step, "panel")), `${title[0]}: the panel differs`, `${title[1]}：组成人员不一致`);
    });
  }

  function frozen(record) {
    const text = take(record, "freeze", "string");
    let freeze = null;
    let canonical = false;
    try {
      freeze = JSON.parse(text);
      canonical = canon(freeze) === text;
    } catch (error) {
      canonical = false;
    }
    expect(canonical, "the freeze is not canonical JSON", "冻结文件不是规范 JSON");
    expect(take(freeze, "type") === "gongping/batch-freeze/1", "the freeze has another type", "冻结文件的 type 不对");
    const actual = sha256hex(text);
    const h = take(record, "h", "string");
    expect(
      actual === h,
      `phase 1 was changed: its SHA-256 is ${actual}, the commitment H is ${h}`,
      `第一阶段被改动：其 SHA-256 为 ${actual}，承诺值 H 为 ${h}`,
    );
    return freeze;
  }

  function checkBatch(record, steps) {
    const freeze = frozen(record);
    steps.push({
      en: `What was fixed before any seed gives the published commitment ${record.h.slice(0, 8)}….`,
      zh: `种子产生之前固定的内容，摘要就是公布的承诺值 ${record.h.slice(0, 8)}…。`,
    });
    rowsOf(freeze, "parties", { id: "string" });
    rowsOf(freeze, "sources", { id: "string", kind: "string", fallbacks: "list" });
    const nonces = checkParties(record, freeze);
    checkVoid(record, freeze, nonces);
    let seed = null;
    if (record.draw === undefined) {
      throw new Malformed("draw");
    }
    if (record.draw !== null) {
      const count = freeze.parties.length;
      expect(
        record.commitments.length === count && record.reveals.length === count && count > 1,
        "a commitment or a reveal is missing",
        "缺少承诺或公开",
      );
      checkParts(record, freeze, nonces);
      checkOutside(record, freeze);
      seed = hashOf({ freeze: record.h, parts: record.parts, type: "gongping/seed/1", use: "batch" });
      expect(
        seed === record.seed,
        `the seed is ${seed}, the record says ${record.seed}`,
        `种子应为 ${seed}，记录为 ${record.seed}`,
      );
      steps.push({
        en: `${count} parties showed the values to which they had committed; the seed follows from them.`,
        zh: `${count} 方揭示的随机数与其承诺相符，种子由此得出。`,
      });
    } else {
      expect(record.void !== null, "there is neither a draw nor a void", "既无抽取结果也无作废说明");
      expect(
        record.seed === null && ["parts", "replacements"].every((key) => take(record, key, "list").length === 0),
        "a void attempt has no seed and no result",
        "作废的抽取不应有种子和结果",
      );
    }
    const [batch, units] = checkPhaseOne(freeze, steps);
    if (seed !== null) {
      checkAssignment(batch, units, unhex(seed), record.draw);
      checkBatchReplacements(record, batch, freeze);
      const [tasks, turns] = [batch.problem.seats.length, record.replacements.length];
      steps.push({
        en: `Drawn again by the seed, the panels of all ${tasks} tasks come out, with ${turns} replacements.`,
        zh: `按种子重新抽取，得出全部 ${tasks} 项任务的组成人员，以及 ${turns} 次替补。`,
      });
    }
    rowsOf(record, "openings", { number: "number", name: "string", ref: "string", salt: "string" }).forEach((one) => {
      expect(
        isLeafOf(one, take(freeze, "leaves", "list")[one.number]),
        `the person shown for expert ${one.number} is not the one in the freeze`,
        `专家 ${one.number} 公开的人员不是冻结文件中的那一位`,
      );
    });
    checkSeal(record, steps);
  }

  checks["gongping/batch-record/1"] = checkBatch;
})(typeof window === "undefined" ? globalThis : window);
