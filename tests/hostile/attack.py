"""Hostile words for every form of every page, and a witness that a refused request left nothing behind."""

import re
import traceback
from collections import Counter
from urllib.parse import urlencode

from django import forms
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, transaction
from django.http import Http404
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext
from django.urls import get_resolver
from django.urls.converters import IntConverter

from assignments.enums import PlanAction, ReportTrackAction, TaskAction
from faces.pages.bureau.payments import STEPS
from faces.pages.shared.access import AudiencePage
from faces.pages.shared.objects import OneObject
from foundation.rulesets.rules import registered
from tests.guards.test_policies import walk

NUL, LONG, HUGE, NEGATIVE = "甲\x00乙", "甲" * 20_000, "9" * 40, "-1"
MARKED = "\u202e甲\u200f<script>alert(1)</script>'; DROP TABLE accounts_user; --"
TOO_MANY_BITS = "9223372036854775808"  # one more than 64 bits hold
FIRST_DAY, LAST_DAY, NO_DAY = "0001-01-01", "9999-12-31", "2020-02-30"
# Each value breaks another thing; a missing one is what ``attacks`` sends first, for all fields at once.
WORDS = (NUL, MARKED, LONG, HUGE)
NUMBERS = (HUGE, NEGATIVE, TOO_MANY_BITS, "NaN", "1e400", "²")
DAYS = (FIRST_DAY, LAST_DAY, NO_DAY, NUL)
CHOICES = (HUGE, NEGATIVE, NUL, MARKED)
PLACES = (
    '["\\u0000", "1"]',
    f'["{HUGE}"]',
    '["x", "x"]',
    '[null, "1"]',
    "[1]",
    "{",
)  # keys of pages, before their coding
QUERY_OF_ONE = (NUL, MARKED, HUGE, LAST_DAY)  # a page that is no list reads a day, a tab, where to go next
QUERY = (NUL, MARKED, LONG[:2000], HUGE, NEGATIVE, "²", TOO_MANY_BITS, FIRST_DAY, LAST_DAY)
COMMON = (
    "q",
    "sort",
    "export",
    "tab",
    "page",
    "next",
    "on",
    "state",
    "rule",
    "code",
    "body",
    "turn",
    "after",
    "before",
)
HONEST = {
    forms.BooleanField: "on",
    forms.DateField: "2020-06-01",
    forms.DateTimeField: "2020-06-01 09:00",
    forms.IntegerField: "1",
    forms.JSONField: "{}",
}
WAYS = {
    "plan-move": PlanAction.values,
    "task-move": TaskAction.values,
    "task-report": ReportTrackAction.values,
    "instalment-step": list(STEPS),
    "rule-propose": sorted(registered())[:3],
}
WRITE = re.compile(r"\s*(?:INSERT INTO|UPDATE|DELETE FROM)\s+\"?(\w+)", re.IGNORECASE)
NOT_FACTS = {"django_session"}  # what a browser is told next
PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj 2 0 obj<</Type/Pages/Kids[]/Count 0>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF"


def addresses(user):
    """Yield every address of a page that has something to show to this person."""
    for route, entry in walk(get_resolver()):
        page = getattr(entry.callback, "view_class", None)
        if not (isinstance(page, type) and issubclass(page, AudiencePage)):
            continue
        kinds = entry.pattern.converters
        known = found_by(page, user, dict.fromkeys(kinds, 1))
        if known is None:
            continue
        left = [name for name in kinds if name not in known]
        for way in [*WAYS.get(entry.name, ()), "x", HUGE] if left else [""]:
            rest = {name: 1 if isinstance(kinds[name], IntConverter) else way for name in left}
            yield filled(route, known | rest)


def filled(route, kwargs):
    """Return the address with its arguments."""
    return "/" + re.sub(r"<(?:\w+:)?(\w+)>", lambda found: str(kwargs[found.group(1)]), route)


def found_by(page, user, kwargs):
    """Return the argument that names the newest thing the page shows to this person; None where it lets nobody in."""
    request = RequestFactory().get("/")
    request.user, request.session, request.resolver_match = user, {}, None
    view = page()
    view.setup(request, **kwargs)
    if not view.may_enter():
        return None
    if not issubclass(page, OneObject) or not kwargs:
        return {}
    try:
        value = view.rows().order_by("-pk").first()
    except Http404:
        return {}
    if value is None:
        return {}
    for step in page.lookup.split("__"):  # ``task__number`` stands in the address as ``number``
        value = getattr(value, step)
    return {page.lookup.rsplit("__", maxsplit=1)[-1]: value}


