"""Every list of the bureau answers for a past day, or the pages' README says why it does not."""

import re
from pathlib import Path

from django.urls import get_resolver

from faces.pages.shared.as_of import DatedList
from faces.pages.shared.lists import ListPage
from tests.guards.test_policies import walk

README = Path(__file__).parents[2] / "faces" / "pages" / "README.md"


def lists_of_the_bureau():
    """Return the list pages of the bureau by name."""
    found = {}
    for _route, entry in walk(get_resolver()):
        page = getattr(entry.callback, "view_class", None)
        if isinstance(page, type) and issubclass(page, ListPage) and page.audience == "bureau":
            found[entry.name] = page
    return found


def told():
    """Return the names of the lists in the README's table, by what it says of them."""
    text = README.read_text(encoding="utf-8")
    rows = re.findall(r"^\| (yes|no: [^|]+?) \| ([^|]+?) \|$", text, flags=re.MULTILINE)
    return {name: says for says, names in rows for name in re.findall(r"`([\w-]+)`", names)}


def test_readme_says_of_every_list_whether_it_takes_a_past_day():
    pages, says = lists_of_the_bureau(), told()

    assert len(pages) > 30
    assert set(says) == set(pages)
    assert {name for name, page in pages.items() if issubclass(page, DatedList)} == {
        name for name, words in says.items() if words == "yes"
    }
