"""Hostile words for every form of every page, and a witness that a refused request left nothing behind."""

import contextlib
import logging
import re
from collections import Counter
from datetime import date

from django import forms
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, transaction
from django.http import Http404
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext
from django.urls import URLPattern, get_resolver
from django.urls.converters import IntConverter

from faces.pages.shared.access import AudiencePage
from faces.pages.shared.objects import OneObject

NUL, RTL, LONG = "甲\x00乙", "\u202e甲\u200f乙", "甲" * 20_000
HTML, SQL = '<script>alert("甲")</script>', "甲'; DROP TABLE accounts_user; --"
HUGE, NEGATIVE, FRACTION = "9" * 40, "-1", "0.0000001"
FIRST_DAY, LAST_DAY, NO_DAY = "0001-01-01", "9999-12-31", "2020-02-30"
WORDS = ("", NUL, RTL, LONG, HTML, SQL, "=1+1", "²", "None")
NUMBERS = (HUGE, NEGATIVE, FRACTION, "9223372036854775808", "2147483648", "NaN", "Infinity", "1e400", "²", "٣", "x", "")
DAYS = (FIRST_DAY, LAST_DAY, NO_DAY, "-1", "", NUL)
CHOICES = ("99999999", HUGE, "-1", NUL, "²", "x", HTML, "")
WRITE = re.compile(r"\s*(?:INSERT INTO|UPDATE|DELETE FROM)\s+\"?(\w+)", re.IGNORECASE)
SAVE, RELEASE, BACK = (re.compile(one, re.IGNORECASE) for one in (r"SAVEPOINT", r"RELEASE SAVEPOINT", r"ROLLBACK TO"))
NOT_FACTS = {"django_session"}  # what a browser is told next
PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj 2 0 obj<</Type/Pages/Kids[]/Count 0>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF"


def patterns(resolver=None, route=""):
    """Yield (route, pattern) for every address of the site."""
    for entry in (resolver or get_resolver()).url_patterns:
        here = route + str(entry.pattern)
        if isinstance(entry, URLPattern):
            yield here, entry
        else:
            yield from patterns(entry, here)


def filled(route, kwargs):
    """Return the address with its arguments."""
    return "/" + re.sub(r"<(?:\w+:)?(\w+)>", lambda found: str(kwargs[found.group(1)]), route)


def objects_of(page, user, session, count, kwargs):
    """Return the first objects that the page would find for this person."""
    request = RequestFactory().get("/")
    request.user, request.session, request.resolver_match = user, session, None
    view = page()
    view.setup(request, **kwargs)
    if not view.may_enter():
        return []
    try:
        return list(view.rows().order_by("-pk")[:count])
    except Http404:
        return []


def known_of(one, lookup, names):
    """Return the argument by which the address names the object; ``task__number`` stands there as ``number``."""
    if one is None:
        return {}
    value = one
    for step in lookup.split("__"):
        value = getattr(value, step)
    name = lookup if lookup in names else lookup.rsplit("__", 1)[-1]
    return {name: value} if name in names else {}


SLUGS = ("ARCHIVE", "archive", "SUBMIT", "CLOSE", "REOPEN", "ask", "pay", "settle", "x", "ISSUE", "firms", "experts")


def addresses(user, session, *, count=1):
    """Yield (name, address) of every page of ours that has something to show to this person."""
    for route, entry in patterns():
        page = getattr(entry.callback, "view_class", None)
        if not (isinstance(page, type) and issubclass(page, AudiencePage)):
            continue
        names = list(entry.pattern.converters)
        request = RequestFactory().get("/")
        request.user = user
        view = page()
        view.setup(request, **dict.fromkeys(names, 1))
        if not view.may_enter():
            continue
        if not names:
            yield entry.name, "/" + route
            continue
        lookup = getattr(page, "lookup", "")
        found = objects_of(page, user, session, count, dict.fromkeys(names, 1)) if issubclass(page, OneObject) else [None]
        for one in found:
            known = known_of(one, lookup, names)
            left = [name for name in names if name not in known]
            if not left:
                yield entry.name, filled(route, known)
            for slug in SLUGS if left else ():
                values = {name: 1 if isinstance(entry.pattern.converters[name], IntConverter) else slug for name in left}
                yield entry.name, filled(route, known | values)


def plausible(bound):
    """Return what an honest person might send for a field."""
    field, given = bound.field, bound.initial
    if isinstance(field, forms.FileField):
        return SimpleUploadedFile("报告.pdf", PDF, "application/pdf")
    if isinstance(field, forms.ModelMultipleChoiceField):
        return [row.pk for row in field.queryset[:1]]
    if isinstance(field, forms.ModelChoiceField):
        row = field.queryset.first()
        return "" if row is None else field.prepare_value(row)
    if isinstance(field, forms.ChoiceField):
        pairs = [value for value, label in field.choices if not isinstance(label, (list, tuple)) and str(value)]
        return pairs[0] if pairs else ""
    if isinstance(field, forms.BooleanField):
        return "on"
    if given not in (None, ""):
        return bound.value() if bound.value() is not None else ""
    if isinstance(field, forms.DateField):
        return date(2020, 6, 1).isoformat()
    if isinstance(field, forms.DateTimeField):
        return "2020-06-01 09:00"
    if isinstance(field, (forms.IntegerField, forms.DecimalField)):
        return str(max(field.min_value or 1, 1))
    if isinstance(field, forms.JSONField):
        return "{}"
    return "甲乙丙"[: getattr(field, "max_length", None) or 3]