def plausible(bound):
    """Return what an honest person might send for a field."""
    field = bound.field
    if isinstance(field, forms.FileField):
        return SimpleUploadedFile("报告.pdf", PDF, "application/pdf")
    if isinstance(field, forms.ModelChoiceField):
        found = [field.prepare_value(row) for row in field.queryset[:1]]
        return found if isinstance(field, forms.ModelMultipleChoiceField) else (found or [""])[0]
    if isinstance(field, forms.ChoiceField):
        return next((value for value, label in field.choices if value and not isinstance(label, list | tuple)), "")
    typed = next((value for kind, value in HONEST.items() if isinstance(field, kind)), None)
    return bound.value() or typed or "甲乙丙"[: getattr(field, "max_length", None) or 3]


def evil(field):
    """Return the hostile values for one field."""
    if isinstance(field, forms.FileField):
        return hostile_files()
    if isinstance(field, forms.DateField | forms.DateTimeField):
        return DAYS
    if isinstance(field, forms.IntegerField):
        return NUMBERS
    if isinstance(field, forms.ChoiceField | forms.ModelChoiceField | forms.BooleanField):
        return CHOICES
    return WORDS


def hostile_files():
    """Return files that nobody should take; tests/foundation/files has the rest."""
    return (
        SimpleUploadedFile("报告.pdf", b"MZ\x90\x00 not a pdf", "application/pdf"),
        SimpleUploadedFile("报告.pdf", b"", "application/pdf"),
        SimpleUploadedFile("../../etc/报告.pdf", b"%PDF-1.4 broken", "application/pdf"),
        SimpleUploadedFile("报告.docx", b"PK\x03\x04 broken", "application/zip"),
        SimpleUploadedFile("甲" * 300 + ".pdf", PDF, "application/pdf"),
        SimpleUploadedFile("a\u202efdp.exe", PDF, "application/pdf"),
        "not a file",
    )


def attacks(form):
    """Yield what to send: nothing, what an honest person sends, and that with one field hostile at a time."""
    honest = {bound.html_name: plausible(bound) for bound in form}
    yield {}
    yield honest
    for bound in form:
        for value in evil(bound.field):
            yield honest | {bound.html_name: value}


def names_in(page):
    """Return the names that an address of this page may carry."""
    return (*COMMON, *(facet.name for facet in getattr(page, "facets", ())))


def written(queries):
    """Return the tables in which rows were written and not taken back, by following the savepoints."""
    levels = [[]]
    for query in queries:
        sql = query["sql"]
        if sql.startswith("SAVEPOINT"):
            levels.append([])
        elif sql.startswith("RELEASE") and len(levels) > 1:
            done = levels.pop()
            levels[-1] += done
        elif sql.startswith("ROLLBACK TO"):
            levels[-1].clear()
        elif found := WRITE.match(sql):
            levels[-1].append(found.group(1))
    return Counter(table for level in levels for table in level if table not in NOT_FACTS)


def told(data):
    """Return what was sent, short enough to read."""
    return {key: str(value)[:40] for key, value in (data or {}).items()}


def where(exc_info):
    """Return what was raised, and in which line of ours."""
    kind, error, trace = exc_info
    ours = [frame for frame in traceback.extract_tb(trace) if "site-packages" not in frame.filename]
    return f"{kind.__name__}: {error}"[:200], f"{ours[-1].filename}:{ours[-1].lineno}" if ours else ""


class Attacker:
    """A signed-in person who means no good; ``faults`` says what went wrong."""

    def __init__(self, user):
        """Sign in; errors of the site are answers, not exceptions."""
        self.client = Client(raise_request_exception=False)
        self.client.force_login(user)
        self.user, self.faults, self.statuses = user, [], Counter()

    def send(self, method, path, data=None, *, query=None, keep=False):
        """Send one request, taken back afterwards unless told to ``keep``; note a 5xx and what a refusal left behind."""
        for value in (data or {}).values():
            if hasattr(value, "seek"):
                value.seek(0)
        address = f"{path}?{urlencode(query)}" if query else path
        with transaction.atomic(), CaptureQueriesContext(connection) as queries:
            response = getattr(self.client, method)(address, data)
            transaction.set_rollback(not keep)
        self.statuses[response.status_code] += 1
        if response.status_code >= 500:
            self.faults.append((address[:200], told(data), *where(response.exc_info)))
        elif response.status_code >= 400 and (left := written(queries.captured_queries)):
            self.faults.append((address[:200], told(data), f"{response.status_code}, and wrote {dict(left)}"))
        return response

    def form_at(self, path):
        """Return the form shown at an address, or None."""
        response = self.send("get", path, keep=True)  # an opinion is opened when its form is first shown
        form = response.context.get("form") if response.status_code == 200 and response.context else None
        return form if isinstance(form, forms.BaseForm) else None
