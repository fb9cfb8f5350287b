"""Who reads which field of which noun: one reviewed table, canaries, and filters that tell nothing."""

import pytest
from django.core.files.base import ContentFile
from django.urls import reverse

from assignments.enums import AssignmentStatus
from faces.api.urls import router
from foundation.accounts.enums import Role
from reviews.enums import RatingStatus
from tests.api.fields import FIELDS
from tests.api.world import DRAFT, EXPERT, HIDDEN_ROUTE, ID_NUMBER, PHONE, RAW, more, new_world
from tests.factories.assignments import firm_user
from tests.factories.foundation import RoleGrantFactory, UserFactory

pytestmark = pytest.mark.django_db
NOUNS = [name for name, _view, _basename in router.registry]

# Noun → the fields that the bureau reads and the readers below do not. A noun that is missing here has one key set.
BUREAU_ONLY = {
    "accounts": set(),
    "organisations": {"phone", "legal_person"},
    "persons": {"email", "born_on"},
    "employments": {"source"},
    "firm-undertakings": {"accepted_by"},
    "experts": {"guest_for", "is_civil_servant"},
    "credit-events": {"recorded_by", "evidence"},
    "tasks": {
        "fee_limit_cents", "route", "route_reason", "framework_way", "procurement_item", "firm_track", "section",
        "clerk_name",
    },
    "draws": {"previews"},
    "batches": {"looks", "void_words"},
    "assignments": {"reason", "position", "decline_counts", "void_words", "replaces"},
    "commissions": {"end_reason"},
    "declarations": {"entered_by_name"},
    "instalments": {"request_number", "held_from", "hold_reason"},
    "versions": {
        "checks", "internally_reviewed_by", "submitted_by_name", "words", "return_words", "file_name", "sign_off",
    },
    "comments": {"entered_by_name"},
    "papers": {"void_reason", "subject_kind", "subject_id"},
    "opinions": {"expert_name"},
    "ratings": {"re_review", "earlier"},
    "appeals": {"filed_by_name", "decided_by_name"},
    "rectifications": {"asked_by_name"},
    "appraisals": {"confirmed_by_name"},
    "sanctions": {"proposed_by_name", "decided_by_name"},
    "liftings": {"asked_by_name", "answered_by_name"},
    "conflicts": {
        "source", "letter", "file", "reported_by_name", "decided_by_name", "reply_words", "credit_event",
    },
}  # fmt: skip
# What the makers of a report read beside the bureau.
FIRM_READS = {
    "firm-undertakings": {"accepted_by"},
    "instalments": {"hold_reason"},
    "versions": BUREAU_ONLY["versions"],
}
# Noun → rows that each outsider reads of one full turn of the world; what is missing is none.
ROWS = {
    "firm_user": {
        "conflicts": 1,
        "accounts": 1, "bureaus": 1, "organisations": 1, "firms": 1, "qualifications": 1, "lead-evaluators": 1,
        "practitioners": 1, "staff-changes": 1, "branches": 1, "firm-undertakings": 1, "confirmations": 1, "credit-events": 1, "tasks": 1, "assignments": 1,
        "commissions": 1, "instalments": 1, "versions": 1, "comments": 1, "clock-stops": 1, "papers": 1, "contacts": 1,
        "relations": 1, "declarations": 1,
    },
    "expert_user": {
        "accounts": 1, "bureaus": 1, "persons": 1, "employments": 2, "experts": 1, "expert-specialties": 1,
        "specialty-asks": 1, "admission-checks": 1,
        "standing-recusals": 1, "unavailabilities": 1, "expert-undertakings": 1, "renewals": 1, "attendances": 1, "certificates": 1,
        "tasks": 1, "re-reviews": 1, "assignments": 1, "opinions": 1, "panel-opinions": 1, "sanctions": 1,
        "liftings": 1, "declarations": 1,
    },
    "unit_user": {
        "accounts": 1, "bureaus": 1, "organisations": 1, "units": 1, "projects": 1, "self-evaluations": 1,
        "targets": 1, "monitorings": 1, "pilots": 1, "attendances": 1, "certificates": 1, "tasks": 1, "versions": 1,
        "comments": 1, "rectifications": 1, "contacts": 1,
    },
}  # fmt: skip
OPEN_TO_ALL = {
    "rule-sets", "measures", "specialties", "rubrics", "rubric-versions", "indicators", "courses", "sessions",
    "public-notices",
}  # fmt: skip


