"""The imports page: upload, look at every fault, confirm; nobody else's files, nothing twice."""

from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from faces.exchange.demo.opening import FOLDER
from faces.exchange.exporters import workbook
from faces.exchange.models import ImportRun, RunStatus
from faces.exchange.runs import check_file, confirm, visible_to
from faces.exchange.sheets import SheetRefused
from foundation.accounts.enums import Role
from foundation.core.errors import TransitionRefused
from foundation.files.services import FileRefused
from foundation.taxonomy.models import Node
from tests.factories.foundation import UserFactory

pytestmark = pytest.mark.django_db
DAY = date(2020, 1, 6)
GOOD = (FOLDER / "specialties.xlsx").read_bytes()
HEADINGS = ("领域代码", "领域", "行业代码", "行业", "专业代码", "专业")


@pytest.fixture
def clerk():
    return UserFactory(role=Role.CLERK)


@pytest.fixture
def signed_in(client, clerk):
    client.force_login(clerk)
    return client


def upload(client, content, name="名单.xlsx", noun="specialties"):
    return client.post(reverse("pages:import-new"), {"noun": noun, "file": SimpleUploadedFile(name, content)})


def test_upload_then_confirm_imports_all_rows(signed_in):
    page = upload(signed_in, GOOD)
    run = ImportRun.objects.get()
    assert (page.status_code, run.status, Node.objects.count()) == (302, RunStatus.CHECKED, 0)
    assert "60行可以导入" in signed_in.get(page.url).content.decode()

    done = signed_in.post(reverse("pages:import-confirm", args=[run.pk]))

    run.refresh_from_db()
    assert (done.status_code, run.status, Node.objects.count()) == (302, RunStatus.IMPORTED, 90)
    assert signed_in.post(reverse("pages:import-confirm", args=[run.pk])).status_code == 409


def test_upload_shows_every_fault_at_its_place_and_cannot_be_confirmed(signed_in):
    rows = [["A", "城建", "A01", "市政", "A 0?1", "污水"], ["A", "城建", "A01", "市政", "", "道路"]]

    page = signed_in.get(upload(signed_in, workbook([("专业分类", HEADINGS, rows)])).url)

    text, run = page.content.decode(), ImportRun.objects.get()
    assert "2处错误待改" in text
    assert "A 0?1" in text
    assert "E 专业代码" in text
    assert signed_in.post(reverse("pages:import-confirm", args=[run.pk])).status_code == 409
    assert not Node.objects.exists()


@pytest.mark.parametrize(("content", "name"), [(b"hello", "a.xlsx"), (b"<svg/>", "a.svg"), (b"\xff\xff", "a.csv")])
def test_upload_of_no_spreadsheet_says_what_it_is_instead(signed_in, content, name):
    page = upload(signed_in, content, name)

    assert page.status_code == 409
    assert not ImportRun.objects.exists()


def test_upload_of_nothing_asks_for_a_file(signed_in):
    page = signed_in.post(reverse("pages:import-new"), {"noun": "plan"})

    assert page.status_code == 422


def test_empty_forms_can_be_taken_away(signed_in):
    found = signed_in.get(reverse("pages:import-template", args=["experts"]))

    assert (found.status_code, found.content[:2]) == (200, b"PK")
    assert signed_in.get(reverse("pages:import-template", args=["plan"])).status_code == 404


def test_imports_are_seen_by_the_own_bureau_alone(signed_in, client, clerk):
    upload(signed_in, GOOD)
    run = ImportRun.objects.get()

    stranger, reader = UserFactory(role=Role.CLERK), UserFactory(bureau=clerk.bureau, role=Role.SUPERVISOR)

    assert [visible_to(user).count() for user in (clerk, stranger, reader)] == [1, 0, 0]
    client.force_login(stranger)
    assert client.get(reverse("pages:import", args=[run.pk])).status_code == 404
    client.force_login(reader)
    assert client.get(reverse("pages:imports")).status_code == 403


@pytest.mark.parametrize("count", [1, 10])
def test_import_list_costs_the_same_queries_however_long(signed_in, clerk, count, django_assert_max_num_queries):
    ImportRun.objects.bulk_create(
        ImportRun(
            bureau=clerk.bureau, noun="firms", name=f"{n}.xlsx", sha256="0" * 64, status="FAULTY", uploaded_by=clerk
        )
        for n in range(count)
    )

    with django_assert_max_num_queries(9):
        assert signed_in.get(reverse("pages:imports")).status_code == 200


def test_check_file_refuses_kinds_it_does_not_know(clerk):
    facts = {"bureau": clerk.bureau, "by": clerk, "on": DAY}

    with pytest.raises((FileRefused, SheetRefused)):
        check_file(noun="firms", name="a.docm", content=b"PK\x03\x04", **facts)


def test_confirm_refuses_a_run_with_faults(clerk):
    content = workbook([("专业分类", HEADINGS, [["A"]])])
    run = check_file(bureau=clerk.bureau, noun="specialties", name="a.xlsx", content=content, by=clerk, on=DAY)

    with pytest.raises(TransitionRefused):
        confirm(run_=run, by=clerk, on=DAY)
