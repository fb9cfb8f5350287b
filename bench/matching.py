"""Run the batch engine beside a plain linear program on published bids and on generated problems.

Run ``python -m bench.matching``; ``--quick`` leaves out the largest. Each line is a process of its own, so that peak
memory is its own: ours solves, draws from the marginals and proves; the baseline is the same limits as one linear
program, given whole to HiGHS by scipy (no integers, no unique optimum, no proof, no draw). AAMAS and PrefLib are
bids of real conferences; ``shared/data/assignment`` beside the repository, or the folder that BENCH_ASSIGNMENT names.
"""

import json
import multiprocessing
import os
import resource
import sys
import time
from collections import Counter
from dataclasses import replace
from pathlib import Path

import numpy as np

from assignments import verify_draw
from assignments.matching import UNITS, Problem, freeze_document, result_document, sample, solve
from foundation.core.canon import dumps

MILLION = 10**6
BASELINE_SECONDS = 300
DATA = Path(os.environ.get("BENCH_ASSIGNMENT", Path(__file__).parents[2] / "shared" / "data" / "assignment"))


def bids(name, seats, cap):
    """Return a published matrix of bids: rows are papers, columns reviewers."""
    lines = (DATA / name).read_text().splitlines()
    fits = np.rint(np.array([line.split() for line in lines[1:] if line.strip()], float) * MILLION).astype(np.int64)
    tasks, experts = np.divmod(np.arange(fits.size), fits.shape[1])
    return Problem((seats,) * len(fits), (cap,) * fits.shape[1], tasks, experts, fits.ravel(), (None,) * fits.shape[1])


def generated(tasks, experts, candidates, seats, cap, employers=0):
    """Return a problem with random candidates, fits from 0 to a million and evenly large employers."""
    dice = np.random.default_rng(20201221)
    listed = np.sort([dice.choice(experts, candidates, replace=False) for _ in range(tasks)])
    fits = dice.integers(0, MILLION, listed.size, endpoint=True)
    groups = dice.integers(0, employers, experts).tolist() if employers else [None] * experts
    rows = np.repeat(np.arange(tasks), candidates)
    return Problem((seats,) * tasks, (cap,) * experts, rows, listed.ravel(), fits, tuple(groups))