@pytest.fixture
def world():
    found = new_world()
    found.row = more(found)
    found.other = more(found)
    return found


def rows_of(client, user, noun):
    client.force_login(user)
    response = client.get(f"/api/v1/{noun}/")
    return response.json()["results"] if response.status_code == 200 else None


@pytest.mark.parametrize("who", ["firm_user", "expert_user", "unit_user"])
@pytest.mark.parametrize("noun", NOUNS)
def test_outsider_reads_the_rows_of_the_table_and_no_others(client, world, who, noun):
    rows = rows_of(client, getattr(world.row, who), noun)

    if noun in OPEN_TO_ALL:
        assert rows
    else:
        assert len(rows or []) == ROWS[who].get(noun, 0)


@pytest.mark.parametrize("noun", NOUNS)
def test_bureau_reads_exactly_the_reviewed_fields(client, world, noun):
    row = rows_of(client, world.everybody, noun)[0]

    assert " ".join(row) == FIELDS[noun]
    for name, value in row.items():
        inner = value[0] if isinstance(value, list) and value else value
        if isinstance(inner, dict) and f"{noun}.{name}" in FIELDS:
            assert sorted(inner) == sorted(FIELDS[f"{noun}.{name}"].split())  # a JSON column keeps no order


@pytest.mark.parametrize("who", ["firm_user", "expert_user", "unit_user"])
@pytest.mark.parametrize("noun", NOUNS)
def test_fields_are_those_of_the_table(client, world, who, noun):
    whole = set(rows_of(client, world.everybody, noun)[0])
    hidden = set(BUREAU_ONLY.get(noun, ()))
    if noun == "accounts":
        hidden = {"has_temporary_password"}
    if who == "firm_user":
        hidden -= FIRM_READS.get(noun, set())
    rows = rows_of(client, getattr(world.row, who), noun)

    assert hidden <= whole
    assert [set(row) for row in rows or []] == [whole - hidden] * len(rows or [])


def everything(client, user, world):
    """Return all that ``user`` can read: every list, every detail, every reading verb, as one text."""
    client.force_login(user)
    found = [client.get("/api/v1/accounts/me/")]
    found += [client.get(f"/api/v1/{noun}/?page_size=200") for noun in NOUNS]
    for row in (world.row, world.other):
        for noun, key in (
            ("tasks", row.task.number), ("draws", row.draw.pk), ("ratings", row.rating.pk), ("opinions", row.opinion.pk),
            ("opinions", row.draft.pk), ("commissions", row.commission.pk), ("versions", row.version.pk),
            ("assignments", row.seat.pk), ("assignments", row.assignment.pk), ("re-reviews", row.re_review.pk),
            ("persons", row.expert.person_id), ("experts", row.expert.pk), ("firms", row.firm.pk),
        ):  # fmt: skip
            found.append(client.get(f"/api/v1/{noun}/{key}/"))
        found += [
            client.get(f"/api/v1/draws/{row.draw.pk}/record/"),
            client.get(f"/api/v1/ratings/{row.rating.pk}/document/"),
            client.get(f"/api/v1/ratings/{row.rating.pk}/findings/"),
        ]
    found.append(client.get("/api/v1/years/2020/summary/"))
    return "\n".join(response.content.decode() for response in found)