def evil(field):
    """Return the hostile values for one field."""
    if isinstance(field, forms.FileField):
        return hostile_files()
    if isinstance(field, (forms.DateField, forms.DateTimeField)):
        return DAYS
    if isinstance(field, (forms.IntegerField, forms.DecimalField)):
        return NUMBERS
    if isinstance(field, (forms.ChoiceField, forms.ModelChoiceField, forms.BooleanField)):
        return CHOICES
    return (*WORDS, HUGE, NEGATIVE)


def hostile_files():
    """Return files that nobody should take."""
    return (
        SimpleUploadedFile("报告.pdf", b"MZ\x90\x00 not a pdf", "application/pdf"),
        SimpleUploadedFile("报告.pdf", b"", "application/pdf"),
        SimpleUploadedFile("../../etc/报告.pdf", b"%PDF-1.4 broken", "application/pdf"),
        SimpleUploadedFile("报告.html", b"<script>1</script>", "text/html"),
        SimpleUploadedFile("报告.docx", b"PK\x03\x04 broken", "application/zip"),
        SimpleUploadedFile("甲" * 300 + ".pdf", PDF, "application/pdf"),
        SimpleUploadedFile("a\u202efdp.exe", PDF, "application/pdf"),
        "not a file",
    )


def attacks(form):
    """Yield (what, data): one field hostile at a time, the others as an honest person would fill them; and nothing at all."""
    yield "nothing", {}
    honest = {bound.html_name: plausible(bound) for bound in form}
    yield "honest", honest
    for bound in form:
        for value in evil(bound.field):
            yield f"{bound.name}={str(value)[:20]!r}", honest | {bound.html_name: value}


def written(queries):
    """Return the tables in which rows were written and not taken back."""
    stack = [[]]
    for query in queries:
        sql = query["sql"]
        if RELEASE.match(sql):
            if len(stack) > 1:
                done = stack.pop()
                stack[-1] += done
        elif BACK.match(sql):
            stack[-1].clear()
        elif SAVE.match(sql):
            stack.append([])
        elif found := WRITE.match(sql):
            stack[-1].append(found.group(1))
    return Counter(table for level in stack for table in level if table not in NOT_FACTS)


class Attacker:
    """A signed-in person who means no good; ``faults`` says what went wrong."""

    def __init__(self, user):
        """Sign in; errors of the site are answers, not exceptions."""
        self.client = Client(raise_request_exception=False)
        self.client.force_login(user)
        self.user, self.faults, self.sent = user, [], 0

    def send(self, method, path, what, data=None, **more):
        """Send one request, taken back afterwards; note a 5xx and what a refusal left behind."""
        self.sent += 1
        for value in (data or {}).values():
            if hasattr(value, "seek"):
                value.seek(0)
        logging.getLogger("django.request").setLevel(logging.CRITICAL)
        with transaction.atomic(), CaptureQueriesContext(connection) as queries:
            self.client.exc_info = None
            try:
                response = getattr(self.client, method)(path, data, **more)
            except Exception as error:  # noqa: BLE001 - the fault is what is looked for
                self.faults.append((path, what, f"{type(error).__name__}: {str(error)[:200]}"))
                response = None
            transaction.set_rollback(True)
        if response is None:
            return None
        if response.status_code >= 500:
            kind, error, trace = response.exc_info if getattr(response, "exc_info", None) else (None, None, None)
            place = ""
            while trace:
                frame = trace.tb_frame
                name = frame.f_code.co_filename
                if "/.venv/" not in name and "site-packages" not in name:
                    place = f"{name}:{trace.tb_lineno}"
                trace = trace.tb_next
            self.faults.append((path, what, f"{response.status_code} {kind.__name__ if kind else ''}: {str(error)[:160]} @ {place}"))
        elif response.status_code >= 400 and (left := written(queries.captured_queries)):
            self.faults.append((path, what, f"{response.status_code} and wrote {dict(left)}"))
        return response

    def form_at(self, path):
        """Return the form shown at an address, or None."""
        response = self.send("get", path, "opened")
        if response is None or response.status_code != 200 or not getattr(response, "context", None):
            return None
        with contextlib.suppress(KeyError):
            form = response.context["form"]
            return form if isinstance(form, forms.BaseForm) else None
        return None

QUERY = (NUL, RTL, LONG[:3000], HTML, SQL, HUGE, NEGATIVE, "²", "٣", "9223372036854775808", FIRST_DAY, "甲 " * 40, "%00", "[]", "WzFd", "WyIxIl0", "W251bGwsICIxIl0", "WyJcdTAwMDAiLCAiMSJd", "WyI5OTk5OTk5OTk5OTk5OTk5OTk5OTk5Il0", "WyJ4IiwgIngiXQ", "true")
COMMON = ("q", "sort", "after", "before", "export", "tab", "page", "next", "year", "body", "work_year")


def queries_for(page):
    """Return the names that an address of this page may carry."""
    return (*COMMON, *(facet.name for facet in getattr(page, "facets", ())))
