"""Lists, searches and eligibility with 20,000 firms and 200,000 experts, beside plain OFFSET and COUNT.

Run ``python -m bench.lists [--firms N] [--experts N] [--keep NAME]``. The database is a new one beside the one that
``DATABASE_URL`` names; ``--keep`` leaves it there and fills it only once. Times are medians of whole requests through
the test client: view, queries, template.
"""

import argparse
import os
import resource
import statistics
import time
from urllib.parse import quote

from bench.crowd import DAY, fill

FIRMS, EXPERTS, DEEP = 20_000, 200_000, 1_000
ROUNDS = 5
SEARCHES = {
    "firms": (
        ("name, two characters", "国强"),
        ("initials", "jnz"),
        ("code, fragment", "0001234"),
        ("nothing", "䶮䶮"),
    ),
    "experts": (("name", "欧阳"), ("full name", "王伟"), ("surname", "王"), ("initials", "wxy"), ("nothing", "䶮䶮")),
}


def main():
    """Print one line per request."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--firms", type=int, default=FIRMS)
    parser.add_argument("--experts", type=int, default=EXPERTS)
    parser.add_argument("--keep", default="", help="name of a database that stays")
    asked = parser.parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.test")
    os.environ.setdefault("GONGPING_DEMO_DAY", DAY.isoformat())
    import django  # noqa: PLC0415 - the settings are named now

    django.setup()
    from django.db import connection  # noqa: PLC0415 - the same

    if asked.keep:
        connection.settings_dict["TEST"]["NAME"] = asked.keep
    connection.creation.create_test_db(verbosity=0, keepdb=bool(asked.keep))
    try:
        measure(asked)
    finally:
        if not asked.keep:
            connection.creation.destroy_test_db(connection.settings_dict["NAME"], verbosity=0)


def measure(asked):
    """Fill the database where it is empty, and time everything."""
    from django.db import connection  # noqa: PLC0415 - after django.setup

    from assignments.models import EvaluationTask, ReReviewTask  # noqa: PLC0415
    from foundation.accounts.models import User  # noqa: PLC0415

    if not User.objects.exists():
        before = time.perf_counter()
        fill(firms=asked.firms, experts=asked.experts)
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")
        print(f"filled in {time.perf_counter() - before:.0f} s", flush=True)
    user = User.objects.get(grants__role="CLERK", username__startswith="user")
    print(f"{connection.vendor}: {asked.firms:,} firms, {asked.experts:,} experts")
    print(f"{'request':44}{'ms':>8}{'queries':>9}{'plain ms':>10}", flush=True)
    lists(user)
    searches(user)
    explorer(user, EvaluationTask.objects.get(status="PLANNED"), ReReviewTask.objects.get())


def timed(ask, *, rounds=ROUNDS):
    """Return (median milliseconds, queries) of ``ask``."""
    from django.db import connection  # noqa: PLC0415 - after django.setup

    spent, queries = [], []

    def note(execute, sql, params, many, context):
        queries[-1] += 1
        return execute(sql, params, many, context)

    for _round in range(rounds):
        queries.append(0)
        before = time.perf_counter()
        with connection.execute_wrapper(note):
            ask()
        spent.append((time.perf_counter() - before) * 1000)
    return statistics.median(spent), queries[-1]


def told(name, ask, *, plain=None, rounds=ROUNDS):
    """Print one line and return its milliseconds."""
    ask()  # what is loaded only once
    spent, queries = timed(ask, rounds=rounds)
    beside = f"{timed(plain, rounds=rounds)[0]:10.1f}" if plain else f"{'':>10}"
    print(f"{name:44}{spent:8.1f}{queries:9}{beside}", flush=True)
    return spent


def opened(user, address):
    """Return a function that asks for the address and insists on an answer."""
    from django.test import Client  # noqa: PLC0415 - after django.setup

    client = Client()
    client.force_login(user)

    def ask():
        response = client.get(address)
        if response.status_code != 200:
            raise AssertionError((address, response.status_code))
        return response

    return ask


def pages():
    """Return the two lists: (noun, view class, address)."""
    from django.urls import reverse  # noqa: PLC0415 - after django.setup

    from faces.pages.bureau.experts import ExpertList  # noqa: PLC0415
    from faces.pages.bureau.firms import FirmList  # noqa: PLC0415

    return (
        ("firms", FirmList, reverse("pages:firms")),
        ("experts", ExpertList, reverse("pages:experts")),
    )


def lists(user):
    """Time first and deep pages in every order, and the API."""
    from faces.pages.shared.keyset import keyset_page  # noqa: PLC0415 - after django.setup

    for noun, view, address in pages():
        rows = rows_of(view, user)
        deep = min(DEEP, rows.count() // view.page_size - 1)
        for sort in view.sorts:
            key = keyset_page(rows, order=sort.order, size=deep * view.page_size).after
            plain = [counted_by_offset(view, rows, sort, number * view.page_size) for number in (0, deep)]
            first = told(f"{noun} by {sort.name}, page 1", opened(user, f"{address}?sort={sort.name}"), plain=plain[0])
            far = f"{address}?sort={sort.name}&after={key}"
            last = told(f"{noun} by {sort.name}, page {deep:,}", opened(user, far), plain=plain[1])
            print(f"{'':4}deep / first = {last / first:.2f}")
        told(f"API {noun}, page 1", opened(user, f"/api/v1/{noun}/"))


def rows_of(view, user):
    """Return the rows of a list as the view asks for them."""
    from django.test import RequestFactory  # noqa: PLC0415 - after django.setup

    page = view()
    page.setup(RequestFactory().get("/"))
    page.request.user = user
    return page.rows()


def counted_by_offset(view, rows, sort, offset):
    """Return the plain way to make the same page: COUNT(*), one COUNT per box, OFFSET."""

    def ask():
        rows.count()
        for facet in view.facets:
            for value, _label in facet.choices(rows) if callable(facet.choices) else facet.choices:
                rows.filter(**{facet.lookup or facet.name: value}).count()
        list(rows.order_by(*sort.order, "pk")[offset : offset + view.page_size])

    return ask


def searches(user):
    """Time what people type: on the lists, and in the one box for everything."""
    from django.urls import reverse  # noqa: PLC0415 - after django.setup

    for noun, view, address in pages():
        for what, text in SEARCHES[noun]:
            plain = found_by_filter(view, rows_of(view, user), text)
            told(f"search {noun}: {what}", opened(user, f"{address}?q={quote(text)}"), plain=plain)
    for what, text in SEARCHES["experts"]:
        told(f"search everything: {what}", opened(user, f"{reverse('pages:search')}?q={quote(text)}"))


def found_by_filter(view, rows, text):
    """Return the plain way to search: the condition itself in every COUNT."""
    from django.db.models import Q  # noqa: PLC0415 - after django.setup

    condition = Q()
    for name in view.search_fields:
        condition |= Q(**{f"{name}__icontains": text})
    return counted_by_offset(view, rows.filter(condition), view.sorts[0], 0)


def explorer(user, task, review):
    """Time the question who may be drawn, for everybody, and its page."""
    from django.urls import reverse  # noqa: PLC0415 - after django.setup

    from assignments.selectors.eligibility import expert_eligibility, firm_eligibility  # noqa: PLC0415

    told("eligibility of every firm", lambda: firm_eligibility(task, DAY), rounds=3)
    told("eligibility of every expert", lambda: expert_eligibility(review, DAY), rounds=3)
    firm_page, panel_page = (
        reverse("pages:eligibility-firm", args=[task.number]),
        reverse("pages:eligibility-panel", args=[review.pk]),
    )
    told("explorer page, firms", opened(user, f"{firm_page}?on={DAY}"), rounds=3)
    told("explorer page, experts", opened(user, f"{panel_page}?on={DAY}"), rounds=3)
    print(f"peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024} MB")


if __name__ == "__main__":
    main()
