"""Every page that a person can reach by links: no error, no English on a Chinese page, nothing that axe calls serious."""

import re
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.urls import Resolver404, resolve

PASSWORD = "gongping-2020"
AUDIENCES = {
    "clerk": "/bureau/",
    "head": "/bureau/",
    "leader": "/bureau/",
    "admin": "/bureau/accounts/",
    "supervisor": "/supervisor/",
    "firm": "/firm/",
    "expert": "/expert/",
    "unit": "/unit/",
    "": "/public/",
}
AUDITED = set()  # addresses that axe has seen in this run, by whatever role
PER_NAME = 1  # pages visited of each address pattern
LEFT_ALONE = re.compile(
    r"logout|/accounts/|export=|\.pdf|\.json|\.py$|\.csv|setlang|/files?/|/record|/letter|/imports/templates/|/preview/|/report/$|/print/$"
)
# Words that are the same in Chinese text: names of formats, algorithms, products, the language switch.
SAME = re.compile(
    r"(?i)\b(english|gongping|sha-?256|md5|pdf|docx?|xlsx?|csv|json|python|https?|api|ppp|rfc3797|uscc|qr|void|verify_draw|recompute|"
    r"verify_journal|manage|py|txt|demo|unwitnessed|hash|token|zip|nonce|gongping-1|eval|h)\b"
)

# Addresses, codes of the journal (papers.issued 12) and what is quoted as JSON.
CODES = re.compile(r"\S+://\S+|\b[a-z_]+(?:\.[a-z_]+)+\b(?: \d+)?|\{.*\}")


def signed_in(open_page, site, username):
    page = open_page()
    page.goto(site + "/accounts/login/" if username else site + "/public/")
    if username:
        page.fill("input[name=login]", username)
        page.fill("input[name=password]", PASSWORD)
        page.press("input[name=password]", "Enter")
        page.wait_for_url(lambda url: "/login" not in url)
    return page


def pages_of(page, site, start):
    """Walk the links breadth first; yield every address once shown."""
    waiting, seen, counts = [start], {start}, {}
    while waiting:
        path = waiting.pop(0)
        try:
            name = resolve(urlsplit(path).path).view_name
        except Resolver404:
            pytest.fail(f"a page links to {path}, which is nobody's address")
        counts[name] = counts.get(name, 0) + 1
        if counts[name] > PER_NAME:
            continue
        answer = page.goto(site + path)
        yield path, answer
        for href in page.eval_on_selector_all("a[href]", "links => links.map(link => link.getAttribute('href'))"):
            link = urlsplit(href)
            target = link.path + (f"?{link.query}" if link.query else "")
            if link.scheme or link.netloc or not link.path.startswith("/") or LEFT_ALONE.search(target):
                continue
            if target not in seen:
                seen.add(target)
                waiting.append(target)


def english_in(text):
    text = SAME.sub("", CODES.sub("", text))
    return [
        line.strip()
        for line in text.splitlines()
        if re.search(r"(?:\b[A-Za-z]{3,}\b[ ,.]*){2,}", line) and "@" not in line
    ]


@pytest.mark.browser
@pytest.mark.parametrize("username", AUDIENCES, ids=lambda name: name or "stranger")
def test_every_reachable_page_is_sound(open_page, demo_site, username):
    page = signed_in(open_page, demo_site, username)
    errors, visited = [], 0
    page.on("pageerror", lambda error: errors.append(f"script: {error}"))

    for path, answer in pages_of(page, demo_site, AUDIENCES[username]):
        visited += 1
        if answer.status != 200:
            errors.append(f"{path}: {answer.status}")
            continue
        errors += [f"{path}: English: {line[:80]}" for line in english_in(page.inner_text("body"))]
        name = resolve(urlsplit(path).path).view_name
        if name in AUDITED:
            continue
        AUDITED.add(name)
        found = Axe().run(page)
        errors += [
            f"{path}: axe {each['id']}: {each['nodes'][0]['html'][:120]}"
            for each in found.response["violations"]
            if each["impact"] in {"serious", "critical"}
        ]

    assert errors == []
    assert visited >= 3