SEALED = [ID_NUMBER, "种子金丝雀", "密文金丝雀", "名单金丝雀", "99887", "f" * 64, "pbkdf2", "id_sealed", "phone_sealed"]
NEVER = {
    "everybody": [*SEALED, DRAFT],
    "firm_user": [*SEALED, DRAFT, PHONE, EXPERT, RAW, HIDDEN_ROUTE, "约谈金丝雀", "指定理由金丝雀", "特邀金丝雀", "法人金丝雀"],
    "expert_user": [*SEALED, DRAFT, PHONE, RAW, HIDDEN_ROUTE, "内部说明金丝雀", "约谈金丝雀", "指定理由金丝雀", "法人金丝雀", f"{EXPERT}乙", "66554433"],
    "unit_user": [*SEALED, DRAFT, PHONE, RAW, HIDDEN_ROUTE, "内部说明金丝雀", "约谈金丝雀", "指定理由金丝雀", "法人金丝雀", f"{EXPERT}乙", "66554433"],
}  # fmt: skip


@pytest.mark.parametrize("who", NEVER)
def test_canaries_are_in_no_byte_they_may_not_be_in(client, world, who):
    user = world.everybody if who == "everybody" else getattr(world.row, who)

    read = everything(client, user, world)

    assert [word for word in NEVER[who] if word in read] == []


def test_canaries_would_be_seen(client, world):
    read = everything(client, world.everybody, world)

    assert [
        word
        for word in (PHONE, EXPERT, RAW, HIDDEN_ROUTE, "约谈金丝雀", "内部说明金丝雀", "66554433")
        if word not in read
    ] == []
    assert DRAFT in everything(client, world.row.second_user, world)


@pytest.mark.parametrize(
    "noun", ["tasks", "commissions", "versions", "ratings", "assignments", "draws", "firms", "instalments"]
)
def test_firm_never_reads_another_firms(client, world, noun):
    rows = {row["number"] if noun == "tasks" else row["id"] for row in rows_of(client, world.everybody, noun)}
    mine = {row["number"] if noun == "tasks" else row["id"] for row in rows_of(client, world.row.firm_user, noun)}

    assert rows - mine
    for key in rows - mine:
        response = client.get(f"/api/v1/{noun}/{key}/")
        assert (response.status_code, response.json()["code"]) == (404, "not_found")


def test_hidden_and_missing_look_alike(client, world):
    client.force_login(world.row.firm_user)

    hidden = client.get(f"/api/v1/commissions/{world.other.commission.pk}/")
    missing = client.get("/api/v1/commissions/987654/")

    assert hidden.content == missing.content
    assert hidden.status_code == missing.status_code == 404


def test_firm_reads_its_rating_once_it_was_told_and_findings_without_names(client, world):
    rating = world.row.rating
    client.force_login(world.row.firm_user)
    assert client.get(f"/api/v1/ratings/{rating.pk}/").status_code == 404
    assert client.get(f"/api/v1/ratings/{rating.pk}/findings/").status_code == 404
    rating.status = RatingStatus.TOLD
    rating.save()

    told = client.get(f"/api/v1/ratings/{rating.pk}/")
    findings = client.get(f"/api/v1/ratings/{rating.pk}/findings/")

    assert told.json()["raw"] == RAW
    assert "earlier" not in told.json()
    assert [one["words"] for one in findings.json()] == ["one", "two"]
    assert EXPERT not in told.content.decode() + findings.content.decode()
    assert client.get(f"/api/v1/ratings/{rating.pk}/document/").status_code == 403


def test_drawn_expert_sees_nothing_before_he_is_told(client, world):
    seat = world.row.seat
    seat.status = AssignmentStatus.DRAWN
    seat.save()
    client.force_login(world.row.expert_user)

    assert client.get(f"/api/v1/assignments/{seat.pk}/").status_code == 404
    assert rows_of(client, world.row.expert_user, "re-reviews") == []
    assert rows_of(client, world.row.expert_user, "tasks") == []


