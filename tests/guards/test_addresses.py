"""Each page has a name of its own: of two with one name a link would reach whichever stands last."""

from collections import Counter

from django.urls import URLPattern, get_resolver

WITH_AND_WITHOUT = {"public-verify-file"}  # one view: the newest program, or one by its name


def names(resolver):
    for entry in resolver.url_patterns:
        if isinstance(entry, URLPattern):
            if entry.name:
                yield entry.name, str(entry.pattern)
        else:
            yield from names(entry)


def test_no_page_name_leads_to_two_addresses():
    pages = next(one for one in get_resolver().url_patterns if getattr(one, "namespace", "") == "pages")
    counts = Counter(name for name, _pattern in set(names(pages)))

    assert {name: count for name, count in counts.items() if count > 1 and name not in WITH_AND_WITHOUT} == {}
