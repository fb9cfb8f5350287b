"""List pages: facets, search, pages, bulk actions, export."""

import io
import zipfile

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from faces.exchange.sheets import read
from faces.pages.shared import lists
from faces.pages.shared.among import among
from faces.pages.shared.facets import COUNT_LIMIT, UNFOLDED, Facet, FacetGroup, FacetOption, facet_group
from foundation.accounts.models import User
from foundation.core.cells import neutral

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.pages.shared.urls")]


@pytest.fixture
def people(bureau):
    return [
        User.objects.create(username=f"p{n}", name=f"Person {n}", bureau=bureau, is_demo=n == 1) for n in range(1, 4)
    ]


def names(response):
    return [user.username for user in response.context["object_list"]]


def test_list_pages_forwards_and_back(desk, people):
    first = desk.get("/people/")
    second = desk.get(first.context["next_url"])
    again = desk.get(second.context["previous_url"])

    assert [names(first), names(second), names(again)] == [["clerk", "p1"], ["p2", "p3"], ["clerk", "p1"]]
    assert (first.context["previous_url"], second.context["next_url"]) == ("", "")


def test_facets_narrow_count_the_other_conditions_and_offer_to_take_them_away(desk, people):
    response = desk.get("/people/?q=person&is_demo=False")
    group = response.context["facets"][0]

    assert names(response) == ["p2", "p3"]
    assert [(option.label, option.count, option.checked) for option in group.options] == [
        ("demo people", 1, False),
        ("real people", 2, True),
    ]
    assert [chip.url for chip in response.context["chips"]] == ["/people/?is_demo=False", "/people/?q=person"]


def test_facet_value_without_sense_keeps_nothing(desk, people):
    assert names(desk.get("/people/?is_demo=perhaps")) == []


def test_facet_counts_stop_at_the_limit_in_one_query(db, django_assert_num_queries):
    User.objects.bulk_create(User(username=f"u{n}", name="x", is_demo=n == 0) for n in range(COUNT_LIMIT + 5))
    facet = Facet("is_demo", "Demo", ((True, "yes"), (False, "no")))

    with django_assert_num_queries(1):
        group = facet_group(facet, seen=User.objects.all(), others=User.objects.all(), wanted=[])

    assert [option.count_text for option in group.options] == ["1", "1,000+"]
    assert FacetOption("x", "x", COUNT_LIMIT, checked=False).count_text == "1,000"


def test_facet_over_many_keeps_each_row_once(bureau):
    twice = User.objects.create(username="twice", name="x", bureau=bureau)
    for role in ("CLERK", "EXPERT"):
        twice.grants.create(bureau=bureau, role=role, started_on="2020-01-01")
    facet = Facet("role", "Role", (("CLERK", "clerk"),), lookup="grants__role", many=True)

    assert list(facet.narrow(User.objects.all(), ["CLERK", "EXPERT"])) == [twice]


@pytest.mark.parametrize("limit", [1, 2, 20_000])
def test_search_looks_once_and_says_the_same_however_many_fit(desk, people, monkeypatch, limit):
    monkeypatch.setattr(lists, "FOUND_LIMIT", limit)

    with CaptureQueriesContext(connection) as asked:
        response = desk.get("/people/?q=person")

    group = response.context["facets"][0]
    assert names(response) == ["p1", "p2"]
    assert (response.context["total"], [option.count for option in group.options]) == (3, [1, 2])
    looked = [query for query in asked if "LIKE" in query["sql"]]
    assert len(looked) == (3 if limit < len(people) else 1)  # beyond the limit page and counts look by themselves


def test_search_that_finds_nobody_shows_nobody(desk, people):
    response = desk.get("/people/?q=nobody-at-all")

    assert names(response) == []
    assert [option.count for option in response.context["facets"][0].options] == [0, 0]


def test_among_keeps_the_keys_it_is_given_and_takes_more_than_a_query_has_parameters(people):
    keys = [people[0].pk, people[2].pk]

    assert list(among(User.objects.order_by("pk"), keys)) == [people[0], people[2]]
    assert among(User.objects.all(), [*keys, *range(10**6, 10**6 + 300_000)]).count() == 2
    assert not among(User.objects.all(), []).exists()


def test_hidden_rows_are_neither_shown_counted_nor_exported(desk, bureau):
    User.objects.create(username="hidden", name="Secret Person", bureau=bureau, is_demo=True)

    page = desk.get("/people/?q=secret")
    export = desk.get("/people/?export=csv")

    assert names(page) == []
    assert page.context["facets"][0].options[0].count == 0
    assert "Secret" not in page.content.decode().replace('value="secret"', "")
    assert "Secret" not in export.content.decode()


def test_export_gives_every_narrowed_row_with_the_columns_of_the_page(desk, people, bureau):
    User.objects.create(username="p4", name="=HYPERLINK(1)", bureau=bureau)

    response = desk.get("/people/?is_demo=False&export=csv")

    assert response.headers["Content-Disposition"] == 'attachment; filename="list.csv"'
    lines = response.content.decode("utf-8-sig").splitlines()
    assert lines[0] == "Account,Name,Demo,Bureau"
    assert [line.split(",")[0] for line in lines[1:]] == ["clerk", "p2", "p3", "p4"]
    assert lines[4].split(",")[1] == "'=HYPERLINK(1)"