@pytest.mark.parametrize(
    ("noun", "query"),
    [
        ("tasks", "route=DRAW"), ("tasks", "firm_track=NONE"), ("tasks", "clerk__name=x"), ("tasks", "route_reason=x"),
        ("persons", "id_index=x"), ("persons", "born_on=1970-01-01"), ("draws", "seed=x"), ("opinions", "conclusion=x"),
        ("ratings", "raw=777/13"), ("assignments", "expert__person__name=x"), ("versions", "ordering=submitted_by"),
        ("tasks", "search=x"), ("tasks", "ordering=-fee_limit_cents"),
    ],
)  # fmt: skip
def test_filter_on_what_the_reader_may_not_see_is_400(client, world, noun, query):
    client.force_login(world.row.firm_user)

    response = client.get(f"/api/v1/{noun}/?{query}")

    assert response.status_code == 400
    assert list(response.json()["errors"]) == [query.split("=", maxsplit=1)[0]]


def test_answers_do_not_change_with_what_is_hidden(client, world):
    """An oracle would show a difference: the same bytes whatever the hidden values are."""
    firm, expert = world.row.firm_user, world.row.expert_user
    queries = [f"/api/v1/{noun}/{query}" for noun in NOUNS for query in ("", "?page_size=1")]
    queries += [
        f"/api/v1/tasks/?unit={world.other.unit.pk}", f"/api/v1/assignments/?expert={world.row.expert.pk}",
        f"/api/v1/ratings/?task={world.row.task.pk}", "/api/v1/ratings/?grade=GOOD", "/api/v1/ratings/?status=CONFIRMED",
        f"/api/v1/opinions/?re_review={world.row.re_review.pk}&status=DRAFT",
        f"/api/v1/sanctions/?firm={world.row.firm.pk}", f"/api/v1/appraisals/?firm={world.row.firm.pk}",
    ]  # fmt: skip

    def read():
        found = []
        for user in (firm, expert):
            client.force_login(user)
            found += [client.get(query).content for query in queries]
        return found

    before = read()
    type(world.row.rating).objects.update(raw="1/1", grade="UNQUALIFIED", status=RatingStatus.ADJUSTED)
    type(world.row.task).objects.update(fee_limit_cents=1, route_reason="anders", route="DIRECT", firm_track="RATED")
    type(world.row.draft).objects.filter(pk=world.row.draft.pk).update(conclusion="anders")
    type(world.other.task).objects.filter(pk=world.other.task.pk).update(title="anders")
    type(world.other.expert.person).objects.filter(pk=world.other.expert.person_id).update(name="anders")

    assert read() == before


def test_file_is_read_through_what_owns_it(client, world):
    version = world.row.version
    file = version.file
    file.owner_kind, file.owner_id, file.original_name = "delivery.reportversion", version.pk, "张三的报告.docx"
    file.content.save("x.docx", ContentFile(b"bytes"), save=True)
    address = reverse("api:file", args=[file.pk])

    def get(user):
        client.force_login(user)
        return client.get(address)

    inside, own, unit = get(world.everybody), get(world.row.firm_user), get(world.row.unit_user)
    assert [b"".join(answer.streaming_content) for answer in (inside, own, unit)] == [b"bytes"] * 3
    assert "%E5%BC%A0" in inside["Content-Disposition"]
    assert "%E5%BC%A0" not in unit["Content-Disposition"]
    assert inside["X-Content-Type-Options"] == "nosniff"
    assert get(firm_user(world.other.firm)).status_code == 404
    assert get(world.row.expert_user).status_code == 404
    assert client.get("/api/v1/files/987654/").content == get(firm_user(world.other.firm)).content


def test_business_section_reads_its_units_without_how_the_firm_was_found(client, world):
    user = UserFactory(bureau=world.bureau)
    RoleGrantFactory(user=user, bureau=world.bureau, role=Role.BUSINESS_SECTION, section=world.section)

    rows = rows_of(client, user, "tasks")

    assert len(rows) == 2
    assert not BUREAU_ONLY["tasks"] & set(rows[0])
    for noun in ("draws", "commissions", "ratings", "opinions", "experts", "assignments"):
        assert not rows_of(client, user, noun), noun
    assert client.get("/api/v1/years/2020/summary/").status_code == 403