def of_units(problem, size):
    """Return the problem with ``size`` tasks of each unit, of which nobody takes two: all have the same candidates."""
    tasks = len(problem.seats)
    listed = problem.experts.reshape(tasks // size, size, -1)
    listed = np.repeat(listed[:, :1], size, axis=1).ravel()
    groups = np.arange(tasks).reshape(-1, size).tolist()
    return replace(problem, experts=listed, task_groups=tuple(map(tuple, groups)))


CASES = {
    "1,000 x 10,000, best sum": (lambda: generated(1_000, 10_000, 50, 3, 4), {}),
    "1,000 x 10,000, Q .5, employers": (
        lambda: generated(1_000, 10_000, 50, 3, 4, employers=400),
        {"q_permille": 500},
    ),
    "AAMAS 2015, best sum": (lambda: bids("aamas2015.in", 3, 12), {}),
    "AAMAS 2015, Q .5": (lambda: bids("aamas2015.in", 3, 12), {"q_permille": 500}),
    "AAMAS 2015, max-min floor": (lambda: bids("aamas2015.in", 3, 12), {"floor": "max-min"}),
    "PrefLib 3, best sum": (lambda: bids("preflib3.in", 3, 6), {}),
    "5,000 x 20,000, Q .5, employers": (
        lambda: generated(5_000, 20_000, 50, 3, 4, employers=800),
        {"q_permille": 500},
    ),
    "5,000 x 20,000, 4 tasks of a unit": (
        lambda: of_units(generated(5_000, 20_000, 50, 3, 4, employers=800), 4),
        {"q_permille": 500},
    ),
    "20,000 x 20,000, best sum": (lambda: generated(20_000, 20_000, 50, 4, 6), {}),
}
PUBLISHED = [name for name in CASES if name.startswith(("AAMAS", "PrefLib"))]
LARGE = ("20,000 x 20,000, best sum",)


def make(name):
    problem, changes = CASES[name][0](), CASES[name][1]
    return replace(problem, group_limit=1, **changes)


def ours(name):
    """Solve, draw, and let the solver-free verifier judge."""
    problem = make(name)
    started, busy = time.perf_counter(), time.process_time()
    solution = solve(problem)
    solved, busy = time.perf_counter(), time.process_time() - busy
    drawn = sample(solution, bytes(32))
    drawing = time.perf_counter() - solved
    memory = peak()
    certificate = solution.certificate
    bound = certificate.get("bound_units", solution.expected_units)
    groups = problem.groups
    seated = [sum((drawn.assignment[task] for task in group), ()) for group in problem.task_groups]
    twice = sum(len(people) - len(set(people)) for people in seated)
    crowded = sum(
        max(Counter(groups[one] for one in panel if groups[one] is not None).values(), default=1) > 1
        for panel in drawn.assignment
    )
    document = freeze_document(solution)["problem"] | {"pins": [], "forbids": [], "seed": "00" * 32}
    texts = json.dumps(document), dumps(result_document(solution, "00" * 32)).decode()
    judged = time.perf_counter()
    verify_draw.verify_result(*texts)
    return {
        "solve": solved - started,
        "busy": busy,
        "draw": drawing,
        "memory": memory,
        "total": solution.expected_units / UNITS / MILLION,
        "bound": bound / UNITS / MILLION,
        "minimum": drawn.min_task / MILLION,
        "crowded": crowded,
        "twice": twice,
        "verify": time.perf_counter() - judged,
        "status": solution.status,
    }


def baseline(name):
    """Give the same limits to scipy's HiGHS as one linear program; a floor costs a second program."""
    from scipy.optimize import linprog  # noqa: PLC0415 - the memory of our own process is without scipy
    from scipy.sparse import coo_array, vstack  # noqa: PLC0415

    problem = make(name)
    quota = (problem.q_permille or 1000) / 1000
    size = len(problem.tasks)
    groups = problem.group_numbers()[problem.experts]
    grouped = np.flatnonzero(groups >= 0)
    keys, panel = np.unique(problem.tasks[grouped] * (len(problem.caps) + 1) + groups[grouped], return_inverse=True)
    fits = problem.fits / MILLION

    def rows(of, count, values=None, columns=None):
        columns = np.arange(size) if columns is None else columns
        values = np.ones(len(columns)) if values is None else values
        return coo_array((values, (of, columns)), shape=(count, size + 1)).tocsr()

    tasks = len(problem.seats)
    seats = rows(problem.tasks, tasks)
    limits = [rows(problem.experts, len(problem.caps)), rows(panel, len(keys), columns=grouped)]
    room = [np.array(problem.caps, float), np.ones(len(keys))]
    units = problem.task_group_numbers()[problem.tasks]
    apart = np.flatnonzero(units >= 0)
    keys, pair = np.unique(units[apart] * len(problem.caps) + problem.experts[apart], return_inverse=True)
    limits.append(rows(pair, len(keys), columns=apart))
    room.append(np.ones(len(keys)))
    bounds = np.column_stack([np.zeros(size + 1), np.append(np.full(size, quota), 0.0)])
    started, busy = time.perf_counter(), time.process_time()
    if problem.floor == "max-min":
        short = rows(problem.tasks, tasks, -fits) + coo_array(
            (np.ones(tasks), (np.arange(tasks), np.full(tasks, size))), shape=(tasks, size + 1)
        )
        limits.append(short.tocsr())
        room.append(np.zeros(tasks))
        bounds[size, 1] = 3.0
        aim = np.append(np.zeros(size), -1.0)
        first = linprog(aim, vstack(limits), np.concatenate(room), seats, np.array(problem.seats), bounds)
        bounds[size, 0] = bounds[size, 1] = -first.fun - 1e-9
    aim = np.append(-fits, 0.0)
    answer = linprog(aim, vstack(limits), np.concatenate(room), seats, np.array(problem.seats), bounds)
    seconds, busy = time.perf_counter() - started, time.process_time() - busy
    sums = np.bincount(problem.tasks, weights=fits * answer.x[:size], minlength=tasks)
    return {
        "solve": seconds,
        "busy": busy,
        "memory": peak(),
        "total": -answer.fun,
        "minimum": float(sums.min()),
        "fractional": int(((answer.x[:size] > 1e-6) & (answer.x[:size] < 1 - 1e-6)).sum()),
    }


def peak():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def alone(task, name, seconds=None):
    """Run in a process of its own; None if it takes longer than ``seconds``."""
    receiving, sending = multiprocessing.get_context("spawn").Pipe(duplex=False)
    process = multiprocessing.get_context("spawn").Process(target=report, args=(task, name, sending))
    process.start()
    sending.close()  # or a process that died would be waited for
    try:
        answer = receiving.recv() if receiving.poll(seconds) else None
    except EOFError:
        process.join()
        sys.exit(f"{task} of {name} ended with {process.exitcode}")
    process.kill() if answer is None else process.join()
    return answer


def report(task, name, pipe):
    sys.stdout = sys.stderr
    pipe.send({"ours": ours, "baseline": baseline}[task](name))


def line(case, who, row, rest):
    bound = f"{row['bound']:14.6f}" if "bound" in row else " " * 14
    numbers = f"{row['solve']:8.2f}{row['busy']:8.2f}{row['memory']:6}{row['total']:14.6f}{bound}{row['minimum']:9.4f}"
    print(f"{case:34}{who:10}{numbers}  {rest}", flush=True)


def main():
    """Print two lines per case."""
    names = [name for name in CASES if not ("--quick" in sys.argv and name in LARGE)]
    if not DATA.is_dir():
        print(f"no published bids at {DATA}")
        names = [name for name in names if name not in PUBLISHED]
    print(f"{'case':34}{'':10}{'seconds':>8}{'of CPU':>8}{'MB':>6}{'total':>14}{'bound':>14}{'minimum':>9}")
    for name in names:
        mine = alone("ours", name)
        rest = f"{mine['status']}, draw {mine['draw']:.2f} s, verified in {mine['verify']:.2f} s"
        rest += f", {mine['crowded']} panels with two of one employer"
        if make(name).task_groups:
            rest += f", {mine['twice']} people twice at a unit"
        line(name, "gongping", mine, rest)
        other = alone("baseline", name, BASELINE_SECONDS)
        if other is None:
            print(f"{'':34}{'one LP':10}   over {BASELINE_SECONDS} s", flush=True)
        else:
            line("", "one LP", other, f"{other['fractional']} pairs left fractional")


if __name__ == "__main__":
    main()