@pytest.mark.edge("E56")
def test_export_as_csv_keeps_the_digits_that_a_spreadsheet_would_lose(desk, bureau):
    for name in ("00123", "370112199001010013", "1E5", "2020", "12.50"):
        User.objects.create(username=f"n{name[:4]}", name=name, bureau=bureau)

    response = desk.get("/people/?export=csv")

    said = [line.split(",")[1] for line in response.content.decode("utf-8-sig").splitlines()]
    assert {"\t00123", "\t370112199001010013", "\t1E5", "2020", "12.50"} <= set(said)
    again = [line.at(1).text for line in read(response.content, "list.csv")[0].lines]
    assert {"00123", "370112199001010013", "1E5"} <= set(again)


def test_export_gives_all_rows_of_a_long_list(desk, bureau):
    User.objects.bulk_create(User(username=f"m{n}", name="演示", bureau=bureau) for n in range(2_500))

    rows = desk.get("/people/?q=演示&export=csv").content.decode("utf-8-sig").splitlines()

    assert len(rows) == 2_501


@pytest.mark.edge("E56")
def test_export_as_workbook_holds_the_same_rows_as_text(desk, people, bureau):
    User.objects.create(username="p4", name="=HYPERLINK(1)", bureau=bureau)

    response = desk.get("/people/?is_demo=False&export=xlsx")

    lines = read(response.content, "list.xlsx")[0].lines
    assert response.headers["Content-Disposition"] == 'attachment; filename="list.xlsx"'
    assert [line.at(0).text for line in lines] == ["Account", "clerk", "p2", "p3", "p4"]
    assert lines[4].at(1).text == "'=HYPERLINK(1)"
    assert b"<f>" not in zipfile.ZipFile(io.BytesIO(response.content)).read("xl/worksheets/sheet1.xml")


@pytest.mark.parametrize(
    ("text", "safe"),
    [("=1", "'=1"), ("@a", "'@a"), ("-5.2", "-5.2"), ("-a", "'-a"), ("+8613", "+8613"), ("a=1", "a=1")],
)
def test_neutral_text_never_starts_a_formula(text, safe):
    assert neutral(text) == safe


def test_bulk_action_acts_on_visible_ticked_rows_only(desk, people, bureau):
    hidden = User.objects.create(username="hidden", name="x", bureau=bureau)

    response = desk.post("/people/?q=p", {"action": "greet", "row": [people[0].pk, hidden.pk, "x"]}, follow=True)

    assert [str(message) for message in response.context["messages"]] == ["王砚清 greeted 1"]
    assert response.redirect_chain == [("/people/?q=p", 302)]


def test_bulk_action_beyond_ones_capability_is_refused_and_not_offered(desk, people):
    page = desk.get("/people/")
    answer = desk.post("/people/", {"action": "approve", "row": [people[0].pk]})

    assert [action.name for action in page.context["bulk_actions"]] == ["greet"]
    assert answer.status_code == 403


def test_list_costs_the_same_at_one_and_three_rows(desk, clerk, bureau):
    def queries():
        with CaptureQueriesContext(connection) as seen:
            desk.get("/people/?q=person")
        return len(seen)

    User.objects.create(username="p1", name="Person 1", bureau=bureau)
    queries()
    one = queries()
    for n in (2, 3):
        User.objects.create(username=f"p{n}", name=f"Person {n}", bureau=bureau)

    assert one == queries()
    assert one <= 8


def test_row_leads_to_its_page_and_short_cells_stay_on_one_line(desk, bureau):
    User.objects.create(username="p1", name="很长很长很长很长很长很长的姓名", bureau=bureau)

    page = desk.get("/people/?q=p1").content.decode()

    assert '<th scope="row" class="key-c nb"><a href="/people/p1/">p1</a></th>' in page
    assert '<td data-th="Name" class="long">很长' in page


def test_list_says_how_many_rows_it_shows(desk, people):
    assert desk.get("/people/").context["total"] == 4
    assert desk.get("/people/?is_demo=True").context["total"] == 1


def test_long_facet_shows_what_is_ticked_and_the_first_that_keep_a_row():
    options = tuple(FacetOption(str(n), str(n), count=n % 2, checked=n == 0) for n in range(30))
    group = FacetGroup("f", "F", options)

    assert [option.value for option in group.open_options] == ["0", *(str(n) for n in range(1, 14, 2))]
    assert len(group.open_options) == UNFOLDED
    assert len(group.open_options) + len(group.folded_options) == len(options)


def test_short_facet_folds_nothing():
    group = FacetGroup("f", "F", tuple(FacetOption(str(n), str(n), count=0, checked=False) for n in range(UNFOLDED)))

    assert (len(group.open_options), group.folded_options) == (UNFOLDED, [])


def test_empty_list_offers_nothing_to_narrow_but_an_empty_answer_does(desk, bureau):
    User.objects.exclude(username="clerk").delete()
    User.objects.filter(username="clerk").update(username="hidden")

    assert 'class="fac"' not in desk.get("/people/").content.decode()
    assert 'class="fac"' in desk.get("/people/?q=nobody").content.decode()


def test_narrowing_and_clearing_leave_the_chosen_view(desk, people):
    page = desk.get("/people/?scope=all&q=p&sort=seen")

    assert '<input type="hidden" name="scope" value="all">' in page.content.decode()
    assert page.context["clear_url"] == "/people/?scope=all"
