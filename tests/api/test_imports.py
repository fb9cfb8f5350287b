"""Forms of imports over the API: the empty one of each kind, for who imports."""

import io

import pytest
from python_calamine import CalamineWorkbook

from faces.exchange.importing import NOUNS
from tests.factories.assignments import ExpertFactory, expert_user
from tests.factories.foundation import office

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("noun", sorted(NOUNS))
def test_template_of_each_kind_has_its_sheets_and_headings(client, noun):
    client.force_login(office()["clerk"])

    answer = client.get(f"/api/v1/import-runs/templates/{noun}/")

    assert answer.status_code == 200
    assert answer["Content-Disposition"] == f'attachment; filename="{noun}.xlsx"'
    book = CalamineWorkbook.from_filelike(io.BytesIO(answer.content))
    assert book.sheet_names == [part.layout.name for part in NOUNS[noun].parts]
    for part in NOUNS[noun].parts:
        (heads,) = book.get_sheet_by_name(part.layout.name).to_python()
        assert [head.rstrip("*") for head in heads] == [column.heading for column in part.layout.columns]


def test_nobody_else_gets_one_and_an_unknown_kind_is_not_there(client):
    people = office()
    client.force_login(people["clerk"])
    assert client.get("/api/v1/import-runs/templates/nothing/").status_code == 404
    client.force_login(expert_user(ExpertFactory(bureau=people["bureau"])))
    assert client.get("/api/v1/import-runs/templates/firms/").status_code == 403
